#include "models/cogvideox/vae_downsampler.h"

#include <ATen/ATen.h>

#include "models/cogvideox/frame_batches.h"

namespace asbench::models {
namespace {

/// Frame `i` of those that are left in time.
at::Tensor halved(const at::Tensor& x, std::int64_t i) {
  const std::int64_t odd = x.size(1) % 2;
  if (odd == 1 && i == 0) return x.select(1, 0);
  return at::add(x.select(1, 2 * i - odd), x.select(1, 2 * i - odd + 1)).div_(2);
}

}  // namespace

void move_to(VaeDownsampler& downsampler, const Placement& placement) {
  move_to(downsampler.conv, placement);
}

at::Tensor apply(const VaeDownsampler& downsampler, const at::Tensor& x) {
  const std::int64_t frames = downsampler.halves_time ? halved_frames(x.size(1)) : x.size(1);
  at::Tensor out =
      at::empty({x.size(0), frames, x.size(2) / 2, x.size(3) / 2, x.size(4)}, x.options());
  for (std::int64_t t = 0; t < frames; ++t) {
    const at::Tensor frame = downsampler.halves_time ? halved(x, t) : x.select(1, t);
    const at::Tensor padded = at::constant_pad_nd(frame, {0, 0, 0, 1, 0, 1}).contiguous();
    out.select(1, t).copy_(convolve(padded, downsampler.conv));
  }
  return out;
}

}  // namespace asbench::models
