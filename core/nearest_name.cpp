#include "core/nearest_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace asbench {
namespace {

constexpr std::size_t kLongestCompared = 200;  ///< bytes; the comparison takes quadratic time
constexpr std::size_t kShortestBeginning = 3;  ///< letters of a name that was cut off

/// Letters inserted, left out or replaced, and neighbours swapped, count one each.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before = above;
    above = row;
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, above[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

/// The only candidate that begins with the text; empty when there is none, or more than one.
std::string only_one_that_begins_with(std::string_view wanted,
                                      std::span<const std::string> candidates, Folding fold) {
  std::string found;
  if (wanted.size() < kShortestBeginning) return found;
  for (const std::string& candidate : candidates) {
    if (!fold(candidate).starts_with(wanted)) continue;
    if (!found.empty()) return {};
    found = candidate;
  }
  return found;
}

}  // namespace

std::string ascii_lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

std::string nearest_name(std::string_view text, std::span<const std::string> candidates,
                         Folding fold) {
  const std::string wanted = fold(text.substr(0, kLongestCompared));
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(wanted.size() / 3, 1) + 1;
  for (const std::string& candidate : candidates) {
    const std::string other = fold(std::string_view(candidate).substr(0, kLongestCompared));
    const std::size_t difference =
        other.size() > wanted.size() ? other.size() - wanted.size() : wanted.size() - other.size();
    if (difference >= best_distance) continue;
    const std::size_t distance = edit_distance(wanted, other);
    if (distance >= best_distance) continue;
    best = candidate;
    best_distance = distance;
  }
  return best.empty() ? only_one_that_begins_with(wanted, candidates, fold) : best;
}

std::string did_you_mean(std::string_view text, std::span<const std::string> candidates,
                         Folding fold) {
  const std::string near = nearest_name(text, candidates, fold);
  return near.empty() ? "" : fmt::format(" Did you mean {}?", near);
}

}  // namespace asbench
