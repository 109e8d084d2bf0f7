#include "models/cogvideox/causal_convolution.h"

#include <ATen/ATen.h>

namespace asbench::models {

void move_to(CausalConvolution& convolution, const Placement& placement) {
  move_to(convolution.layer, placement);
}

at::Tensor room_for(const at::Tensor& x) {
  return at::empty({x.size(0), kPastFrames + x.size(1), x.size(2), x.size(3), x.size(4)},
                   x.options());
}

at::Tensor newest_frames(const at::Tensor& room) {
  return room.narrow(1, kPastFrames, room.size(1) - kPastFrames);
}

at::Tensor convolve(const CausalConvolution& convolution, at::Tensor room, FrameCaches& caches) {
  at::Tensor& remembered = caches.frames.at(convolution.cache);
  at::Tensor past = room.narrow(1, 0, kPastFrames);
  past.copy_(remembered.defined() ? remembered : room.narrow(1, kPastFrames, 1).expand_as(past));
  // Of the input with its past: a batch of one frame remembers one frame of the batch before.
  const at::Tensor newest = room.narrow(1, room.size(1) - kPastFrames, kPastFrames);
  if (caches.last_batch) {
    remembered = at::Tensor();
  } else if (remembered.defined()) {
    remembered.copy_(newest);
  } else {
    remembered = newest.clone(at::MemoryFormat::Contiguous);
  }
  return convolve(room, convolution.layer);
}

}  // namespace asbench::models
