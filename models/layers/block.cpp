#include "models/layers/block.h"

#include <ATen/ATen.h>

namespace asbench::models {
namespace {

void add_mlp(at::Tensor& x, const Block& block) {
  at::Tensor inner = linear(layer_norm(x, block.norm2), block.mlp_in);
  if (block.gated) {
    inner = swiglu(inner);
  } else {
    activate(inner, block.activation);
  }
  add_linear(x, inner, block.mlp_out);
}

double linear_flops(const Linear& layer) {
  return 2.0 * static_cast<double>(layer.inputs()) * static_cast<double>(layer.outputs());
}

}  // namespace

void apply_block(at::Tensor& x, const Block& block, Mask mask) {
  const std::int64_t width = x.size(2);
  const at::Tensor qkv = linear(layer_norm(x, block.norm1), block.qkv);
  const at::Tensor mixed = attention(qkv.narrow(2, 0, width), qkv.narrow(2, width, width),
                                     qkv.narrow(2, 2 * width, width), block.heads, mask);
  add_linear(x, mixed, block.attention_out);
  add_mlp(x, block);
}

at::Tensor apply_block_at(const at::Tensor& x, const Block& block, std::int64_t token) {
  const std::int64_t width = x.size(2);
  const at::Tensor normed = layer_norm(x, block.norm1);
  const at::Tensor query = linear(normed.narrow(1, token, 1), slice(block.qkv, 0, width));
  const at::Tensor kv = linear(normed, slice(block.qkv, width, 3 * width));
  const at::Tensor mixed =
      attention(query, kv.narrow(2, 0, width), kv.narrow(2, width, width), block.heads, Mask::none);
  at::Tensor out = x.narrow(1, token, 1).contiguous();
  add_linear(out, mixed, block.attention_out);
  add_mlp(out, block);
  return out.squeeze(1);
}

double block_flops(const Block& block, std::int64_t tokens) {
  const auto t = static_cast<double>(tokens);
  const auto width = static_cast<double>(block.qkv.inputs());
  return t * (linear_flops(block.qkv) + linear_flops(block.attention_out) +
              linear_flops(block.mlp_in) + linear_flops(block.mlp_out)) +
         4.0 * t * t * width;
}

double block_flops_at_one_token(const Block& block, std::int64_t tokens) {
  const auto t = static_cast<double>(tokens);
  const auto width = static_cast<double>(block.qkv.inputs());
  return linear_flops(block.qkv) * (2.0 * t + 1.0) / 3.0 + linear_flops(block.attention_out) +
         linear_flops(block.mlp_in) + linear_flops(block.mlp_out) + 4.0 * t * width;
}

}  // namespace asbench::models
