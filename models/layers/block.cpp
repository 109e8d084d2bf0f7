#include "models/layers/block.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "models/layers/parallel.h"

namespace asbench::models {
namespace {

// x += mlp(norm2 x); `normed` and `inner` have x's rows.
void add_mlp(at::Tensor& x, const Block& block, at::Tensor& normed, at::Tensor& inner) {
  layer_norm_into(normed, x, block.norm2, block.mlp_out.bias);
  if (block.gated) {
    linear_into(inner, normed, block.mlp_in);
    add_product(x, swiglu(inner), block.mlp_out);
  } else {
    product_into(inner, normed, block.mlp_in);
    add_bias_and_activate(inner, block.mlp_in.bias, block.activation);
    add_product(x, inner, block.mlp_out);
  }
}

}  // namespace

void move_to(Block& block, const Placement& placement) {
  for (Linear* layer : {&block.qkv, &block.attention_out, &block.mlp_in, &block.mlp_out}) {
    move_to(*layer, placement);
  }
  move_to(block.norm1, placement);
  move_to(block.norm2, placement);
}

void move_to(std::vector<Block>& blocks, const Placement& placement) {
  // Packing is a second's work for a large network, and blocks know nothing of each other.
  const auto count = static_cast<std::int64_t>(blocks.size());
  const std::int64_t chunk = placement.own_kernels ? 1 : std::max<std::int64_t>(1, count);
  parallel_chunks(count, chunk, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      move_to(blocks[static_cast<std::size_t>(i)], placement);
  });
}

BlockWorkspace make_workspace(const at::Tensor& x, const Block& block) {
  const std::int64_t rows = x.size(0) * x.size(1);
  return {at::empty({rows, x.size(2)}, x.options()),
          at::empty({rows, block.qkv.outputs()}, x.options()),
          at::empty({rows, block.mlp_in.outputs()}, x.options())};
}

void apply_block(at::Tensor& x, const Block& block, Mask mask, BlockWorkspace& workspace,
                 const Rotation* rotation) {
  const std::int64_t width = x.size(2);
  at::Tensor rows = x.view({-1, width});
  layer_norm_into(workspace.normed, rows, block.norm1, block.attention_out.bias);
  linear_into(workspace.qkv, workspace.normed, block.qkv);
  const at::Tensor qkv = workspace.qkv.view({x.size(0), x.size(1), 3 * width});
  if (rotation != nullptr) rotate(qkv.narrow(2, 0, 2 * width), *rotation);
  const at::Tensor mixed = attention(qkv.narrow(2, 0, width), qkv.narrow(2, width, width),
                                     qkv.narrow(2, 2 * width, width), block.heads, mask);
  add_product(rows, mixed.view({-1, width}), block.attention_out);
  add_mlp(rows, block, workspace.normed, workspace.inner);
}

at::Tensor apply_block_at(at::Tensor& x, const Block& block, std::int64_t token,
                          BlockWorkspace& workspace, const Rotation* rotation) {
  TORCH_INTERNAL_ASSERT(rotation == nullptr || token < x.size(1) - rotation->cosines.size(0));
  const std::int64_t count = x.size(0);
  const std::int64_t width = x.size(2);
  at::Tensor rows = x.view({-1, width});
  layer_norm_into(workspace.normed, rows, block.norm1, block.attention_out.bias);
  const at::Tensor normed = workspace.normed.view(x.sizes());
  const at::Tensor query = linear(normed.narrow(1, token, 1), slice(block.qkv, 0, width));
  const at::Tensor kv = linear(normed, slice(block.qkv, width, 3 * width));
  if (rotation != nullptr) rotate(kv.narrow(2, 0, width), *rotation);
  const at::Tensor mixed =
      attention(query, kv.narrow(2, 0, width), kv.narrow(2, width, width), block.heads, Mask::none);
  at::Tensor out = x.select(1, token).contiguous();
  add_product(out, mixed.view({count, width}), block.attention_out);
  at::Tensor out_normed = workspace.normed.narrow(0, 0, count);
  at::Tensor out_inner = workspace.inner.narrow(0, 0, count);
  add_mlp(out, block, out_normed, out_inner);
  return out;
}

}  // namespace asbench::models
