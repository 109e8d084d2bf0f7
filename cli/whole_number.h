#pragma once

#include <algorithm>
#include <string>

namespace asbench::cli {

/// A check for options of unsigned numbers: CLI11 would read -1 as the largest one.
/// @returns what is wrong, for CLI11; empty when `text` is digits only.
inline std::string whole_number(const std::string& text) {
  const bool digits = !text.empty() && std::all_of(text.begin(), text.end(),
                                                   [](char c) { return c >= '0' && c <= '9'; });
  return digits ? std::string() : "Value " + text + " not a whole number, 0 or more";
}

}  // namespace asbench::cli
