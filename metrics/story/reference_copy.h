#pragma once

#include "metrics/metric.h"

namespace asbench::metrics {

/// Share of sampled frames that are nearly the reference itself (docs/design/metrics.md 5.1): cell
/// distance to a letterboxed reference below MetricSettings::copy_cells_below, or cosine with one
/// of at least copy_cosine_from.
[[nodiscard]] Measure reference_copy();

}  // namespace asbench::metrics
