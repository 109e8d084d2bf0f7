#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace asbench::models {

/// Cuts a normalised text into the pieces that Qwen2's byte-pair encoding works on; together they
/// are the text. They are what the published pattern matches from the left, the first of its
/// alternatives that fits (docs/design/animeshootergen.md 4.5). Views into `text`, which must
/// outlive them; well-formed UTF-8. The whole text takes time in its length, hostile ones included.
class Qwen2Words {
 public:
  explicit Qwen2Words(std::string_view text) : text_(text) {}

  /// The next piece, nothing at the end.
  std::optional<std::string_view> next();

 private:
  std::string_view take(std::size_t length);

  std::string_view text_;  // what is left
};

}  // namespace asbench::models
