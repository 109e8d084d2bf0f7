#pragma once

#include <vector>

#include "models/layers/activation.h"
#include "models/layers/attention.h"
#include "models/layers/linear.h"
#include "models/layers/norm.h"
#include "models/layers/rotary.h"

namespace asbench::models {

/// One pre-norm transformer block: x += out(attention(norm1 x)); x += mlp(norm2 x). CLIP's layers,
/// ViT's and DINOv2's are this; LayerScale is folded into `attention_out` and `mlp_out` (scaled()).
struct Block {
  LayerNorm norm1;
  Linear qkv;            ///< queries, keys, values: [3 D, D]
  Linear attention_out;  ///< [D, D]
  LayerNorm norm2;
  Linear mlp_in;   ///< [inner, D], or [2 inner, D] when gated
  Linear mlp_out;  ///< [D, inner]
  std::int64_t heads = 0;
  Activation activation = Activation::gelu;
  bool gated = false;  ///< SwiGLU instead of the activation: DINOv2 giant
};

/// The memory between the steps of a block, used again by the next: fresh memory of this size costs
/// page faults every time. One thread at a time.
struct BlockWorkspace {
  at::Tensor normed;  ///< [N T, D]
  at::Tensor qkv;     ///< [N T, 3 D]
  at::Tensor inner;   ///< [N T, rows of mlp_in]
};

/// To where it will run, see move_to(Linear&).
void move_to(Block& block, const Placement& placement);
void move_to(std::vector<Block>& blocks, const Placement& placement);

/// For blocks like `block` on like tensors [N, T, D].
[[nodiscard]] BlockWorkspace make_workspace(const at::Tensor& x, const Block& block);

/// @param x  [N, T, D], contiguous; changed in place
/// @param rotation  of the queries and keys of the last tokens, or null
void apply_block(at::Tensor& x, const Block& block, Mask mask, BlockWorkspace& workspace,
                 const Rotation* rotation = nullptr);

/// The block's output at one token, the others' not being computed: what the last block is needed
/// for. Equal to apply_block() there up to rounding.
/// @param x  [N, T, D], contiguous; used up
/// @param token  0 <= token < T; sees all tokens, so with a causal mask it must be the last. With a
///        rotation it is one of those that are not rotated
/// @returns [N, D]
[[nodiscard]] at::Tensor apply_block_at(at::Tensor& x, const Block& block, std::int64_t token,
                                        BlockWorkspace& workspace,
                                        const Rotation* rotation = nullptr);

}  // namespace asbench::models
