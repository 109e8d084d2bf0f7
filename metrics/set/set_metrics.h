#pragma once

#include <span>

#include "metrics/registry.h"

namespace asbench::metrics {

/// What the registry says about the metrics of whole sets of clips (metrics.md section 8): one
/// number a system, none a story. They are computed by metrics/set/distribution.h.
[[nodiscard]] std::span<const MetricInfo> set_metrics();

}  // namespace asbench::metrics
