#include "models/qwen2/qwen2.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "models/encoders/strict_loading.h"
#include "models/encoders/vision_tower.h"
#include "models/layers/activation.h"
#include "models/layers/attention.h"
#include "models/layers/rotary.h"
#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

RmsNorm take_rms_norm(StateDict& weights, const std::string& name, const Qwen2Config& config) {
  return {weights.take(name + ".weight", {config.width}), config.eps};
}

Qwen2Layer take_layer(StateDict& weights, const std::string& name, const Qwen2Config& config) {
  const std::int64_t width = config.width;
  const auto projection = [&](const char* part, std::int64_t out) {
    return take_linear(weights, name + "self_attn." + part, out, width);
  };
  const auto without_bias = [&](const char* part, std::int64_t out, std::int64_t in) {
    return take_linear(weights, name + part, out, in, /*bias=*/false);
  };
  Qwen2Layer layer;
  layer.norm1 = take_rms_norm(weights, name + "input_layernorm", config);
  layer.qkv = concatenate({projection("q_proj", width), projection("k_proj", config.key_width()),
                           projection("v_proj", config.key_width())});
  layer.attention_out = without_bias("self_attn.o_proj", width, width);
  layer.norm2 = take_rms_norm(weights, name + "post_attention_layernorm", config);
  layer.gate_up = concatenate({without_bias("mlp.gate_proj", config.inner, width),
                               without_bias("mlp.up_proj", config.inner, width)});
  layer.down = without_bias("mlp.down_proj", width, config.inner);
  return layer;
}

void move_to(Qwen2Layer& layer, const Placement& placement) {
  for (Linear* part : {&layer.qkv, &layer.attention_out, &layer.gate_up, &layer.down}) {
    move_to(*part, placement);
  }
  move_to(layer.norm1, placement);
  move_to(layer.norm2, placement);
}

void check_piece(const Qwen2& model, const at::Tensor& embeds, const KeyValueCache& cache) {
  if (embeds.dim() != 3 || embeds.size(0) < 1 || embeds.size(1) < 1 ||
      embeds.size(2) != model.config.width || !embeds.is_floating_point()) {
    throw BadInput(
        fmt::format("{}: inputs_embeds is {} {}; floating-point [batch, tokens, {}] is "
                    "needed, with at least one token",
                    model.id, c10::toString(embeds.scalar_type()),
                    fmt::format("[{}]", fmt::join(embeds.sizes(), ", ")), model.config.width));
  }
  if (cache.batch() != 0 && cache.batch() != embeds.size(0)) {
    throw BadInput(fmt::format("{}: inputs_embeds has a batch of {}, the sequence so far one of {}",
                               model.id, embeds.size(0), cache.batch()));
  }
}

/// x [B, S, D], contiguous; changed in place.
void apply_layer(at::Tensor& x, const Qwen2& model, std::size_t index, const Rotation& rotation,
                 KeyValueCache& cache) {
  const Qwen2Layer& layer = model.layers[index];
  const Qwen2Config& config = model.config;
  const std::int64_t key_width = config.key_width();
  at::Tensor rows = x.view({-1, config.width});
  const at::Tensor qkv = linear(rms_norm(x, layer.norm1), layer.qkv);
  // Queries and keys lie side by side: one rotation for both.
  rotate(qkv.narrow(2, 0, config.width + key_width), rotation);
  const KeyValueCache::KeysAndValues seen =
      cache.append(index, qkv.narrow(2, config.width, key_width),
                   qkv.narrow(2, config.width + key_width, key_width));
  const at::Tensor mixed =
      attention(qkv.narrow(2, 0, config.width), seen.keys, seen.values, config.heads, Mask::causal);
  add_product(rows, mixed.view({-1, config.width}), layer.attention_out);
  const at::Tensor gate_up = linear(rms_norm(rows, layer.norm2), layer.gate_up);
  add_product(rows, swiglu(gate_up), layer.down);
}

/// Runs the first `last` layers over a piece and shows every state, the embeddings first. A state
/// is only valid during the call.
void run_layers(const Qwen2& model, const at::Tensor& embeds, KeyValueCache& cache,
                std::int64_t last,
                const std::function<void(std::int64_t layer, const at::Tensor& state)>& show) {
  check_piece(model, embeds, cache);
  const Placement& placement = model.placement;
  at::Tensor x = embeds
                     .to(embeds.options().device(placement.device).dtype(placement.dtype),
                         /*non_blocking=*/false, /*copy=*/true)
                     .contiguous();
  const std::int64_t tokens = x.size(1);
  const at::Tensor table = rotation_of_positions(cache.length(), tokens, model.config.head_width(),
                                                 model.config.rope_theta)
                               .to(x.options());
  const Rotation rotation{table.select(0, 0), table.select(0, 1)};
  show(0, x);
  for (std::int64_t i = 0; i < last; ++i) {
    apply_layer(x, model, static_cast<std::size_t>(i), rotation, cache);
    show(i + 1, x);
  }
  cache.advance(tokens, static_cast<std::size_t>(last));
}

template <typename Work>
auto in_torch(const Qwen2& model, Work work) {
  try {
    const InferenceScope scope;
    return work();
  } catch (...) {
    rethrow_torch_error(
        fmt::format("{} on {}: reading tokens", model.id, model.placement.device.str()));
  }
}

}  // namespace

Qwen2 load_qwen2(const Checkpoint& checkpoint, const Placement& placement,
                 const std::vector<Lora>& loras) {
  const Qwen2Config config = parse_qwen2_config(checkpoint.config, checkpoint.id);
  return load_strictly(checkpoint, config.layers, {"lm_head.weight", "*.rotary_emb.inv_freq"},
                       [&](StateDict& weights) {
                         for (const Lora& lora : loras) merge_lora(weights, lora);
                         Qwen2 model;
                         model.id = checkpoint.id;
                         model.config = config;
                         model.placement = placement;
                         const std::string table = "model.embed_tokens.weight";
                         const auto shape = weights.shape(table);
                         const std::int64_t rows = shape && shape->size() == 2 ? shape->front() : 1;
                         model.tokens = weights.take(table, {rows, config.width});
                         // On the CPU the table stays in the mapped file: few of its rows are ever
                         // read.
                         if (!placement.own_kernels) move_to(model.tokens, placement);
                         for (std::int64_t i = 0; i < config.layers; ++i) {
                           Qwen2Layer layer =
                               take_layer(weights, fmt::format("model.layers.{}.", i), config);
                           move_to(layer, placement);
                           model.layers.push_back(std::move(layer));
                         }
                         model.final_norm = take_rms_norm(weights, "model.norm", config);
                         move_to(model.final_norm, placement);
                         synchronize(placement.device);
                         return model;
                       });
}

at::Tensor embed_tokens(const Qwen2& model, const at::Tensor& ids) {
  if (ids.scalar_type() != at::kLong || ids.dim() != 2) {
    throw BadInput(fmt::format("{}: input_ids is {} [{}]; int64 [batch, tokens] is needed",
                               model.id, c10::toString(ids.scalar_type()),
                               fmt::join(ids.sizes(), ", ")));
  }
  return in_torch(model, [&] {
    const std::int64_t rows = model.tokens.size(0);
    if (ids.numel() > 0) {
      const std::int64_t least = ids.min().item<std::int64_t>();
      const std::int64_t most = ids.max().item<std::int64_t>();
      if (least < 0 || most >= rows) {
        throw BadInput(
            fmt::format("{}: input_ids holds {}; the table of embeddings has the rows 0 to {}",
                        model.id, least < 0 ? least : most, rows - 1));
      }
    }
    return at::embedding(model.tokens, ids.to(model.tokens.device()));
  });
}

at::Tensor hidden_state(const Qwen2& model, const at::Tensor& embeds, KeyValueCache& cache,
                        const HiddenStateChoice& choice) {
  const std::int64_t layers = model.config.layers;
  const std::int64_t layer = choice.layer == -1 ? layers : choice.layer;
  if (layer < 0 || layer > layers) {
    throw BadInput(
        fmt::format("hidden_state.layer is {}; {} has the layers 0 to {}, and -1 is the "
                    "last",
                    choice.layer, model.id, layers));
  }
  return in_torch(model, [&] {
    at::Tensor chosen;
    run_layers(model, embeds, cache, layer, [&](std::int64_t index, const at::Tensor& state) {
      // The last one shown is not written to any more.
      if (index == layer) chosen = choice.final_norm ? rms_norm(state, model.final_norm) : state;
    });
    return chosen;
  });
}

at::Tensor hidden_states(const Qwen2& model, const at::Tensor& embeds, KeyValueCache& cache) {
  return in_torch(model, [&] {
    const std::int64_t layers = model.config.layers;
    std::vector<at::Tensor> states;
    run_layers(model, embeds, cache, layers, [&](std::int64_t index, const at::Tensor& state) {
      states.push_back(index == layers ? rms_norm(state, model.final_norm) : state.clone());
    });
    return at::stack(states);
  });
}

}  // namespace asbench::models
