#pragma once

#include "metrics/metric.h"

namespace asbench::metrics {

/// Share of the picture that plain bars at its edges take, all through the shot
/// (docs/design/metrics.md 15.4), 0..1, lower is better. Parts: rows and columns, the shares of
/// height and width.
[[nodiscard]] Measure letterbox();

}  // namespace asbench::metrics
