#pragma once

#include <ATen/core/Tensor.h>

#include "models/layers/convolution.h"

namespace asbench::models {

/// Every pixel twice in both directions, then a 3 x 3 convolution of each frame; in the blocks that
/// double time also every frame, as doubled_frames() says (docs/design/animeshootergen.md 4.8).
struct VaeUpsampler {
  Convolution conv;           ///< [C, C, 3, 3], padding 1
  bool doubles_time = false;  ///< for batches of more than one frame
};

void move_to(VaeUpsampler& upsampler, const Placement& placement);

/// A frame that is doubled is computed once: the convolution sees single frames.
/// @param x  [B, T, H, W, C], contiguous
/// @returns [B, T', 2 H, 2 W, C], contiguous
[[nodiscard]] at::Tensor apply(const VaeUpsampler& upsampler, const at::Tensor& x);

}  // namespace asbench::models
