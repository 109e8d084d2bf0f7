#pragma once

#include <ATen/core/Tensor.h>

#include "models/layers/placement.h"

namespace asbench::models {

/// x / sqrt(mean(x^2) + eps) * weight over the last axis: no mean is taken off and there is no bias
/// (docs/design/animeshootergen.md 4.4). The quotient is computed in float32 and rounded to x's
/// type before it is multiplied.
struct RmsNorm {
  at::Tensor weight;  ///< [width]
  double eps = 1e-6;
};

void move_to(RmsNorm& norm, const Placement& placement);

/// On the CPU in float32 a row's result depends on that row alone, whatever else is in the batch.
/// @param x  [..., width], contiguous
/// @returns the same shape and type
[[nodiscard]] at::Tensor rms_norm(const at::Tensor& x, const RmsNorm& norm);

}  // namespace asbench::models
