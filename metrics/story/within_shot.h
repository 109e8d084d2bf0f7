#pragma once

#include <optional>

#include "metrics/metric.h"
#include "metrics/numerics/cosine.h"

namespace asbench::metrics {

/// How alike the frames of a shot are (docs/design/metrics.md 5.1); 1 is frozen. No direction.
[[nodiscard]] Measure within_shot();

/// Mean over i < j of cos(f_i, f_j). Nothing for fewer than two rows or a bad one.
[[nodiscard]] std::optional<double> mean_pairwise_cosine(const UnitRows& frames);

}  // namespace asbench::metrics
