#pragma once

#include "metrics/metric.h"

namespace asbench::metrics {

/// How much the brightness of what stands still jumps from frame to frame (docs/design/metrics.md
/// 15.2), share of the full range, 0..1, lower is better. Part: still_area, the share of the
/// picture that it is seen on.
[[nodiscard]] Measure flicker();

}  // namespace asbench::metrics
