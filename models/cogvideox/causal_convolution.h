#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <vector>

#include "models/layers/convolution.h"

namespace asbench::models {

/// Frames that a kernel of 3 sees before the newest one.
inline constexpr std::int64_t kPastFrames = 2;

/// What the causal convolutions of one video (in tiled decoding: of one tile) remember from one
/// frame batch to the next. A new video starts with a new one. One thread at a time.
struct FrameCaches {
  explicit FrameCaches(std::size_t convolutions) : frames(convolutions) {}

  /// By CausalConvolution::cache: the last two frames of its input, [B, 2, H, W, C]; undefined
  /// before the first batch.
  std::vector<at::Tensor> frames;
  /// No batch follows: nothing is remembered, and what was is let go as soon as it has been used.
  bool last_batch = false;
};

/// A 3 x 3 x 3 convolution that sees no frame after its own (docs/design/animeshootergen.md 4.8):
/// zeros around the picture; before the first frame that frame twice, before the first of a later
/// batch the last two of the batch before.
struct CausalConvolution {
  Convolution layer;      ///< weight [out, in, 3, 3, 3], padding 1
  std::size_t cache = 0;  ///< its place in FrameCaches, no other convolution's
};

void move_to(CausalConvolution& convolution, const Placement& placement);

/// Uninitialised memory for the input of a causal convolution: like x [B, T, H, W, C] with two more
/// frames in front. What is computed straight into newest_frames() of it needs no second copy.
/// @returns [B, 2 + T, H, W, C]
[[nodiscard]] at::Tensor room_for(const at::Tensor& x);
/// The part of room_for(x) that is x's: all but the first two frames. A view.
[[nodiscard]] at::Tensor newest_frames(const at::Tensor& room);

/// @param room  [B, 2 + T, H, W, in], from room_for(); the first two frames are filled in here
/// @returns [B, T, H, W, out], contiguous
[[nodiscard]] at::Tensor convolve(const CausalConvolution& convolution, at::Tensor room,
                                  FrameCaches& caches);

}  // namespace asbench::models
