#pragma once

#include "metrics/metric.h"

namespace asbench::metrics {

/// How much fine detail the frames show (docs/design/metrics.md 15.1): 10 log10(1 + variance of the
/// Laplacian), in decibels, from 0, higher is better against the same split's other results only.
/// Parts: the variance of the Laplacian, and of the halved picture's (a band-pass), in levels^2.
[[nodiscard]] Measure sharpness();

}  // namespace asbench::metrics
