#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "models/layers/group_norm.h"
#include "models/layers/linear.h"

namespace asbench::models {

/// The norms of the VAE (docs/design/animeshootergen.md 4.8, "Spatial norm"): group normalisation
/// over a frame batch, in the decoder then times y(z) plus b(z), two 1 x 1 x 1 convolutions of the
/// batch's latents, which are enlarged to x's size by repeating them.
struct SpatialNorm {
  GroupNorm norm_layer;
  /// y's rows, then b's: [2 C, latent channels]. Absent in the encoder.
  std::optional<Linear> from_latents;
};

void move_to(SpatialNorm& norm, const Placement& placement);

/// out = norm(x). Nothing of x's size is allocated.
///
/// A 1 x 1 x 1 convolution of repeated values is the repeated convolution, so y and b are computed
/// at the latents' size. Of an odd number of frames above 1 the first belongs to the first latent
/// frame alone, the others to the other latent frames.
/// @param x  [B, T, H, W, C], contiguous
/// @param z  [B, t, h, w, latent channels], contiguous; T, H and W are multiples of t, h and w (for
///           odd T above 1: T - 1 of t - 1). Not read without from_latents
/// @param out  like x, or x itself; may be newest_frames()
void normalise_into(at::Tensor& out, const at::Tensor& x, const at::Tensor& z,
                    const SpatialNorm& norm);

}  // namespace asbench::models
