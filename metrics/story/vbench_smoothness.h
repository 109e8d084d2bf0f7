#pragma once

#include "metrics/metric.h"

namespace asbench::metrics {

/// VBench's motion smoothness (docs/design/metrics.md 7): 1 minus how far every second frame is
/// from what an interpolation network makes of its neighbours, 0..1, higher is better. Still output
/// wins it.
[[nodiscard]] Measure vbench_smoothness();

}  // namespace asbench::metrics
