#pragma once

#include "models/layers/linear.h"

namespace asbench::models {

/// A convolution whose stride is its kernel: every patch times one matrix.
struct PatchEmbedding {
  Linear projection;        ///< [width, channels * patch * patch]; CLIP's has no bias
  std::int64_t patch = 16;  ///< pixels a side
};

/// @param weight  [width, channels, patch, patch], the convolution as checkpoints have it
/// @param bias    [width] or undefined
[[nodiscard]] PatchEmbedding make_patch_embedding(const at::Tensor& weight, const at::Tensor& bias);

/// @param pixels  [N, channels, H, W]; pixels beyond a multiple of the patch are left out, as the
///        stride does
/// @returns [N, (H / patch) * (W / patch), width], patches in rows from the top left
[[nodiscard]] at::Tensor embed_patches(const at::Tensor& pixels, const PatchEmbedding& layer);

}  // namespace asbench::models
