#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "models/cogvideox/transformer_config.h"
#include "models/layers/activation.h"
#include "models/layers/linear.h"
#include "models/layers/norm.h"
#include "models/layers/rotary.h"
#include "models/weights/state_dict.h"

namespace asbench::models {

/// A layer norm whose result is stretched and shifted by what a linear layer makes of the time:
/// norm(x) * (1 + scale) + shift.
struct AdaptiveNorm {
  Linear modulation;  ///< [parts * D, time width]
  LayerNorm norm;
};

/// One block of the transformer (docs/design/animeshootergen.md 4.7, step 4): joint attention over
/// text and video, then an MLP, both after an adaptive norm and added through gates. Names are
/// those of the keys `transformer_blocks.N.*`.
struct CogVideoXBlock {
  AdaptiveNorm norm1;  ///< six parts: shift, scale, gate of the video's tokens, then of the text's
  Linear query, key, value;        ///< attn1.to_q, to_k, to_v [D, D]
  LayerNorm query_norm, key_norm;  ///< attn1.norm_q, norm_k over each head, eps 1e-6
  Linear attention_out;            ///< attn1.to_out.0 [D, D]
  AdaptiveNorm norm2;              ///< as norm1
  Linear mlp_in, mlp_out;          ///< ff.net.0.proj [4 D, D], ff.net.2 [D, 4 D]
  std::int64_t heads = 0;
  Activation activation = Activation::gelu_tanh;
};

/// What the blocks of one forward pass share.
struct BlockInput {
  at::Tensor time;               ///< [B, time width]: SiLU of the embedded timestep
  std::int64_t text_tokens = 0;  ///< the first so many tokens of each sample are text
  Rotation rotation = {};        ///< of the video's tokens; undefined: there is none
};

/// The memory between the steps of a block, used again by the next. One thread at a time.
struct CogVideoXWorkspace {
  at::Tensor query, key, value;  ///< [B, T, D]
};

/// @param name  "transformer_blocks.3."; what `weights` lacks is told by its finish()
[[nodiscard]] CogVideoXBlock load_cogvideox_block(StateDict& weights, const std::string& name,
                                                  const CogVideoXTransformerConfig& config);

/// `name`.linear and `name`.norm. @param parts  6 in blocks, 2 at the end
[[nodiscard]] AdaptiveNorm load_adaptive_norm(StateDict& weights, const std::string& name,
                                              std::int64_t parts,
                                              const CogVideoXTransformerConfig& config);

/// To where it will run, see move_to(Linear&). A block moves alone, so that layers can be streamed.
void move_to(CogVideoXBlock& block, const Placement& placement);
void move_to(AdaptiveNorm& norm, const Placement& placement);

/// For blocks on tensors like x [B, T, D].
[[nodiscard]] CogVideoXWorkspace make_cogvideox_workspace(const at::Tensor& x);

/// @param x  [B, T, D], contiguous: each sample is its text, then its video; changed in place
void apply_block(at::Tensor& x, const CogVideoXBlock& block, const BlockInput& input,
                 CogVideoXWorkspace& workspace);

/// What an adaptive norm's linear layer makes of the time, with 1 added to the scales.
/// @param time        [B, time width]
/// @param scale_parts  which of its parts are scales
/// @returns [B, parts, D]
[[nodiscard]] at::Tensor modulation_of(const AdaptiveNorm& norm, const at::Tensor& time,
                                       at::IntArrayRef scale_parts);

/// out = norm(x) * scale + shift. @param x, out  [rows, D], contiguous; not the same
/// @param shift, scale  [D], as modulation_of() gives them
void adaptive_norm_into(at::Tensor& out, at::Tensor& x, const LayerNorm& norm,
                        const at::Tensor& shift, const at::Tensor& scale);

}  // namespace asbench::models
