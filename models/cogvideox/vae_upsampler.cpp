#include "models/cogvideox/vae_upsampler.h"

#include <ATen/ATen.h>

#include "models/cogvideox/frame_batches.h"

namespace asbench::models {
namespace {

/// [B, H, W, C] to [B, 2 H, 2 W, C].
at::Tensor each_pixel_twice(const at::Tensor& frame) {
  const std::int64_t batch = frame.size(0);
  const std::int64_t height = frame.size(1);
  const std::int64_t width = frame.size(2);
  const std::int64_t channels = frame.size(3);
  return frame.unsqueeze(3)
      .unsqueeze(2)
      .expand({batch, height, 2, width, 2, channels})
      .reshape({batch, 2 * height, 2 * width, channels})
      .contiguous();  // a single pixel may be left expanded
}

}  // namespace

void move_to(VaeUpsampler& upsampler, const Placement& placement) {
  move_to(upsampler.conv, placement);
}

at::Tensor apply(const VaeUpsampler& upsampler, const at::Tensor& x) {
  const std::int64_t frames = x.size(1);
  const bool doubles = upsampler.doubles_time && frames > 1;
  at::Tensor out = at::empty({x.size(0), doubles ? doubled_frames(frames) : frames, 2 * x.size(2),
                              2 * x.size(3), x.size(4)},
                             x.options());
  std::int64_t next = 0;
  for (std::int64_t t = 0; t < frames; ++t) {
    const at::Tensor frame = convolve(each_pixel_twice(x.select(1, t)), upsampler.conv);
    const bool once = !doubles || (t == 0 && frames % 2 == 1);
    out.select(1, next++).copy_(frame);
    if (!once) out.select(1, next++).copy_(frame);
  }
  return out;
}

}  // namespace asbench::models
