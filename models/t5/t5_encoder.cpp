#include "models/t5/t5_encoder.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "core/error.h"
#include "models/encoders/strict_loading.h"
#include "models/layers/activation.h"
#include "models/layers/parallel.h"
#include "models/layers/relative_attention.h"
#include "models/t5/t5_buckets.h"
#include "models/weights/tensor_views.h"

namespace asbench::models {
namespace {

Linear take_matrix(StateDict& weights, const std::string& name, std::int64_t outputs,
                   std::int64_t inputs) {
  Linear layer;
  layer.weight = weights.take(name + ".weight", {outputs, inputs});
  return layer;
}

RmsNorm take_norm(StateDict& weights, const std::string& name, const T5Config& config) {
  return {weights.take(name + ".weight", {config.width}), config.eps};
}

T5Layer take_layer(StateDict& weights, const std::string& block, const T5Config& config) {
  const std::int64_t width = config.width;
  const std::int64_t mixed = config.heads * config.head_width;
  const std::string attention = block + "layer.0.SelfAttention.";
  const std::string mlp = block + "layer.1.DenseReluDense.";
  T5Layer layer;
  layer.attention_norm = take_norm(weights, block + "layer.0.layer_norm", config);
  layer.qkv = concatenate({take_matrix(weights, attention + "q", mixed, width),
                           take_matrix(weights, attention + "k", mixed, width),
                           take_matrix(weights, attention + "v", mixed, width)});
  layer.attention_out = take_matrix(weights, attention + "o", width, mixed);
  layer.mlp_norm = take_norm(weights, block + "layer.1.layer_norm", config);
  layer.gate = take_matrix(weights, mlp + "wi_0", config.inner, width);
  layer.up = take_matrix(weights, mlp + "wi_1", config.inner, width);
  layer.down = take_matrix(weights, mlp + "wo", width, config.inner);
  return layer;
}

void require_equal_tables(StateDict& weights, const T5Encoder& encoder, const std::string& id) {
  const std::string copy = "encoder.embed_tokens.weight";
  if (!weights.has(copy)) return;
  const at::Tensor second = weights.take(copy, {encoder.config.vocabulary, encoder.config.width});
  // What is missing or misshaped finish() will tell; there is nothing to compare then.
  const auto fits = [&](const std::string& name) {
    return weights.shape(name) == encoder.tokens.sizes().vec();
  };
  if (fits("shared.weight") && fits(copy) && !at::equal(encoder.tokens, second)) {
    throw BadInput(
        fmt::format("{}: {} and shared.weight are one table, and the file has two "
                    "different ones",
                    id, copy));
  }
}

void move_to(T5Layer& layer, const Placement& placement) {
  for (Linear* matrix : {&layer.qkv, &layer.attention_out, &layer.gate, &layer.up, &layer.down}) {
    move_to(*matrix, placement);
  }
  move_to(layer.attention_norm, placement);
  move_to(layer.mlp_norm, placement);
}

/// A few layers at a time: as float32 all of them are 19 GB of the published encoder. Packing is
/// work for every core, and layers know nothing of each other.
std::vector<T5Layer> take_layers(StateDict& weights, const T5Config& config,
                                 const Placement& placement) {
  std::vector<T5Layer> layers(static_cast<std::size_t>(config.layers));
  const std::int64_t at_once = placement.own_kernels ? thread_count() : 1;
  for (std::int64_t first = 0; first < config.layers; first += at_once) {
    const std::int64_t count = std::min(at_once, config.layers - first);
    for (std::int64_t i = first; i < first + count; ++i) {
      layers[static_cast<std::size_t>(i)] =
          take_layer(weights, fmt::format("encoder.block.{}.", i), config);
    }
    parallel_chunks(count, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = first + begin; i < first + end; ++i) {
        move_to(layers[static_cast<std::size_t>(i)], placement);
      }
    });
  }
  return layers;
}

T5Encoder take_encoder(StateDict& weights, const T5Config& config, const std::string& id,
                       const Placement& placement) {
  if (config.layers > static_cast<std::int64_t>(weights.names().size())) {
    throw BadInput(
        fmt::format("config.json of {}: num_layers is {}, but the weights hold only {} "
                    "tensors",
                    id, config.layers, weights.names().size()));
  }
  T5Encoder encoder;
  encoder.config = config;
  encoder.tokens = weights.take("shared.weight", {config.vocabulary, config.width});
  require_equal_tables(weights, encoder, id);
  encoder.distances =
      weights.take("encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
                   {config.buckets, config.heads});
  encoder.layers = take_layers(weights, config, placement);
  encoder.final_norm = take_norm(weights, "encoder.final_layer_norm", config);
  encoder.placement = placement;
  // On the CPU the table stays in the mapped file: few of its rows are ever read.
  if (!placement.own_kernels) move_to(encoder.tokens, placement);
  move_to(encoder.distances, placement);
  move_to(encoder.final_norm, placement);
  synchronize(placement.device);
  return encoder;
}

// x += out(attention(norm x)). x [B, L, D].
void add_attention(at::Tensor& x, const T5Layer& layer, const T5Config& config,
                   const at::Tensor& bias) {
  const std::int64_t mixed_width = config.heads * config.head_width;
  const at::Tensor qkv = linear(rms_norm(x, layer.attention_norm), layer.qkv);
  const auto part = [&](std::int64_t i) { return qkv.narrow(2, i * mixed_width, mixed_width); };
  const at::Tensor mixed = relative_attention(part(0), part(1), part(2), config.heads, bias);
  at::Tensor rows = x.view({-1, config.width});
  add_product(rows, mixed.view({-1, mixed_width}), layer.attention_out);
}

// x += down(gelu(gate n) * up n).
void add_mlp(at::Tensor& x, const T5Layer& layer, const T5Config& config) {
  at::Tensor rows = x.view({-1, config.width});
  const at::Tensor normed = rms_norm(rows, layer.mlp_norm);
  at::Tensor inner = linear(normed, layer.gate);
  add_bias_and_activate(inner, {}, Activation::gelu_tanh);
  inner.mul_(linear(normed, layer.up));
  add_product(rows, inner, layer.down);
}

void require_ids(const at::Tensor& ids, const T5Config& config) {
  if (ids.dim() != 2 || ids.numel() == 0 || ids.scalar_type() != at::kLong ||
      !ids.device().is_cpu()) {
    throw BadInput(
        fmt::format("T5: token ids must be int64 [B, L] on the CPU, not {}", describe(ids)));
  }
  const std::int64_t least = ids.min().item<std::int64_t>();
  const std::int64_t most = ids.max().item<std::int64_t>();
  if (least < 0 || most >= config.vocabulary) {
    throw BadInput(fmt::format("T5: token id {} is outside the table of {} rows",
                               least < 0 ? least : most, config.vocabulary));
  }
}

}  // namespace

T5Encoder load_t5_encoder(const Checkpoint& checkpoint, const Placement& placement) {
  const T5Config config =
      parse_t5_config(checkpoint.config, fmt::format("config.json of {}", checkpoint.id));
  // The number of layers is checked by take_encoder(), under the name that T5 has for it.
  return load_strictly(checkpoint, 0, {}, [&](StateDict& weights) {
    return take_encoder(weights, config, checkpoint.id, placement);
  });
}

at::Tensor run(
    const T5Encoder& encoder, const at::Tensor& ids,
    const std::function<void(std::string_view name, const at::Tensor& value)>& observer) {
  const auto show = [&](const std::string& name, const at::Tensor& value) {
    if (observer) observer(name, value);
  };
  const T5Config& config = encoder.config;
  require_ids(ids, config);
  const std::int64_t length = ids.size(1);
  const at::Tensor buckets = t5_buckets(length, length, config).to(encoder.distances.device());
  const at::Tensor bias =
      encoder.distances.index_select(0, buckets).to(at::kFloat).t().contiguous();
  at::Tensor x = at::embedding(encoder.tokens, ids.to(encoder.tokens.device()));
  show("embeddings", x);
  for (std::size_t i = 0; i < encoder.layers.size(); ++i) {
    add_attention(x, encoder.layers[i], config, bias);
    add_mlp(x, encoder.layers[i], config);
    show(fmt::format("blocks.{}", i), x);
  }
  return rms_norm(x, encoder.final_norm);
}

}  // namespace asbench::models
