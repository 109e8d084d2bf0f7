#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/json.h"
#include "models/layers/activation.h"

namespace asbench::models {

/// Sizes of a stack of transformer blocks.
struct BlocksConfig {
  std::int64_t width = 0;   ///< hidden_size
  std::int64_t inner = 0;   ///< of the MLP
  std::int64_t layers = 0;  ///< num_hidden_layers
  std::int64_t heads = 0;   ///< num_attention_heads, a divisor of width
  Activation activation = Activation::gelu;
  double eps = 1e-5;     ///< layer_norm_eps
  bool qkv_bias = true;  ///< queries, keys and values have a bias
  bool gated = false;    ///< SwiGLU: `inner` is the width after gating
};

/// The class defaults of one kind of network.
struct BlockDefaults {
  std::int64_t width, inner, layers, heads;
  const char* activation;  ///< null: the field is not read, as where only SwiGLU is
  double eps;
};

class ConfigReader;
/// `hidden_size` and the other sizes, with the defaults of the class where the file is silent.
/// @throws BadInput naming the field.
[[nodiscard]] BlocksConfig parse_blocks(const ConfigReader& reader, const BlockDefaults& defaults);

enum class VisionFamily { clip, vit, dinov2, dinov2_registers, dinov3, siglip };

/// Which layers of a block have a bias, where checkpoints of a family differ.
struct VisionBiases {
  bool query = true, key = true, value = true, attention_out = true, mlp = true;
};

struct VisionConfig {
  VisionFamily family = VisionFamily::vit;
  BlocksConfig blocks;
  std::int64_t image_size = 224;  ///< pixels a side that the position table is for
  std::int64_t patch_size = 16;
  std::int64_t projection = 0;  ///< length of the projected feature; 0: none
  std::int64_t registers = 0;   ///< tokens between class token and patches
  double rope_theta = 0.0;      ///< base of the patches' rotation (DINOv3); 0: a position table
  VisionBiases biases;          ///< DINOv3 alone

  [[nodiscard]] std::int64_t table_patches() const {
    return (image_size / patch_size) * (image_size / patch_size);
  }
  /// SigLIP pools all patches and has no class token.
  [[nodiscard]] bool has_class_token() const { return family != VisionFamily::siglip; }
  /// Length of a feature.
  [[nodiscard]] std::int64_t dim() const { return projection > 0 ? projection : blocks.width; }
};

struct TextConfig {
  BlocksConfig blocks;
  std::int64_t vocabulary = 49408;  ///< vocab_size
  std::int64_t positions = 77;      ///< max_position_embeddings
  std::int64_t projection = 512;
  /// Where the feature is read: the first such id; nothing: the first largest id.
  std::optional<std::int64_t> eos_token_id;
};

/// Hyper-parameters from a config.json as found in the wild, with the class defaults of
/// transformers 5.23.0 for fields that are absent or null (`configuration_clip.py`,
/// `configuration_vit.py`, `configuration_dinov2.py`, `configuration_dinov2_with_registers.py`,
/// `configuration_dinov3_vit.py`, `configuration_siglip.py`). Fields that only matter in training
/// or for generation are ignored.
/// @param id  the checkpoint, for messages
/// @throws BadInput naming the file and the field: another model_type, an activation, size or
///         combination that is not computed here.
[[nodiscard]] VisionConfig parse_vision_config(const Json& config, std::string_view id);

/// The text tower of a clip config. `eos_token_id` is not believed where it is 2 (a known mistake
/// in the published files) or where the vocabulary is CLIP's own.
[[nodiscard]] TextConfig parse_text_config(const Json& config, std::string_view id);

}  // namespace asbench::models
