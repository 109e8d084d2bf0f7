#include "models/tokenizers/clip_words.h"

#include <array>

#include "models/tokenizers/unicode.h"

namespace asbench::models {
namespace {

constexpr std::array<std::string_view, 2> kSpeltOutTokens = {"<|startoftext|>", "<|endoftext|>"};
constexpr std::array<std::string_view, 7> kContractions = {"'s", "'t",  "'re", "'ve",
                                                           "'m", "'ll", "'d"};

}  // namespace

std::string clip_normalise(std::string_view text) {
  const std::string normalised = normalise_nfc(text);
  std::string clean;
  clean.reserve(normalised.size());
  bool in_space = false;
  for (std::size_t offset = 0; offset < normalised.size();) {
    const char32_t character = next_character(normalised, offset);
    const bool space = is_white_space(character);
    if (!space) {
      append_lower_case(character, clean);
    } else if (!in_space) {
      clean.push_back(' ');
    }
    in_space = space;
  }
  return clean;
}

ClipWords::Kind ClipWords::kind_of(char32_t character) {
  if (is_letter(character)) return Kind::letter;
  if (is_number(character)) return Kind::number;
  return is_white_space(character) ? Kind::space : Kind::other;
}

std::string_view ClipWords::take(std::size_t length) {
  const std::string_view word = text_.substr(0, length);
  text_.remove_prefix(length);
  return word;
}

std::string_view ClipWords::take_run(Kind kind) {
  std::size_t end = 0;
  for (std::size_t offset = 0; offset < text_.size(); end = offset) {
    if (kind_of(next_character(text_, offset)) != kind) break;
  }
  return take(end);
}

std::optional<std::string_view> ClipWords::next() {
  if (bracketed_parts_ > 0) {
    --bracketed_parts_;
    return bracketed_parts_ == 0 ? take(2) : take_run(Kind::letter);
  }
  while (!text_.empty()) {
    for (const std::string_view token : kSpeltOutTokens) {
      if (!text_.starts_with(token)) continue;
      bracketed_parts_ = 2;
      return take(2);
    }
    for (const std::string_view contraction : kContractions) {
      if (text_.starts_with(contraction)) return take(contraction.size());
    }
    std::size_t length = 0;
    const Kind kind = kind_of(next_character(text_, length));
    if (kind == Kind::number) return take(length);
    if (kind != Kind::space) return take_run(kind);
    take(length);
  }
  return std::nullopt;
}

}  // namespace asbench::models
