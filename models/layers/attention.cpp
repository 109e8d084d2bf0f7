#include "models/layers/attention.h"

#include <ATen/ATen.h>

namespace asbench::models {
namespace {

// [N, T, D] to [N, heads, T, head width], a view.
at::Tensor by_heads(const at::Tensor& x, std::int64_t heads) {
  return x.unflatten(-1, {heads, x.size(-1) / heads}).transpose(1, 2);
}

}  // namespace

at::Tensor attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                     std::int64_t heads, Mask mask) {
  const at::Tensor mixed =
      at::scaled_dot_product_attention(by_heads(query, heads), by_heads(key, heads),
                                       by_heads(value, heads), {}, 0.0, mask == Mask::causal);
  return mixed.transpose(1, 2).reshape(query.sizes());
}

}  // namespace asbench::models
