#pragma once

#include <string_view>
#include <vector>

#include "metrics/metric.h"

namespace asbench::metrics {

/// Names of the parts that all of them have: how many clips were compared on either side.
inline constexpr std::string_view kRealCount = "n_real";
inline constexpr std::string_view kGeneratedCount = "n_generated";

/// What the registry says about the measures of whole sets of clips (docs/design/metrics.md 8): one
/// number a system, none a story. They are computed by metrics/set/distribution.h.
[[nodiscard]] std::vector<Measure> set_measures();

}  // namespace asbench::metrics
