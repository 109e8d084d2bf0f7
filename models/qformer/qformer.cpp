#include "models/qformer/qformer.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <set>
#include <utility>

#include "core/error.h"
#include "models/encoders/strict_loading.h"
#include "models/layers/attention.h"
#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

/// The projection's norm is a plain torch.nn.LayerNorm beside the Q-Former, not one of its own.
constexpr double kProjectionEps = 1e-5;

/// Takes tensors by our names, under the file's.
class Taker {
 public:
  Taker(StateDict& weights, const std::map<std::string, std::string>& keys)
      : weights_(weights), keys_(keys) {}

  [[nodiscard]] std::string name(const std::string& ours) {
    const auto found = keys_.find(ours);
    if (found == keys_.end()) return ours;
    used_.insert(ours);
    return found->second;
  }
  at::Tensor tensor(const std::string& ours, at::IntArrayRef shape) {
    return weights_.take(name(ours), shape);
  }
  Linear linear(const std::string& ours, std::int64_t out, std::int64_t in) {
    Linear layer;
    layer.weight = tensor(ours + ".weight", {out, in});
    layer.bias = tensor(ours + ".bias", {out});
    return layer;
  }
  LayerNorm norm(const std::string& ours, std::int64_t width, double eps) {
    return {tensor(ours + ".weight", {width}), tensor(ours + ".bias", {width}), eps};
  }
  [[nodiscard]] std::optional<std::vector<std::int64_t>> shape(const std::string& ours) {
    return weights_.shape(name(ours));
  }
  /// The size of one axis of a tensor with so many; where the file has no such tensor, a size
  /// that makes the message about it readable.
  std::int64_t axis(const std::string& ours, std::size_t axes, std::size_t number,
                    std::int64_t otherwise) {
    const auto sizes = shape(ours);
    return sizes && sizes->size() == axes && (*sizes)[number] > 0 ? (*sizes)[number] : otherwise;
  }
  void refuse_unused_keys(const std::string& id) const {
    for (const auto& [ours, theirs] : keys_) {
      if (!used_.contains(ours)) {
        throw BadInput(
            fmt::format("qformer.keys of {}: {:?} (for {:?}) names no tensor of this "
                        "network; see docs/design/animeshootergen.md 7.1",
                        id, ours, theirs));
      }
    }
  }

 private:
  StateDict& weights_;
  const std::map<std::string, std::string>& keys_;
  std::set<std::string> used_;
};

QFormerLayer::Cross take_cross(Taker& take, const std::string& name, const QFormer& model) {
  const std::int64_t width = model.config.width;
  QFormerLayer::Cross cross;
  cross.query = take.linear(name + "attention.query", width, width);
  cross.kv = concatenate({take.linear(name + "attention.key", width, model.encoder_width),
                          take.linear(name + "attention.value", width, model.encoder_width)});
  cross.out = take.linear(name + "output.dense", width, width);
  cross.norm = take.norm(name + "output.LayerNorm", width, model.config.eps);
  return cross;
}

QFormerLayer take_layer(Taker& take, std::int64_t index, const QFormer& model) {
  const QFormerConfig& config = model.config;
  const std::int64_t width = config.width;
  const std::string name = fmt::format("qformer.encoder.layer.{}.", index);
  const std::string attention = name + "attention.";
  QFormerLayer layer;
  layer.qkv = concatenate({take.linear(attention + "attention.query", width, width),
                           take.linear(attention + "attention.key", width, width),
                           take.linear(attention + "attention.value", width, width)});
  layer.out = take.linear(attention + "output.dense", width, width);
  layer.norm = take.norm(attention + "output.LayerNorm", width, config.eps);
  if (model.options.query_source == QuerySource::own && index % config.frequency == 0) {
    layer.cross = take_cross(take, name + "crossattention.", model);
  }
  layer.mlp_in = take.linear(name + "intermediate_query.dense", config.inner, width);
  layer.mlp_out = take.linear(name + "output_query.dense", width, config.inner);
  layer.mlp_norm = take.norm(name + "output_query.LayerNorm", width, config.eps);
  return layer;
}

void take_projection(Taker& take, QFormer& model) {
  std::int64_t width = model.config.width;
  const auto add = [&](const std::string& name) {
    const std::int64_t out = take.axis(name + ".weight", 2, 0, width);
    model.projection.push_back(take.linear(name, out, width));
    width = out;
  };
  switch (model.options.projection) {
    case ConditionProjection::none:
      break;
    case ConditionProjection::linear:
      add("proj");
      break;
    case ConditionProjection::mlp:
      add("proj.0");
      add("proj.2");
      break;
  }
  if (model.options.trailing_layer_norm) {
    model.projection_norm = take.norm("proj_norm", width, kProjectionEps);
  }
}

std::int64_t encoder_width_of(Taker& take, const QFormerConfig& config, QuerySource source) {
  // "Width must fit": the language model's states are the queries themselves.
  if (source == QuerySource::llm) return config.width;
  if (config.encoder_width) return *config.encoder_width;
  return take.axis("qformer.encoder.layer.0.crossattention.attention.key.weight", 2, 1,
                   config.width);
}

void move_to(QFormerLayer& layer, const Placement& placement) {
  for (Linear* part : {&layer.qkv, &layer.out, &layer.mlp_in, &layer.mlp_out}) {
    move_to(*part, placement);
  }
  move_to(layer.norm, placement);
  move_to(layer.mlp_norm, placement);
  if (!layer.cross) return;
  for (Linear* part : {&layer.cross->query, &layer.cross->kv, &layer.cross->out}) {
    move_to(*part, placement);
  }
  move_to(layer.cross->norm, placement);
}

/// norm(x + out(mixed)); x and mixed [B, L, h], contiguous. x is used up.
at::Tensor add_and_norm(at::Tensor& x, const at::Tensor& mixed, const Linear& out,
                        const LayerNorm& norm) {
  at::Tensor rows = x.view({-1, x.size(-1)});
  rows.add_(out.bias);
  add_product(rows, mixed.view({rows.size(0), -1}), out);
  return layer_norm(x, norm);
}

at::Tensor apply_layer(at::Tensor x, const QFormerLayer& layer, const QFormerConfig& config,
                       const at::Tensor& states) {
  const std::int64_t width = config.width;
  const at::Tensor qkv = linear(x, layer.qkv);
  x = add_and_norm(x,
                   attention(qkv.narrow(2, 0, width), qkv.narrow(2, width, width),
                             qkv.narrow(2, 2 * width, width), config.heads, Mask::none),
                   layer.out, layer.norm);
  if (layer.cross) {
    const at::Tensor kv = linear(states, layer.cross->kv);
    x = add_and_norm(x,
                     attention(linear(x, layer.cross->query), kv.narrow(2, 0, width),
                               kv.narrow(2, width, width), config.heads, Mask::none),
                     layer.cross->out, layer.cross->norm);
  }
  at::Tensor inner = at::empty({x.size(0) * x.size(1), config.inner}, x.options());
  product_into(inner, x.view({-1, width}), layer.mlp_in);
  add_bias_and_activate(inner, layer.mlp_in.bias, config.activation);
  return add_and_norm(x, inner, layer.mlp_out, layer.mlp_norm);
}

void check(const QFormer& model, std::string_view name, const at::Tensor& x, std::int64_t width) {
  if (x.dim() == 3 && x.size(0) > 0 && x.size(1) > 0 && x.size(2) == width &&
      x.is_floating_point()) {
    return;
  }
  throw BadInput(fmt::format("{}: {} is {} [{}]; floating-point [batch, tokens, {}] is needed",
                             model.id, name, c10::toString(x.scalar_type()),
                             fmt::join(x.sizes(), ", "), width));
}

at::Tensor placed(const at::Tensor& x, const Placement& placement) {
  return x.to(x.options().device(placement.device).dtype(placement.dtype)).contiguous();
}

/// What the network starts from, [B, L, h]: given queries, the file's, or the states themselves.
at::Tensor queries_for(const QFormer& model, const at::Tensor& states, const at::Tensor& given) {
  if (model.options.query_source == QuerySource::llm) {
    if (given.defined()) {
      throw BadInput(fmt::format(
          "{}: query_embeds are given, but its queries are the language model's states", model.id));
    }
    return states;
  }
  const at::Tensor& queries = given.defined() ? given : model.query_tokens;
  check(model, "query_embeds", queries, model.config.width);
  if (queries.size(0) != 1 && queries.size(0) != states.size(0)) {
    throw BadInput(
        fmt::format("{}: query_embeds has a batch of {}, encoder_hidden_states one of "
                    "{}; expected the same, or 1",
                    model.id, queries.size(0), states.size(0)));
  }
  return queries.expand({states.size(0), -1, -1});
}

template <typename Work>
auto in_torch(const QFormer& model, Work work) {
  try {
    const InferenceScope scope;
    return work();
  } catch (...) {
    rethrow_torch_error(
        fmt::format("{} on {}: making a condition", model.id, model.placement.device.str()));
  }
}

}  // namespace

std::int64_t QFormer::condition_length() const {
  if (options.query_source == QuerySource::own) return query_tokens.size(1);
  return learnable_queries.defined() ? learnable_queries.size(0) : 0;
}

void move_to(QFormer& model, const Placement& placement) {
  model.placement = placement;
  if (model.query_tokens.defined()) move_to(model.query_tokens, placement);
  // They go into the language model, wherever that is.
  if (model.learnable_queries.defined()) move_to(model.learnable_queries, Placement(c10::kCPU));
  move_to(model.input_norm, placement);
  for (QFormerLayer& layer : model.layers) move_to(layer, placement);
  for (Linear& layer : model.projection) move_to(layer, placement);
  if (model.projection_norm) move_to(*model.projection_norm, placement);
}

QFormer load_qformer(const Checkpoint& checkpoint, const QFormerOptions& options,
                     const Placement& placement) {
  const QFormerConfig config = parse_qformer_config(checkpoint.config, checkpoint.id);
  QFormer model = load_strictly(checkpoint, config.layers, {}, [&](StateDict& weights) {
    Taker take(weights, options.keys);
    QFormer loaded;
    loaded.id = checkpoint.id;
    loaded.config = config;
    loaded.options = options;
    loaded.encoder_width = encoder_width_of(take, config, options.query_source);
    if (options.query_source == QuerySource::own) {
      const std::int64_t length =
          take.axis("query_tokens", 3, 1, options.condition_length.value_or(1));
      loaded.query_tokens = take.tensor("query_tokens", {1, length, config.width});
    }
    if (options.needs_learnable_queries || take.shape("learnable_queries")) {
      // Where the language model's states are not the queries, their width is its own.
      loaded.learnable_queries = take.tensor(
          "learnable_queries", {take.axis("learnable_queries", 2, 0, 1), loaded.encoder_width});
    }
    loaded.input_norm = take.norm("qformer.layernorm", config.width, config.eps);
    for (std::int64_t i = 0; i < config.layers; ++i) {
      loaded.layers.push_back(take_layer(take, i, loaded));
    }
    take_projection(take, loaded);
    take.refuse_unused_keys(checkpoint.id);
    return loaded;
  });
  const std::int64_t length = model.condition_length();
  if (options.condition_length && length != 0 && length != *options.condition_length) {
    throw BadInput(
        fmt::format("{}: {} has {} tokens, but qformer.condition_length of the manifest "
                    "is {}",
                    checkpoint.id,
                    options.query_source == QuerySource::own ? "query_tokens" : "learnable_queries",
                    length, *options.condition_length));
  }
  place(model, checkpoint.id, placement);
  return model;
}

QFormerOptions qformer_options_of(const Checkpoint& checkpoint) {
  const InferenceScope scope;
  const StateDict weights = StateDict::load(checkpoint);
  QFormerOptions options;
  options.query_source = weights.has("query_tokens") ? QuerySource::own : QuerySource::llm;
  options.projection = weights.has("proj.0.weight") ? ConditionProjection::mlp
                       : weights.has("proj.weight") ? ConditionProjection::linear
                                                    : ConditionProjection::none;
  options.trailing_layer_norm = weights.has("proj_norm.weight");
  options.needs_learnable_queries = weights.has("learnable_queries");
  return options;
}

at::Tensor run(const QFormer& model, const at::Tensor& states, const at::Tensor& queries) {
  check(model, "encoder_hidden_states", states, model.encoder_width);
  return in_torch(model, [&] {
    const at::Tensor seen = placed(states, model.placement);
    at::Tensor x =
        layer_norm(placed(queries_for(model, states, queries), model.placement), model.input_norm);
    for (const QFormerLayer& layer : model.layers) {
      x = apply_layer(std::move(x), layer, model.config, seen);
    }
    return x;
  });
}

at::Tensor project_condition(const QFormer& model, const at::Tensor& last) {
  check(model, "last_hidden_state", last, model.config.width);
  return in_torch(model, [&] {
    at::Tensor x = placed(last, model.placement);
    for (std::size_t i = 0; i < model.projection.size(); ++i) {
      if (i > 0) {
        at::Tensor rows = x.view({-1, x.size(-1)});
        add_bias_and_activate(rows, {}, Activation::gelu);
      }
      x = linear(x, model.projection[i]);
    }
    return model.projection_norm ? layer_norm(x, *model.projection_norm) : x;
  });
}

}  // namespace asbench::models
