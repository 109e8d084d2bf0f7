#pragma once

#include <ATen/core/Tensor.h>

#include "models/layers/linear.h"

namespace asbench::models {

/// (x - mean) / sqrt(var + eps) * weight + bias over the last axis, var the biased variance; as
/// torch.nn.LayerNorm.
struct LayerNorm {
  at::Tensor weight;  ///< [width]
  at::Tensor bias;    ///< [width]
  double eps = 1e-5;  ///< 1e-5 CLIP, 1e-12 ViT, 1e-6 DINOv2: from config.json, and it shows
};

void move_to(LayerNorm& norm, const Placement& placement);

/// @param x  [..., width]
[[nodiscard]] at::Tensor layer_norm(const at::Tensor& x, const LayerNorm& norm);

/// out = layer_norm(x), then x += then_add where that is defined: the bias of the product that is
/// added to x next, in the same pass over memory.
/// @param x    [rows, width], contiguous
/// @param out  [rows, width], contiguous; not x
void layer_norm_into(at::Tensor& out, at::Tensor& x, const LayerNorm& norm,
                     const at::Tensor& then_add = {});

}  // namespace asbench::models
