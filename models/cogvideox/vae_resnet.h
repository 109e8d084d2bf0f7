#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "models/cogvideox/causal_convolution.h"
#include "models/cogvideox/spatial_norm.h"
#include "models/layers/linear.h"

namespace asbench::models {

/// h = conv1(silu(norm1(x, z))); h = conv2(silu(norm2(h, z))); h + x, or where the number of
/// channels changes h + shortcut(x). docs/design/animeshootergen.md 4.8, 4.9.
struct VaeResnet {
  SpatialNorm norm1;
  CausalConvolution conv1;
  SpatialNorm norm2;
  CausalConvolution conv2;
  std::optional<Linear> conv_shortcut;  ///< a plain 1 x 1 x 1 convolution
};

void move_to(VaeResnet& resnet, const Placement& placement);

/// silu(norm(x, z)) with room for the past, as input of a causal convolution.
[[nodiscard]] at::Tensor normalised_room(const at::Tensor& x, const at::Tensor& z,
                                         const SpatialNorm& norm);

/// @param x  [B, T, H, W, in], contiguous; @param z  the batch's latents, see normalise_into()
/// @returns [B, T, H, W, out], contiguous
[[nodiscard]] at::Tensor apply(const VaeResnet& resnet, const at::Tensor& x, const at::Tensor& z,
                               FrameCaches& caches);

}  // namespace asbench::models
