#pragma once

#include <string>
#include <utility>
#include <vector>

namespace asbench::reports {

/// Places on an axis with the text that stands there.
using Ticks = std::vector<std::pair<double, std::string>>;

/// Multiples of 1, 2 or 5 times a power of ten in [low, high], about `wanted` of them and at least
/// two where low < high; texts with as many decimals as the step has. low <= high, finite.
[[nodiscard]] Ticks round_ticks(double low, double high, int wanted);

/// The whole numbers 1..last, thinned out to at most `most`; the first is always there.
[[nodiscard]] Ticks count_ticks(int last, int most);

}  // namespace asbench::reports
