#include "models/tokenizers/qwen2_words.h"

#include <array>
#include <string>

#include "models/tokenizers/unicode.h"

namespace asbench::models {
namespace {

enum class Kind { letter, number, space, other };

constexpr std::array<std::string_view, 7> kContractions = {"s", "t", "re", "ve", "m", "ll", "d"};

Kind kind_of(char32_t character) {
  if (is_letter(character)) return Kind::letter;
  if (is_number(character)) return Kind::number;
  return is_white_space(character) ? Kind::space : Kind::other;
}

bool ends_line(char character) {
  return character == '\r' || character == '\n';
}

/// Where the characters of this kind that begin at `from` end.
std::size_t end_of_run(std::string_view text, std::size_t from, Kind kind) {
  std::size_t end = from;
  for (std::size_t offset = from; offset < text.size(); end = offset) {
    if (kind_of(next_character(text, offset)) != kind) break;
  }
  return end;
}

std::size_t end_of_line_breaks(std::string_view text, std::size_t from) {
  while (from < text.size() && ends_line(text[from])) ++from;
  return from;
}

/// Bytes of an apostrophe and an English ending at the beginning, in any case; 0 if there is none.
std::size_t contraction(std::string_view text) {
  if (!text.starts_with('\'')) return 0;
  for (const std::string_view ending : kContractions) {
    std::size_t length = 1;
    bool same = true;
    for (const char wanted : ending) {
      if (length >= text.size()) {
        same = false;
        break;
      }
      std::string lower;
      append_lower_case(next_character(text, length), lower);
      // The long s (U+017F) is an s in another case, to Unicode's case folding.
      same =
          same && (lower == std::string_view(&wanted, 1) || (wanted == 's' && lower == "\u017f"));
    }
    if (same) return length;
  }
  return 0;
}

bool is_kind_at(std::string_view text, std::size_t offset, Kind kind) {
  return offset < text.size() && kind_of(next_character(text, offset)) == kind;
}

}  // namespace

std::string_view Qwen2Words::take(std::size_t length) {
  const std::string_view word = text_.substr(0, length);
  text_.remove_prefix(length);
  return word;
}

std::optional<std::string_view> Qwen2Words::next() {
  if (text_.empty()) return std::nullopt;
  if (const std::size_t length = contraction(text_)) return take(length);
  std::size_t first = 0;
  const Kind kind = kind_of(next_character(text_, first));
  // Letters, with whatever one character stands before them, unless that ends a line.
  if (kind == Kind::letter) return take(end_of_run(text_, first, Kind::letter));
  if (kind != Kind::number && !ends_line(text_.front()) && is_kind_at(text_, first, Kind::letter)) {
    return take(end_of_run(text_, first, Kind::letter));
  }
  if (kind == Kind::number) return take(first);
  // Signs, with a space before them and the line's end behind them.
  const std::size_t signs = text_.front() == ' ' ? 1 : 0;
  if (is_kind_at(text_, signs, Kind::other)) {
    return take(end_of_line_breaks(text_, end_of_run(text_, signs, Kind::other)));
  }
  // White space: up to its last line break; without one all of it at the text's end, else all but
  // the last character, which belongs to what follows if that can have one.
  std::size_t end = 0;
  std::size_t last = 0;
  std::size_t behind_break = 0;
  for (std::size_t offset = 0; offset < text_.size();) {
    const std::size_t begin = offset;
    if (kind_of(next_character(text_, offset)) != Kind::space) break;
    if (ends_line(text_[begin])) behind_break = offset;
    last = begin;
    end = offset;
  }
  if (behind_break > 0) return take(behind_break);
  if (end == text_.size() || last == 0) return take(end);
  return take(last);
}

}  // namespace asbench::models
