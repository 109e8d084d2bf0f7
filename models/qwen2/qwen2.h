#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "models/layers/linear.h"
#include "models/layers/rms_norm.h"
#include "models/lora/lora.h"
#include "models/qwen2/key_value_cache.h"
#include "models/qwen2/qwen2_config.h"
#include "models/weights/checkpoint.h"

namespace asbench::models {

/// x += out(attention(norm1 x)); x += down(silu(gate n) * up n), n = norm2 x.
struct Qwen2Layer {
  RmsNorm norm1;
  Linear qkv;            ///< [(heads + 2 key heads) * head width, D], biased
  Linear attention_out;  ///< [D, D], no bias
  RmsNorm norm2;
  Linear gate_up;  ///< [2 inner, D]: gate, then up; no bias
  Linear down;     ///< [D, inner], no bias
};

/// A Qwen2 decoder without its head (docs/design/animeshootergen.md 4.4). Keys `model.*`, in one
/// file or in shards; `lm_head.weight` is left alone. Immutable once loaded: sequences live in
/// their KeyValueCache, so several may be read at the same time.
struct Qwen2 {
  std::string id;  ///< of the checkpoint, for messages
  Qwen2Config config;
  at::Tensor tokens;  ///< [vocabulary, D]
  std::vector<Qwen2Layer> layers;
  RmsNorm final_norm;
  Placement placement = Placement(c10::kCPU);
};

/// Every layer goes to its place as soon as it is read, so that the file is never in memory twice.
/// @param loras  merged into the weights, in this order
/// @throws BadInput: parse_qwen2_config(), merge_lora(); missing, unexpected and misshaped tensors,
/// all at once.
[[nodiscard]] Qwen2 load_qwen2(const Checkpoint& checkpoint, const Placement& placement,
                               const std::vector<Lora>& loras = {});

/// @param ids  [B, S] int64, on any device
/// @returns [B, S, D] where the model is
/// @throws BadInput for an id without a row.
[[nodiscard]] at::Tensor embed_tokens(const Qwen2& model, const at::Tensor& ids);

/// Which hidden state is read (docs/design/animeshootergen.md 2, U1).
struct HiddenStateChoice {
  std::int64_t layer = -1;  ///< 0: the embeddings; k: what leaves layer k; -1: what leaves the last
  bool final_norm = true;   ///< the model's last norm on top
};

/// The next piece of a sequence: appends its tokens to `cache` and returns the chosen state of each
/// of them. Positions go on where the cache ends, so pieces give what the whole sequence gives.
/// Layers above the chosen one are not run, so a cache belongs to one choice.
/// @param embeds  [B, S, D], S >= 1
/// @returns [B, S, D], in the model's type
/// @throws BadInput for another shape or batch than the cache's, or a layer that the model lacks.
[[nodiscard]] at::Tensor hidden_state(const Qwen2& model, const at::Tensor& embeds,
                                      KeyValueCache& cache, const HiddenStateChoice& choice = {});

/// The same for all: h_0 (`embeds`), h_1 .. h_{N-1}, and h_N after the final norm.
/// @returns [N + 1, B, S, D]
[[nodiscard]] at::Tensor hidden_states(const Qwen2& model, const at::Tensor& embeds,
                                       KeyValueCache& cache);

}  // namespace asbench::models
