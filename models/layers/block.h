#pragma once

#include "models/layers/activation.h"
#include "models/layers/attention.h"
#include "models/layers/linear.h"
#include "models/layers/norm.h"

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

/// @param x  [N, T, D], contiguous; changed in place
void apply_block(at::Tensor& x, const Block& block, Mask mask = Mask::none);

/// The block's output at one token, the others' not being computed: what the last block is needed
/// for. Equal to apply_block() there up to rounding.
/// @param x  [N, T, D]
/// @param token  0 <= token < T; sees all tokens, so with a causal mask it must be the last
/// @returns [N, D]
[[nodiscard]] at::Tensor apply_block_at(const at::Tensor& x, const Block& block,
                                        std::int64_t token);

/// Floating-point operations (a multiply-add counts 2) of the block's matrix products for one
/// sequence of T tokens, and of apply_block_at().
[[nodiscard]] double block_flops(const Block& block, std::int64_t tokens);
[[nodiscard]] double block_flops_at_one_token(const Block& block, std::int64_t tokens);

}  // namespace asbench::models
