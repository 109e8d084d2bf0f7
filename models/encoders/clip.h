#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "models/encoders/config.h"
#include "models/encoders/vision_tower.h"
#include "models/layers/block.h"
#include "models/weights/state_dict.h"

namespace asbench::models {

/// The blocks below `prefix` + "encoder.layers.": both of CLIP's towers spell them alike.
[[nodiscard]] std::vector<Block> load_clip_blocks(StateDict& weights, const std::string& prefix,
                                                  const BlocksConfig& config);

/// CLIP's text tower: keys `text_model.*` and `text_projection.weight` (HF `modeling_clip.py`).
struct TextTower {
  at::Tensor tokens;     ///< [vocabulary, D]
  at::Tensor positions;  ///< [most tokens of a text, D]
  std::vector<Block> blocks;
  LayerNorm final_norm;
  Linear projection;  ///< [dim, D], no bias
};

[[nodiscard]] TextTower load_clip_text(StateDict& weights, const TextConfig& config);
void move_to(TextTower& tower, const Placement& placement);

/// Keys that finish() may meet when only the text tower is loaded.
[[nodiscard]] std::vector<std::string> ignorable_text_keys();

/// The feature of each text, read at its last token. Causal: token i sees tokens 0..i, so what
/// would follow the end token needs no place here.
/// @param ids  [N, T] int64, texts of equal length, the end token last
/// @returns [N, dim]
[[nodiscard]] at::Tensor run(const TextTower& tower, const at::Tensor& ids,
                             const Observer& observer = {});

/// How many of the ids a text's feature needs: up to its end token, the first `eos_token_id` or,
/// without one, the first largest id (which CLIP's end token is, whatever pads the rest).
/// @throws BadInput when there are no ids or no `eos_token_id` among them.
[[nodiscard]] std::size_t length_to_end_token(const std::vector<std::int64_t>& ids,
                                              const TextConfig& config);

}  // namespace asbench::models
