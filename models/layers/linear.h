#pragma once

#include <ATen/core/Tensor.h>

namespace asbench::models {

/// y = x W^T + b, as torch.nn.Linear.
struct Linear {
  at::Tensor weight;  ///< [out, in]
  at::Tensor bias;    ///< [out], or undefined for none

  [[nodiscard]] std::int64_t outputs() const { return weight.size(0); }
  [[nodiscard]] std::int64_t inputs() const { return weight.size(1); }
};

/// @param x  [..., in]
/// @returns [..., out], contiguous. Bias and product are one call of the matrix library.
[[nodiscard]] at::Tensor linear(const at::Tensor& x, const Linear& layer);

/// out = x W^T + b, or without b, into memory that is there.
/// @param x  [rows, in]; @param out  [rows, out], contiguous
void linear_into(at::Tensor& out, const at::Tensor& x, const Linear& layer);
void product_into(at::Tensor& out, const at::Tensor& x, const Linear& layer);

/// residual += x W^T, without a temporary and without the bias (layer_norm_into() has added it).
/// @param x  [rows, in]; @param residual  [rows, out], contiguous
void add_product(at::Tensor& residual, const at::Tensor& x, const Linear& layer);

/// Rows [begin, end) of the layer's outputs as a layer of its own; shares the memory.
[[nodiscard]] Linear slice(const Linear& layer, std::int64_t begin, std::int64_t end);

/// Several layers of the same input as one with their outputs in order (query, key, value in one
/// product). Either all or none have a bias.
[[nodiscard]] Linear concatenate(std::initializer_list<Linear> layers);

/// diag(scale) after the layer, folded into its weights: LayerScale costs nothing.
/// @param scale  [out]
[[nodiscard]] Linear scaled(const Linear& layer, const at::Tensor& scale);

}  // namespace asbench::models
