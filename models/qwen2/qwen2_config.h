#pragma once

#include <cstdint>
#include <string_view>

#include "core/json.h"

namespace asbench::models {

/// Sizes of a Qwen2 decoder (docs/design/animeshootergen.md 4.4 and 7.2).
struct Qwen2Config {
  std::int64_t width = 4096;    ///< hidden_size
  std::int64_t inner = 22016;   ///< intermediate_size
  std::int64_t layers = 32;     ///< num_hidden_layers
  std::int64_t heads = 32;      ///< num_attention_heads, a divisor of width
  std::int64_t key_heads = 32;  ///< num_key_value_heads, a divisor of heads
  double eps = 1e-6;            ///< rms_norm_eps
  double rope_theta = 10000.0;

  [[nodiscard]] std::int64_t head_width() const { return width / heads; }
  /// Keys, or values, of one token.
  [[nodiscard]] std::int64_t key_width() const { return key_heads * head_width(); }
};

/// From a config.json in either spelling of the rotation: `rope_theta` in older files,
/// `rope_parameters.rope_theta` in newer ones. Defaults are those of transformers 5.23.0
/// (`configuration_qwen2.py`). The vocabulary's size comes from the weights.
/// @param id  the folder, for messages
/// @throws BadInput naming the field: another model_type, two different rotations, a kind of
///         rotation, activation, window or size that is not computed here.
[[nodiscard]] Qwen2Config parse_qwen2_config(const Json& config, std::string_view id);

}  // namespace asbench::models
