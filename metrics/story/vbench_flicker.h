#pragma once

#include "metrics/metric.h"

namespace asbench::metrics {

/// VBench's temporal flickering (docs/design/metrics.md 7): 1 minus the mean absolute difference of
/// neighbouring frames in full size and colour, 0..1, higher is better. It takes motion for
/// flicker: VBench measures it on videos that it found static.
[[nodiscard]] Measure vbench_flicker();

}  // namespace asbench::metrics
