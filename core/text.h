#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace asbench {

/// One code point of a UTF-8 text.
struct CodePoint {
  char32_t value = 0;      ///< of a byte that belongs to no character: the byte
  std::size_t length = 1;  ///< in bytes
  bool valid = true;       ///< false: this byte is not UTF-8
};

/// The code point that begins at byte `at`. Overlong forms, surrogates and what lies beyond
/// U+10FFFF are not UTF-8. @param at  less than text.size()
[[nodiscard]] CodePoint code_point_at(std::string_view text, std::size_t at);

// Names, captions, paths and ids are text that somebody else wrote. Everything that the program
// prints of them passes through the functions below, so that no text can move the cursor, change
// colours, reverse what stands beside it, or look like another one.

/// Text in one line, safe on a terminal. Escaped are: control characters, line ends too (\n, \t,
/// \x1b, \u0085), characters that change the direction of text or show nothing (\u202e, \ufeff),
/// code points that are no characters (\uffff), and bytes that are not UTF-8 (\xff). All other text
/// stays as it is.
[[nodiscard]] std::string terminal_text(std::string_view text);

/// The same for a message of several lines: line ends stay, and the lines after the first are
/// indented, so that no name in it can pass for a message of its own.
[[nodiscard]] std::string terminal_lines(std::string_view text);

/// terminal_text() cut to at most `most` columns; "..." stands for what is left out at the end.
[[nodiscard]] std::string excerpt(std::string_view text, std::size_t most = 80);

/// How many columns of a terminal the text takes: two for CJK characters and most emoji, none for
/// combining marks (Unicode 15). Escapes are not counted as such: ask for what terminal_text()
/// gave.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// Spaces before or after the text, so that it takes at least `width` columns.
[[nodiscard]] std::string align_right(std::string_view text, std::size_t width);
[[nodiscard]] std::string align_left(std::string_view text, std::size_t width);

/// Whether every byte belongs to a character of UTF-8.
[[nodiscard]] bool is_utf8(std::string_view text);

/// Encodes a code point as UTF-8.
[[nodiscard]] std::string utf8(char32_t code_point);

}  // namespace asbench
