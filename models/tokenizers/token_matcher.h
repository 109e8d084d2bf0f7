#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asbench::models {

/// Finds given tokens in a text: leftmost first, of those the longest, without overlap. Immutable.
class TokenMatcher {
 public:
  struct Match {
    std::size_t begin, end;  ///< bytes
    std::int64_t id;
  };

  /// Empty texts are ignored; of two equal ones the first counts.
  void add(std::string text, std::int64_t id);

  /// The first match that begins at or behind `from`.
  [[nodiscard]] std::optional<Match> find(std::string_view text, std::size_t from) const;

 private:
  struct Token {
    std::string text;
    std::int64_t id;
  };
  std::array<std::vector<Token>, 256> by_first_byte_;  // each the longest first
  std::string first_bytes_;
};

/// Calls `piece` with what lies between matches and appends the ids of these, until there are more
/// than `limit` ids.
void split_at_tokens(const TokenMatcher& tokens, std::string_view text, std::size_t limit,
                     std::vector<std::int64_t>& ids,
                     const std::function<void(std::string_view)>& piece);

}  // namespace asbench::models
