#pragma once

#include <ATen/core/Tensor.h>

#include "models/layers/activation.h"
#include "models/layers/linear.h"
#include "models/layers/norm.h"

namespace asbench::models {

/// One query, learnt, that looks at all tokens: y = out(attention(probe, tokens, tokens)), then
/// y + mlp(norm y). SigLIP's head (HF `modeling_siglip.py`, SiglipMultiheadAttentionPoolingHead).
struct AttentionPooling {
  at::Tensor probe;      ///< [D]
  Linear qkv;            ///< query, keys, values: [3 D, D]
  Linear attention_out;  ///< [D, D]
  LayerNorm norm;
  Linear mlp_in;   ///< [inner, D]
  Linear mlp_out;  ///< [D, inner]
  std::int64_t heads = 0;
  Activation activation = Activation::gelu_tanh;
};

/// To where it will run, see move_to(Linear&).
void move_to(AttentionPooling& head, const Placement& placement);

/// @param tokens  [N, T, D]
/// @returns [N, D]
[[nodiscard]] at::Tensor pool(const at::Tensor& tokens, const AttentionPooling& head);

}  // namespace asbench::models
