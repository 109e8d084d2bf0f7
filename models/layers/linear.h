#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

#include "models/kernels/matrix_product.h"
#include "models/layers/placement.h"

namespace asbench::models {

/// y = x W^T + b, as torch.nn.Linear. Loaded with `weight`; move_to() makes it ready to run: on the
/// CPU packed for its kernels, elsewhere as a tensor there.
struct Linear {
  at::Tensor weight;                           ///< [out, in]; undefined once packed
  at::Tensor bias;                             ///< [out], or undefined for none
  std::shared_ptr<const PackedMatrix> packed;  ///< all of the weight; shared by slices
  std::int64_t first = 0;                      ///< this layer's outputs begin here in `packed`
  std::int64_t count = 0;                      ///< and are so many

  [[nodiscard]] std::int64_t outputs() const { return packed ? count : weight.size(0); }
  [[nodiscard]] std::int64_t inputs() const { return packed ? packed->inputs() : weight.size(1); }
};

/// To where it will run. For our own kernels the weight is packed and let go.
void move_to(Linear& layer, const Placement& placement);

/// To another device or type, or on the CPU to memory of its own: a tensor of a checkpoint lies in
/// a mapped file, which stays in memory as long as any tensor points into it.
void move_to(at::Tensor& tensor, const Placement& placement);

/// @param x  [..., in]
/// @returns [..., out], contiguous. Bias and product are one call.
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
/// product). Either all or none have a bias; none is packed.
[[nodiscard]] Linear concatenate(std::initializer_list<Linear> layers);

/// diag(scale) after the layer, folded into its weights: LayerScale costs nothing. Not packed.
/// @param scale  [out]
[[nodiscard]] Linear scaled(const Linear& layer, const at::Tensor& scale);

}  // namespace asbench::models
