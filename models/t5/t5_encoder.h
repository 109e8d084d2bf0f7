#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "models/layers/linear.h"
#include "models/layers/placement.h"
#include "models/layers/rms_norm.h"
#include "models/t5/t5_config.h"
#include "models/weights/checkpoint.h"

namespace asbench::models {

/// x += out(attention(norm x)); x += down(gelu(gate n) * up n), n = norm x. No biases.
struct T5Layer {
  RmsNorm attention_norm;
  Linear qkv;            ///< queries, keys, values: [3 * heads * head width, D]
  Linear attention_out;  ///< [D, heads * head width]
  RmsNorm mlp_norm;
  Linear gate;  ///< `wi_0` [inner, D]
  Linear up;    ///< `wi_1` [inner, D]
  Linear down;  ///< `wo` [D, inner]
};

/// T5 v1.1's encoder: token ids to one vector per token (docs/design/animeshootergen.md 4.10).
struct T5Encoder {
  T5Config config;
  at::Tensor tokens;     ///< [vocabulary, D]; on the CPU the file's mapping
  at::Tensor distances;  ///< [buckets, heads]: block 0's table of biases, used in every block
  std::vector<T5Layer> layers;
  RmsNorm final_norm;
  Placement placement = c10::kCPU;
};

/// Loads the encoder of a `text_encoder` folder (open_checkpoint()), one file or shards, and moves
/// it to where it will run. Keys of docs/design/animeshootergen.md 7.1; a second copy of the table
/// (`encoder.embed_tokens.weight`) must equal the first.
/// @throws BadInput: parse_t5_config(), and every missing, unexpected and misshaped tensor by name;
///         DeviceOutOfMemory.
[[nodiscard]] T5Encoder load_t5_encoder(const Checkpoint& checkpoint,
                                        const Placement& placement = c10::kCPU);

/// Every token sees every other, padding too: the video model was trained with texts padded to its
/// length and no mask. A text's result depends on that text alone, not on the others of the batch.
/// @param ids       [B, L] int64 on the CPU, L >= 1
/// @param observer  shown "embeddings", "blocks.0", … [B, L, D], valid during the call only
/// @returns [B, L, D] on the placement's device and in its type
/// @throws BadInput for an id that the table does not have, and for other shapes and types.
[[nodiscard]] at::Tensor run(
    const T5Encoder& encoder, const at::Tensor& ids,
    const std::function<void(std::string_view name, const at::Tensor& value)>& observer = {});

}  // namespace asbench::models
