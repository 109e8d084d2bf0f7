#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace asbench::models {

/// CLIP's text clean-up as the published fast tokeniser has it: form C, each run of white space
/// to one space, lower case character by character. `text` must be well-formed UTF-8.
[[nodiscard]] std::string clip_normalise(std::string_view text);

/// Cuts a normalised text into the words that byte-pair encoding works on; white space goes. The
/// words are those of the published pattern
///   <\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+
/// each cut again by the byte-level step's own pattern, which only parts the first two alternatives
/// (`<|`, `startoftext`, `|>`). Views into `text`, which must outlive them; well-formed UTF-8.
class ClipWords {
 public:
  explicit ClipWords(std::string_view text) : text_(text) {}

  /// The next word, nothing at the end.
  std::optional<std::string_view> next();

 private:
  enum class Kind { letter, number, space, other };
  static Kind kind_of(char32_t character);
  std::string_view take(std::size_t length);
  std::string_view take_run(Kind kind);

  std::string_view text_;            // what is left
  std::size_t bracketed_parts_ = 0;  // of a spelt-out special token that are still to come
};

}  // namespace asbench::models
