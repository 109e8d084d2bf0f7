#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "models/encoders/config.h"

namespace asbench::models {

/// One of the networks whose features DreamSim joins: a ViT in the spelling of
/// facebookresearch/dino (docs/design/metrics.md 3.4).
struct DreamSimBranch {
  /// family vit; `projection` > 0: the feature is the class token after the last norm, projected
  /// ("embedding"); 0: the class token as it leaves the last block, before that norm ("cls").
  VisionConfig vision;
  bool pre_norm = false;  ///< a norm after the positions are added: both CLIPs have it
  std::array<double, 3> mean{}, std{1.0, 1.0, 1.0};  ///< R, G, B, of values in [0, 1]
};

/// Several networks on one picture, their features joined, centred and scaled to length 1.
struct DreamSimConfig {
  std::int64_t image_size = 224;         ///< sides of every picture, in pixels
  std::vector<DreamSimBranch> branches;  ///< at least one, in the order of their features

  /// Length of a feature: 1792 of the published ensemble.
  [[nodiscard]] std::int64_t dim() const;
  /// Blocks of all branches.
  [[nodiscard]] std::int64_t layers() const;
};

/// Whether a config.json is one of DreamSim's (`model_type` "dreamsim"), as
/// tools/convert_dreamsim writes them.
[[nodiscard]] bool is_dreamsim(const Json& config);

/// Hyper-parameters from a config.json with `image_size` and, in `branches`, per network:
/// `feat_type`
/// ("cls" or "embedding", as DreamSim calls them), `projection_dim` (of an embedding), `pre_norm`,
/// `patch_size`, `hidden_size`, `intermediate_size`, `num_hidden_layers`, `num_attention_heads`,
/// `hidden_act`, `layer_norm_eps`, `image_mean`, `image_std`. Fields that are absent are ViT-B/16's
/// with exact GELU and eps 1e-6; `feat_type`, `image_mean` and `image_std` must be there.
/// @param id  the checkpoint, for messages
/// @throws BadInput naming the file, the branch and the field.
[[nodiscard]] DreamSimConfig parse_dreamsim_config(const Json& config, std::string_view id);

/// Floating-point operations of the matrix products of one picture, from the configuration alone.
[[nodiscard]] double flops_per_image(const DreamSimConfig& config);

}  // namespace asbench::models
