#pragma once

#include <optional>

#include "metrics/metric.h"
#include "metrics/numerics/cosine.h"

namespace asbench::metrics {

/// How alike each frame of a shot is to the one before and to the first, as VBench measures subject
/// and background consistency (docs/design/metrics.md 7): every frame, cosines below 0 count as 0,
/// 0..1, higher is better. A shot of one frame has no value.
[[nodiscard]] Measure vbench_consistency();

/// Mean over i >= 1 of (max(0, cos(f_i, f_(i-1))) + max(0, cos(f_i, f_0))) / 2. Nothing for fewer
/// than two rows or a bad one.
[[nodiscard]] std::optional<double> mean_frame_consistency(const UnitRows& frames);

}  // namespace asbench::metrics
