#pragma once

#include <span>
#include <string>
#include <string_view>

namespace asbench::baselines {

/// The caption nearest to `query` by the cosine of TF-IDF vectors over words (runs of letters and
/// digits, lower case): weight = count x (ln((1 + N) / (1 + df)) + 1), N captions, df of them with
/// the word. Equal ones: the first.
/// @param captions  at least one. @returns its index. Source: Salton & Buckley 1988, smoothed as if
/// one caption held every word.
[[nodiscard]] std::size_t nearest_caption(std::span<const std::string> captions,
                                          std::string_view query);

}  // namespace asbench::baselines
