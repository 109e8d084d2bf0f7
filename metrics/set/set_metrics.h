#pragma once

#include <vector>

#include "metrics/metric.h"

namespace asbench::metrics {

/// What the registry says about the measures of whole sets of clips (docs/design/metrics.md 8): one
/// number a system, none a story. They are computed by metrics/set/distribution.h.
[[nodiscard]] std::vector<Measure> set_measures();

}  // namespace asbench::metrics
