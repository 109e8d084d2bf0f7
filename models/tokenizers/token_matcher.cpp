#include "models/tokenizers/token_matcher.h"

#include <algorithm>

namespace asbench::models {

void TokenMatcher::add(std::string text, std::int64_t id) {
  if (text.empty()) return;
  auto& tokens = by_first_byte_[static_cast<unsigned char>(text.front())];
  if (tokens.empty()) first_bytes_.push_back(text.front());
  const auto place = std::find_if(tokens.begin(), tokens.end(), [&](const Token& token) {
    return token.text.size() < text.size();
  });
  tokens.insert(place, Token{std::move(text), id});
}

std::optional<TokenMatcher::Match> TokenMatcher::find(std::string_view text,
                                                      std::size_t from) const {
  if (first_bytes_.empty()) return std::nullopt;
  for (std::size_t begin = text.find_first_of(first_bytes_, from); begin != std::string_view::npos;
       begin = text.find_first_of(first_bytes_, begin + 1)) {
    for (const Token& token : by_first_byte_[static_cast<unsigned char>(text[begin])]) {
      if (text.substr(begin).starts_with(token.text)) {
        return Match{begin, begin + token.text.size(), token.id};
      }
    }
  }
  return std::nullopt;
}

void split_at_tokens(const TokenMatcher& tokens, std::string_view text, std::size_t limit,
                     std::vector<std::int64_t>& ids,
                     const std::function<void(std::string_view)>& piece) {
  std::size_t begin = 0;
  while (begin < text.size() && ids.size() <= limit) {
    const auto match = tokens.find(text, begin);
    const std::size_t end = match.has_value() ? match->begin : text.size();
    if (end > begin) piece(text.substr(begin, end - begin));
    begin = end;
    if (match.has_value()) {
      ids.push_back(match->id);
      begin = match->end;
    }
  }
}

}  // namespace asbench::models
