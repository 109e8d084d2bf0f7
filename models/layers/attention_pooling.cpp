#include "models/layers/attention_pooling.h"

#include <ATen/ATen.h>

#include "models/layers/attention.h"

namespace asbench::models {

void move_to(AttentionPooling& head, const Placement& placement) {
  for (Linear* layer : {&head.qkv, &head.attention_out, &head.mlp_in, &head.mlp_out}) {
    move_to(*layer, placement);
  }
  move_to(head.probe, placement);
  move_to(head.norm, placement);
}

at::Tensor pool(const at::Tensor& tokens, const AttentionPooling& head) {
  const std::int64_t count = tokens.size(0);
  const std::int64_t width = tokens.size(2);
  const at::Tensor query =
      linear(head.probe.view({1, 1, width}), slice(head.qkv, 0, width)).expand({count, 1, width});
  const at::Tensor pairs = linear(tokens, slice(head.qkv, width, 3 * width));
  const at::Tensor mixed = attention(query.contiguous(), pairs.narrow(2, 0, width),
                                     pairs.narrow(2, width, width), head.heads, Mask::none);
  at::Tensor pooled = linear(mixed.view({count, width}), head.attention_out);
  at::Tensor normed = at::empty_like(pooled);
  layer_norm_into(normed, pooled, head.norm, head.mlp_out.bias);
  at::Tensor inner = at::empty({count, head.mlp_in.outputs()}, pooled.options());
  product_into(inner, normed, head.mlp_in);
  add_bias_and_activate(inner, head.mlp_in.bias, head.activation);
  add_product(pooled, inner, head.mlp_out);
  return pooled;
}

}  // namespace asbench::models
