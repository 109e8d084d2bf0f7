#pragma once

#include <optional>

#include "metrics/metric.h"
#include "metrics/numerics/cosine.h"

namespace asbench::metrics {

/// Motion within a shot (docs/design/metrics.md 5.1), two numbers over neighbouring sampled frames:
/// `pixels` (the value) and `features` (only when the role's features are given: it asks for none).
/// No direction: it tells frozen output from moving, not good from bad.
[[nodiscard]] Measure motion();

/// Mean over neighbouring rows i, i + 1 and over all components j of |u_ij - u_(i+1)j|. Nothing for
/// fewer than two rows or a bad one.
[[nodiscard]] std::optional<double> motion_features(const UnitRows& frames);

}  // namespace asbench::metrics
