#include "models/encoders/videomae.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>

#include "models/encoders/config_reader.h"

namespace asbench::models {
namespace {

Linear take_biased(StateDict& weights, const std::string& name, const std::string& bias_now,
                   const std::string& bias_published, std::int64_t width, bool bias) {
  Linear layer;
  layer.weight = weights.take(name + ".weight", {width, width});
  if (bias)
    layer.bias = weights.take(weights.has(bias_published) ? bias_published : bias_now, {width});
  return layer;
}

Block load_block(StateDict& weights, const std::string& name, const BlocksConfig& config) {
  const std::int64_t width = config.width;
  const std::string attention = name + "attention.attention.";
  const Linear query = take_biased(weights, attention + "query", attention + "query.bias",
                                   attention + "q_bias", width, config.qkv_bias);
  Linear key;
  key.weight = weights.take(attention + "key.weight", {width, width});
  const Linear value = take_biased(weights, attention + "value", attention + "value.bias",
                                   attention + "v_bias", width, config.qkv_bias);
  if (config.qkv_bias) key.bias = at::zeros({width});
  Block block;
  block.norm1 = take_norm(weights, name + "layernorm_before", width, config.eps);
  block.qkv = concatenate({query, key, value});
  block.attention_out = take_linear(weights, name + "attention.output.dense", width, width);
  block.norm2 = take_norm(weights, name + "layernorm_after", width, config.eps);
  block.mlp_in = take_linear(weights, name + "intermediate.dense", config.inner, width);
  block.mlp_out = take_linear(weights, name + "output.dense", width, config.inner);
  block.heads = config.heads;
  block.activation = config.activation;
  return block;
}

/// [N, T/t * H/p * W/p, 3 t p p]: what a convolution whose stride is its kernel multiplies.
at::Tensor tubelets_of(const at::Tensor& clip, const VideoMaeConfig& config) {
  const std::int64_t n = clip.size(0), t = config.tubelet, p = config.patch_size;
  const std::int64_t depth = config.frames / t, side = config.image_size / p;
  return clip.reshape({n, 3, depth, t, side, p, side, p})
      .permute({0, 2, 4, 6, 1, 3, 5, 7})
      .reshape({n, depth * side * side, 3 * t * p * p});
}

}  // namespace

VideoMaeConfig parse_videomae_config(const Json& config, std::string_view id) {
  const ConfigReader reader(config, fmt::format("config.json of {}", id));
  if (reader.text("model_type", "") != "videomae")
    reader.refuse("model_type",
                  "video encoders that are supported: videomae, and TorchScript files");
  VideoMaeConfig sizes;
  sizes.blocks = parse_blocks(reader, {768, 3072, 12, 12, "gelu", 1e-12});
  sizes.blocks.qkv_bias =
      reader.flag(reader.find("qkv_bias") != nullptr ? "qkv_bias" : "qv_bias", true);
  sizes.image_size = reader.side("image_size", 224);
  sizes.patch_size = reader.side("patch_size", 16);
  sizes.frames = reader.size("num_frames", 16);
  sizes.tubelet = reader.size("tubelet_size", 2);
  sizes.mean_pooling = reader.flag("use_mean_pooling", true);
  if (reader.size("num_channels", 3) != 3) reader.refuse("num_channels", "frames have 3");
  if (sizes.image_size % sizes.patch_size != 0)
    reader.refuse("patch_size", fmt::format("it must divide image_size, {}", sizes.image_size));
  if (sizes.frames % sizes.tubelet != 0)
    reader.refuse("tubelet_size", fmt::format("it must divide num_frames, {}", sizes.frames));
  return sizes;
}

at::Tensor sine_positions(std::int64_t tokens, std::int64_t width) {
  at::Tensor table = at::empty({tokens, width}, at::kFloat);
  float* values = table.mutable_data_ptr<float>();
  for (std::int64_t position = 0; position < tokens; ++position) {
    for (std::int64_t j = 0; j < width; ++j) {
      const double exponent = 2.0 * static_cast<double>(j / 2) / static_cast<double>(width);
      const double angle = static_cast<double>(position) / std::pow(10000.0, exponent);
      *values++ = static_cast<float>(j % 2 == 0 ? std::sin(angle) : std::cos(angle));
    }
  }
  return table;
}

VideoMae load_videomae(StateDict& weights, const VideoMaeConfig& config) {
  const BlocksConfig& sizes = config.blocks;
  const std::string patches = "embeddings.patch_embeddings.projection.";
  const std::string prefix = weights.has("videomae." + patches + "weight") ? "videomae." : "";
  VideoMae network;
  network.tubelets.weight =
      weights
          .take(prefix + patches + "weight",
                {sizes.width, 3, config.tubelet, config.patch_size, config.patch_size})
          .flatten(1);
  network.tubelets.bias = weights.take(prefix + patches + "bias", {sizes.width});
  network.positions = sine_positions(config.tokens(), sizes.width);
  for (std::int64_t i = 0; i < sizes.layers; ++i) {
    network.blocks.push_back(
        load_block(weights, fmt::format("{}encoder.layer.{}.", prefix, i), sizes));
  }
  network.final_norm =
      take_norm(weights, config.mean_pooling ? "fc_norm" : prefix + "layernorm", sizes.width,
                // HF makes fc_norm with torch's own eps, whatever config.json says.
                config.mean_pooling ? 1e-5 : sizes.eps);
  return network;
}

std::vector<std::string> ignorable_videomae_keys() {
  return {"classifier.*", "*.position_embeddings", "*.position_ids"};
}

void move_to(VideoMae& network, const Placement& placement) {
  move_to(network.tubelets, placement);
  move_to(network.positions, placement);
  move_to(network.blocks, placement);
  move_to(network.final_norm, placement);
}

at::Tensor run(const VideoMae& network, const VideoMaeConfig& config, const at::Tensor& clip,
               const Observer& observer) {
  const auto show = [&](std::string_view name, const at::Tensor& value) {
    if (observer) observer(name, value);
  };
  at::Tensor x = linear(tubelets_of(clip, config), network.tubelets);
  x.add_(network.positions);
  show("embeddings", x);
  BlockWorkspace workspace = make_workspace(x, network.blocks.front());
  for (std::size_t i = 0; i < network.blocks.size(); ++i) {
    apply_block(x, network.blocks[i], Mask::none, workspace);
    show(fmt::format("blocks.{}", i), x);
  }
  const at::Tensor feature = config.mean_pooling ? layer_norm(x.mean(1), network.final_norm)
                                                 : layer_norm(x.select(1, 0), network.final_norm);
  show("feature", feature);
  return feature;
}

}  // namespace asbench::models
