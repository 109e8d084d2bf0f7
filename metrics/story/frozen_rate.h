#pragma once

#include "metrics/metric.h"

namespace asbench::metrics {

/// Share of shots that don't move (docs/design/metrics.md 5.1): motion pixels below
/// MetricSettings::frozen_below, or fewer than two decodable frames. Needs no encoder.
[[nodiscard]] Measure frozen_rate();

}  // namespace asbench::metrics
