#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/stats.h"

namespace asbench::baselines {

/// A separate random generator for each purpose: depends on the seed and the text, not
/// on the order of calls.
[[nodiscard]] SplitMix64 stream(std::uint64_t seed, std::string_view purpose);

/// In [low, high].
[[nodiscard]] double uniform(SplitMix64& random, double low, double high);

/// A permutation of 0..count-1, never the identity for count >= 2.
[[nodiscard]] std::vector<std::size_t> moved_permutation(SplitMix64& random, std::size_t count);

}  // namespace asbench::baselines
