#pragma once

#include <cstddef>
#include <string_view>

namespace asbench::loaders {

/// How many words a text has: runs of characters between blanks, tabs and line ends.
[[nodiscard]] inline std::size_t words_in(std::string_view text) {
  std::size_t words = 0;
  bool inside = false;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!space && !inside) ++words;
    inside = !space;
  }
  return words;
}

}  // namespace asbench::loaders
