#pragma once

#include "metrics/metric.h"

namespace asbench::metrics {

/// Share of shot pairs that show the same pictures (docs/design/metrics.md 5.1): sampled frames,
/// paired by index, with mean cell distance below MetricSettings::duplicate_cells_below. Needs no
/// encoder.
[[nodiscard]] Measure duplicate_pairs();

}  // namespace asbench::metrics
