#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/json.h"
#include "models/layers/activation.h"

namespace asbench::models {

/// Sizes of a BLIP-2 style Q-Former (docs/design/animeshootergen.md 4.6 and 7.2).
struct QFormerConfig {
  std::int64_t width = 768;   ///< hidden_size
  std::int64_t inner = 3072;  ///< intermediate_size
  std::int64_t layers = 12;   ///< num_hidden_layers
  std::int64_t heads = 12;    ///< num_attention_heads, a divisor of width
  std::int64_t frequency = 2;  ///< cross_attention_frequency: layers 0, f, 2 f, … look at the input
  /// encoder_hidden_size; nothing: as the tensors say.
  std::optional<std::int64_t> encoder_width;
  double eps = 1e-12;  ///< layer_norm_eps
  Activation activation = Activation::gelu;
};

/// With the defaults of transformers 5.23.0 (`configuration_blip_2.py`, Blip2QFormerConfig).
/// @param id  the folder, for messages
/// @throws BadInput naming the field: another model_type, text input, positions, an activation or
///         size that is not computed here.
[[nodiscard]] QFormerConfig parse_qformer_config(const Json& config, std::string_view id);

/// What its queries are (docs/design/animeshootergen.md 2, U2).
enum class QuerySource {
  own,  ///< `query_tokens` of the file; the language model's states are keys and values
  llm,  ///< the language model's states; no layer looks at anything else
};

/// What follows the last layer (U5).
enum class ConditionProjection {
  none,    ///< the width is the video model's already
  linear,  ///< `proj.*`
  mlp,     ///< `proj.0.*`, exact GELU, `proj.2.*`
};

/// How a Q-Former is used, which its files don't say: part `qformer` of the manifest.
struct QFormerOptions {
  QuerySource query_source = QuerySource::own;
  ConditionProjection projection = ConditionProjection::linear;
  bool trailing_layer_norm = false;  ///< `proj_norm.*` behind the projection
  /// Tokens of the condition (U3); the file must agree. Nothing: as the file says.
  std::optional<std::int64_t> condition_length;
  /// `learnable_queries` must be there: the prompt needs them, the network alone does not.
  bool needs_learnable_queries = true;
  std::map<std::string, std::string> keys;  ///< our name of a tensor to the file's
};

}  // namespace asbench::models
