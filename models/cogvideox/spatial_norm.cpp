#include "models/cogvideox/spatial_norm.h"

#include <ATen/ATen.h>

namespace asbench::models {
namespace {

/// frames = frames * y + b, each latent's factors for the block of pixels that it stands for.
/// @param frames   [B, T, H, W, C]
/// @param factors  [B, t, h, w, 2 C]: y, b
void modulate(const at::Tensor& frames, const at::Tensor& factors) {
  const std::int64_t batch = frames.size(0);
  const std::int64_t channels = frames.size(4);
  const std::int64_t t = factors.size(1);
  const std::int64_t h = factors.size(2);
  const std::int64_t w = factors.size(3);
  TORCH_INTERNAL_ASSERT(frames.size(1) % t == 0 && frames.size(2) % h == 0 &&
                        frames.size(3) % w == 0 && factors.size(4) == 2 * channels);
  at::Tensor blocks = frames.view(
      {batch, t, frames.size(1) / t, h, frames.size(2) / h, w, frames.size(3) / w, channels});
  const at::Tensor by_block = factors.unsqueeze(4).unsqueeze(3).unsqueeze(2);
  blocks.mul_(by_block.narrow(-1, 0, channels)).add_(by_block.narrow(-1, channels, channels));
}

}  // namespace

void move_to(SpatialNorm& norm, const Placement& placement) {
  move_to(norm.norm_layer, placement);
  if (norm.from_latents) move_to(*norm.from_latents, placement);
}

void normalise_into(at::Tensor& out, const at::Tensor& x, const at::Tensor& z,
                    const SpatialNorm& norm) {
  group_norm_into(out, x, norm.norm_layer);
  if (!norm.from_latents) return;
  const at::Tensor factors = linear(z, *norm.from_latents);
  const std::int64_t frames = x.size(1);
  if (frames > 1 && frames % 2 == 1) {
    modulate(out.narrow(1, 0, 1), factors.narrow(1, 0, 1));
    modulate(out.narrow(1, 1, frames - 1), factors.narrow(1, 1, z.size(1) - 1));
  } else {
    modulate(out, factors);
  }
}

}  // namespace asbench::models
