#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

#include "models/layers/linear.h"
#include "models/layers/norm.h"
#include "models/qformer/qformer_config.h"
#include "models/weights/checkpoint.h"

namespace asbench::models {

/// One layer, normalised behind each sum: a = norm(x + out(attention(x))); where it looks at the
/// input, a = cross.norm(a + cross.out(attention(a; input))); x = mlp_norm(a + mlp(a)).
struct QFormerLayer {
  struct Cross {
    Linear query;  ///< [h, h]
    Linear kv;     ///< keys, values: [2 h, E]
    Linear out;    ///< [h, h]
    LayerNorm norm;
  };
  Linear qkv;  ///< [3 h, h]
  Linear out;  ///< [h, h]
  LayerNorm norm;
  std::optional<Cross> cross;
  Linear mlp_in;   ///< [inner, h]
  Linear mlp_out;  ///< [h, inner]
  LayerNorm mlp_norm;
};

/// BLIP-2 style Q-Former with a projection (docs/design/animeshootergen.md 4.6; keys 7.1).
/// Immutable once loaded; any number of threads may run it.
struct QFormer {
  std::string id;  ///< of the checkpoint, for messages
  QFormerConfig config;
  QFormerOptions options;
  std::int64_t encoder_width = 0;  ///< E: of the states that it is given
  at::Tensor query_tokens;         ///< [1, L, h]; undefined where the language model gives them
  /// [Q, D]: the vectors that the language model sees at its query positions, float32 on the CPU;
  /// undefined where the file has none.
  at::Tensor learnable_queries;
  LayerNorm input_norm;
  std::vector<QFormerLayer> layers;
  std::vector<Linear> projection;  ///< none, one, or two with an exact GELU between
  std::optional<LayerNorm> projection_norm;
  Placement placement = Placement(c10::kCPU);

  /// Tokens of the condition, where the file says it: L, or Q where the queries are the language
  /// model's. 0: it doesn't.
  [[nodiscard]] std::int64_t condition_length() const;
};

/// To where it will run, see move_to(Linear&).
void move_to(QFormer& model, const Placement& placement);

/// @throws BadInput: parse_qformer_config(); missing, unexpected (cross-attention where the queries
///         are the language model's) and misshaped tensors, all at once; a name in `options.keys`
///         that the network has no tensor for; another number of tokens than
///         `options.condition_length`.
[[nodiscard]] QFormer load_qformer(const Checkpoint& checkpoint, const QFormerOptions& options,
                                   const Placement& placement);

/// The options that a folder without a manifest implies: projection, its norm, the source of the
/// queries and whether there are learnable ones, from the names of its tensors.
[[nodiscard]] QFormerOptions qformer_options_of(const Checkpoint& checkpoint);

/// The last layer's output.
/// @param states   [B, S, E], the language model's; they are the queries where the options say so
/// @param queries  [B, L, h] or [1, L, h] instead of the file's; only with QuerySource::own
/// @returns [B, L, h], in the model's type
/// @throws BadInput for other shapes.
[[nodiscard]] at::Tensor run(const QFormer& model, const at::Tensor& states,
                             const at::Tensor& queries = {});

/// @param last  run()'s, [B, L, h]
/// @returns [B, L, width of the condition]
[[nodiscard]] at::Tensor project_condition(const QFormer& model, const at::Tensor& last);

}  // namespace asbench::models
