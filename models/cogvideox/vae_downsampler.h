#pragma once

#include <ATen/core/Tensor.h>

#include "models/layers/convolution.h"

namespace asbench::models {

/// In the blocks that halve time first the average of frames in pairs, of an odd number the first
/// frame as it is; then a 3 x 3 convolution of each frame at every second pixel, with zeros at the
/// right and the bottom only (docs/design/animeshootergen.md 4.9).
struct VaeDownsampler {
  Convolution conv;  ///< [C, C, 3, 3], stride 2, no padding
  bool halves_time = false;
};

void move_to(VaeDownsampler& downsampler, const Placement& placement);

/// @param x  [B, T, H, W, C], contiguous, H and W >= 2
/// @returns [B, T', H / 2, W / 2, C], contiguous; an odd side is rounded down
[[nodiscard]] at::Tensor apply(const VaeDownsampler& downsampler, const at::Tensor& x);

}  // namespace asbench::models
