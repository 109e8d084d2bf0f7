#include "core/text.h"

#include <fmt/format.h>

#include "core/unicode_width.h"

namespace asbench {
namespace {

/// Follow-up byte of a UTF-8 sequence.
bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

bool is_noncharacter(char32_t c) {
  return (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFEU) == 0xFFFEU;
}

/// Marks, embeddings, overrides and isolates of the bidirectional algorithm.
bool changes_direction(char32_t c) {
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

bool must_be_escaped(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || changes_direction(c) || is_noncharacter(c) ||
         c == 0x2028 || c == 0x2029 || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB);
}

std::string escape_of(const CodePoint& c) {
  if (c.valid) {
    switch (c.value) {
      case '\n':
        return "\\n";
      case '\r':
        return "\\r";
      case '\t':
        return "\\t";
      default:
        break;
    }
  }
  const auto number = static_cast<unsigned>(c.value);
  if (!c.valid || number < 0x80) return fmt::format("\\x{:02x}", number);
  return number < 0x10000 ? fmt::format("\\u{:04x}", number) : fmt::format("\\U{:08x}", number);
}

std::string escaped(std::string_view text, bool keep_line_ends) {
  std::string safe;
  safe.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    if (keep_line_ends && c.value == '\n')
      safe += at + 1 < text.size() && text[at + 1] != ' ' && text[at + 1] != '\n' ? "\n  " : "\n";
    else if (!c.valid || must_be_escaped(c.value))
      safe += escape_of(c);
    else
      safe += text.substr(at, c.length);
    at += c.length;
  }
  return safe;
}

}  // namespace

CodePoint code_point_at(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) return {first, 1, true};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  const CodePoint bad{first, 1, false};
  if (first < 0xC2 || first > 0xF4 || text.size() - at < length) return bad;
  char32_t value = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if (!continues(text[at + i])) return bad;
    value = (value << 6U) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (overlong || surrogate || value > 0x10FFFF) return bad;
  return {value, length, true};
}

std::string terminal_text(std::string_view text) {
  return escaped(text, false);
}

std::string terminal_lines(std::string_view text) {
  return escaped(text, true);
}

std::string excerpt(std::string_view text, std::size_t most) {
  constexpr std::string_view kMore = "...";
  const std::size_t most_bytes = most * 16;  // marks take no column, but they take room
  std::string safe;
  std::size_t width = 0, cut = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view sign = text.substr(at, code_point_at(text, at).length);
    const std::string shown = terminal_text(sign);
    width += display_width(shown);
    if (width > most || safe.size() + shown.size() > most_bytes)
      return safe.substr(0, cut).append(kMore);
    safe += shown;
    if (width + kMore.size() <= most) cut = safe.size();
    at += sign.size();
  }
  return safe;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    width += c.valid ? static_cast<std::size_t>(columns_of(c.value)) : 1;
    at += c.length;
  }
  return width;
}

std::string align_right(std::string_view text, std::size_t width) {
  const std::size_t taken = display_width(text);
  return std::string(width > taken ? width - taken : 0, ' ').append(text);
}

std::string align_left(std::string_view text, std::size_t width) {
  const std::size_t taken = display_width(text);
  return std::string(text).append(width > taken ? width - taken : 0, ' ');
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    if (!c.valid) return false;
    at += c.length;
  }
  return true;
}

std::string utf8(char32_t code_point) {
  const auto c = static_cast<unsigned>(code_point);
  const auto byte = [](unsigned bits) { return static_cast<char>(bits); };
  const auto rest = [&](unsigned shift) { return byte(0x80U | ((c >> shift) & 0x3FU)); };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xC0U | (c >> 6U)), rest(0)};
  if (c < 0x10000) return {byte(0xE0U | (c >> 12U)), rest(6), rest(0)};
  return {byte(0xF0U | (c >> 18U)), rest(12), rest(6), rest(0)};
}

}  // namespace asbench
