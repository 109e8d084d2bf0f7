#pragma once

#include <stdexcept>
#include <string>

namespace asbench {

/// The one family of exceptions that leaves an asbench library. Every message says what failed,
/// where, what was expected and what to do about it; several lines are allowed. Foreign exceptions
/// (c10, OpenCV, JSON, FAISS) are translated where they are first met, so a caller needs to know
/// only these.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The command line or an option is wrong: an unknown name, a contradiction, a value out of range.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// A file, a matrix or a document is not what it has to be. Never becomes a score.
class BadInput : public Error {
 public:
  using Error::Error;
};

/// Two results that must not be compared (signature, split or coverage differ); the message names
/// the field.
class NotComparable : public Error {
 public:
  using Error::Error;
};

/// asbench itself is wrong; worth a bug report.
class InternalError : public Error {
 public:
  using Error::Error;
};

/// Exit codes of the program (docs/design/interface.md, "Exit codes"): 0 done, 1 the gate found a
/// regression, 2 nothing could be computed.
inline constexpr int kExitDone = 0;
inline constexpr int kExitRegression = 1;
inline constexpr int kExitFailure = 2;

}  // namespace asbench
