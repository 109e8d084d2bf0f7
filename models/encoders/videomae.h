#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "models/encoders/config.h"
#include "models/encoders/vision_tower.h"
#include "models/layers/block.h"
#include "models/weights/state_dict.h"

namespace asbench::models {

/// Sizes of a VideoMAE (HF `configuration_videomae.py`).
struct VideoMaeConfig {
  BlocksConfig blocks;
  std::int64_t image_size = 224;
  std::int64_t patch_size = 16;
  std::int64_t frames = 16;  ///< num_frames, a multiple of the tubelet
  std::int64_t tubelet = 2;  ///< tubelet_size
  bool mean_pooling = true;  ///< use_mean_pooling

  [[nodiscard]] std::int64_t tokens() const {
    return (frames / tubelet) * (image_size / patch_size) * (image_size / patch_size);
  }
};

/// @throws BadInput naming the field of config.json.
[[nodiscard]] VideoMaeConfig parse_videomae_config(const Json& config, std::string_view id);

/// ViT over tubelets: [tubelet, patch, patch] of 3 channels times a matrix, fixed sine positions,
/// blocks, a norm on the mean of the tokens (`fc_norm`; without mean pooling `layernorm`, at the
/// first token). HF `modeling_videomae.py`.
struct VideoMae {
  Linear tubelets;       ///< [D, 3 * tubelet * patch * patch]
  at::Tensor positions;  ///< [tokens, D]
  std::vector<Block> blocks;
  LayerNorm final_norm;
};

/// Keys in both spellings: `attention.attention.q_bias` and `v_bias` as published, `query.bias` and
/// `value.bias` as transformers 5 writes; keys have no bias. What `weights` lacks is told by its
/// finish().
[[nodiscard]] VideoMae load_videomae(StateDict& weights, const VideoMaeConfig& config);
[[nodiscard]] std::vector<std::string> ignorable_videomae_keys();
void move_to(VideoMae& network, const Placement& placement);

/// sin for even, cos for odd columns of position / 10000^(2 floor(j / 2) / D), in double, then
/// float32. [tokens, D]
[[nodiscard]] at::Tensor sine_positions(std::int64_t tokens, std::int64_t width);

/// @param clip  [N, 3, frames, image_size, image_size]
/// @returns [N, D]; shows "embeddings", "blocks.0", ..., "feature"
[[nodiscard]] at::Tensor run(const VideoMae& network, const VideoMaeConfig& config,
                             const at::Tensor& clip, const Observer& observer = {});

}  // namespace asbench::models
