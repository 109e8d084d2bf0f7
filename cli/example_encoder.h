#pragma once

#include <string>

namespace asbench::cli {

/// The protocol that `score` starts from unless told otherwise.
inline constexpr const char* kDefaultProtocol = "animeshooter-v1";

/// An encoder to show in help texts and messages: the program knows none by name.
struct ExampleEncoder {
  std::string role;
  std::string id;
};

/// The first encoder of a built-in protocol.
[[nodiscard]] ExampleEncoder example_encoder(const std::string& protocol = kDefaultProtocol);

}  // namespace asbench::cli
