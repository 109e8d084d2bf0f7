#pragma once

#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>

namespace asbench {

/// Base of all exceptions that an asbench library throws. Every message says what failed,
/// where, what was expected and what to do about it; several lines are allowed. Foreign exceptions
/// (c10, OpenCV, JSON, FAISS) are translated where they are first caught, so callers need to know
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

/// A file, a matrix or a document is not as required. It never becomes a score.
class BadInput : public Error {
 public:
  using Error::Error;
};

/// The system could not do what it was asked for: too many open files, a disk error, no permission,
/// no memory, a file that vanished. It says nothing about the file's content, so it is never turned
/// into a finding, a missing file or a score: the run ends. Hence it is no BadInput.
class SystemFault : public Error {
 public:
  /// @param what  "can't be opened", "can't be read"; the message is "<path>: <what>: <error's
  /// text>"
  /// @param error  an errno
  /// @param remedy  further lines of the message
  SystemFault(const std::string& what, std::filesystem::path path, int error,
              const std::string& remedy = {})
      : Error(path.string() + ": " + what + ": " + std::strerror(error) +
              (remedy.empty() ? "" : "\n  " + remedy)),
        path_(std::move(path)),
        error_(error) {}
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] int error() const { return error_; }

 private:
  std::filesystem::path path_;
  int error_;
};

/// Two results that cannot be compared (signature, split or coverage differ); the message names
/// the field.
class NotComparable : public Error {
 public:
  using Error::Error;
};

/// A bug in asbench itself.
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
