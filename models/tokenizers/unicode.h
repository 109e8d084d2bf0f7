#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace asbench::models {

// Unicode as the published tokenizers see it. Their library mixes three versions of Unicode:
// classes of 16, lower-casing of 17, normalisation of 9 (measured on tokenizers 0.23.3; see
// tests/golden/clip_tokenizer). The first two are our own tables, so that ids don't depend on the
// ICU at hand; the third is ICU's data, restricted to the characters that Unicode 9 had, which no
// later version may change. All functions are pure and thread-safe.

/// @throws BadInput naming the offset of the first byte that is not well-formed UTF-8 (overlong
/// forms, surrogates and values above U+10FFFF are not). `what` names the text in the message.
void require_utf8(std::string_view text, std::string_view what);

/// The character at `offset`, which is moved behind it. `text` must be well-formed.
[[nodiscard]] char32_t next_character(std::string_view text, std::size_t& offset);

/// Appends a character as UTF-8.
void append_character(char32_t character, std::string& text);

/// General category L*, N*; property White_Space.
[[nodiscard]] bool is_letter(char32_t character);
[[nodiscard]] bool is_number(char32_t character);
[[nodiscard]] bool is_white_space(char32_t character);

/// Appends the lower-case form, character by character: no context (a final sigma is an ordinary
/// one) and no locale (a dotted capital I becomes i and a combining dot).
void append_lower_case(char32_t character, std::string& text);

/// Normalisation form C (UAX #15). `text` must be well-formed UTF-8 and stay so. The time is
/// n log n even for hostile runs of combining marks. @throws InternalError if ICU has no data.
[[nodiscard]] std::string normalise_nfc(std::string_view text);

}  // namespace asbench::models
