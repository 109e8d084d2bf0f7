#include "tests/layering/strip_source.h"

#include <algorithm>
#include <cctype>

namespace asbench::testing {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Replaces [begin, end) by spaces, line breaks apart.
void blank(std::string& text, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    if (text[i] != '\n') text[i] = ' ';
  }
}

/// The end of a literal whose opening quote stands at `open`: the index of its closing quote, or of
/// the end of the line for a literal that is not closed there.
std::size_t closing_quote(std::string_view text, std::size_t open) {
  for (std::size_t at = open + 1; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == text[open] || text[at] == '\n') {
      return at;
    }
  }
  return text.size();
}

/// Whether the quote at `open` begins a raw string: R, LR, uR, UR or u8R stands before it.
bool is_raw(std::string_view text, std::size_t open) {
  std::size_t begin = open;
  while (begin > 0 && is_word(text[begin - 1])) --begin;
  const std::string_view prefix = text.substr(begin, open - begin);
  return prefix == "R" || prefix == "LR" || prefix == "uR" || prefix == "UR" || prefix == "u8R";
}

}  // namespace

std::string strip_comments_and_strings(std::string_view source) {
  std::string text(source);
  for (std::size_t at = 0; at < source.size(); ++at) {
    if (source.substr(at, 2) == "//") {
      const std::size_t end = std::min(source.find('\n', at), source.size());
      blank(text, at, end);
      at = end;
    } else if (source.substr(at, 2) == "/*") {
      const std::size_t close = source.find("*/", at + 2);
      const std::size_t end = close == std::string_view::npos ? source.size() : close + 2;
      blank(text, at, end);
      at = end - 1;
    } else if (source[at] == '"' && is_raw(source, at)) {
      const std::size_t bracket = std::min(source.find('(', at), source.size());
      const std::string closing = ")" + std::string(source.substr(at + 1, bracket - at - 1)) + "\"";
      const std::size_t close = source.find(closing, bracket);
      const std::size_t end =
          close == std::string_view::npos ? source.size() : close + closing.size() - 1;
      blank(text, at + 1, end);
      at = end;
    } else if (source[at] == '"' || (source[at] == '\'' && (at == 0 || !is_word(source[at - 1])))) {
      const std::size_t end = closing_quote(source, at);
      blank(text, at + 1, end);
      at = end;
    }
  }
  return text;
}

}  // namespace asbench::testing
