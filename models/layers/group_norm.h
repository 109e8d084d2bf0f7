#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "models/layers/placement.h"

namespace asbench::models {

/// (x - mean) / sqrt(var + eps) * weight + bias, with the mean and the biased variance of a sample
/// over a group of neighbouring channels and all positions; as torch.nn.GroupNorm.
struct GroupNorm {
  at::Tensor weight;         ///< [C]
  at::Tensor bias;           ///< [C]
  std::int64_t groups = 32;  ///< divides C
  double eps = 1e-5;
};

void move_to(GroupNorm& norm, const Placement& placement);

/// out = group_norm(x). In float32 on the CPU the moments are summed in double in a fixed order:
/// the number of threads changes no bit. Nothing of x's size is allocated.
/// @param x    [N, ..., C], channels last, contiguous
/// @param out  like x, or x itself; samples may lie apart, each is contiguous
void group_norm_into(at::Tensor& out, const at::Tensor& x, const GroupNorm& norm);

}  // namespace asbench::models
