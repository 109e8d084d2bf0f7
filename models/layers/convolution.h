#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "models/layers/placement.h"

namespace asbench::models {

/// A convolution over pixels whose channels lie together: [N, H, W, C] with a weight of four axes,
/// [N, T, H, W, C] with one of five. As torch.nn.Conv2d and Conv3d, whose tensors are the same in
/// another order of memory.
///
/// Channels last, because the kernels of oneDNN and of tensor cores then read and write the tensors
/// as they are: in the other order they make a copy of input and output in their own layout first.
struct Convolution {
  at::Tensor weight;         ///< [out, in, ...], the kernel's axes (time,) height, width
  at::Tensor bias;           ///< [out]
  std::int64_t stride = 1;   ///< of height and width; 1 in time
  std::int64_t padding = 0;  ///< zeros at each side of height and width; none in time

  [[nodiscard]] std::int64_t outputs() const { return weight.size(0); }
};

void move_to(Convolution& layer, const Placement& placement);

/// @param x  [N, H, W, in] or [N, T, H, W, in], contiguous
/// @returns [N, H', W', out] or [N, T', H', W', out], contiguous
[[nodiscard]] at::Tensor convolve(const at::Tensor& x, const Convolution& layer);

}  // namespace asbench::models
