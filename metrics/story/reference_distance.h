#pragma once

#include "metrics/metric.h"

namespace asbench::metrics {

/// Distance to the reference: 1 - the frame's pooled cosine with the references, in [0, 2], lower
/// is better; HarMeanP is 1 - H x min of the similarities 1 - d. For encoders whose published
/// number is a distance. Source: DreamSim (Fu et al. 2023); docs/design/metrics.md 4.
[[nodiscard]] Measure reference_distance();

}  // namespace asbench::metrics
