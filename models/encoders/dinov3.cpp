#include <ATen/ATen.h>

#include "models/encoders/vision_tower.h"

namespace asbench::models {
namespace {

/// Query, key and value as one layer, though not all of them have a bias.
Linear take_qkv(StateDict& weights, const std::string& name, std::int64_t width,
                const VisionBiases& biases) {
  const auto projection = [&](const char* part, bool has_bias) {
    Linear layer = take_linear(weights, name + part, width, width, has_bias);
    if (!has_bias) layer.bias = at::zeros({width}, layer.weight.options());
    return layer;
  };
  return concatenate({projection("q_proj", biases.query), projection("k_proj", biases.key),
                      projection("v_proj", biases.value)});
}

Block load_block(StateDict& weights, const std::string& name, const VisionConfig& config) {
  const BlocksConfig& sizes = config.blocks;
  const std::int64_t width = sizes.width;
  const bool mlp_bias = config.biases.mlp;
  const auto scale = [&](const char* part) {
    return weights.take(name + part + ".lambda1", {width});
  };
  const auto inner = [&](const char* part) {
    return take_linear(weights, name + "mlp." + part, sizes.inner, width, mlp_bias);
  };
  Block block;
  block.norm1 = take_norm(weights, name + "norm1", width, sizes.eps);
  block.qkv = take_qkv(weights, name + "attention.", width, config.biases);
  block.attention_out = scaled(
      take_linear(weights, name + "attention.o_proj", width, width, config.biases.attention_out),
      scale("layer_scale1"));
  block.norm2 = take_norm(weights, name + "norm2", width, sizes.eps);
  block.mlp_in =
      sizes.gated ? concatenate({inner("gate_proj"), inner("up_proj")}) : inner("up_proj");
  block.mlp_out = scaled(take_linear(weights, name + "mlp.down_proj", width, sizes.inner, mlp_bias),
                         scale("layer_scale2"));
  block.heads = sizes.heads;
  block.activation = sizes.activation;
  block.gated = sizes.gated;
  return block;
}

}  // namespace

VisionTower load_dinov3(StateDict& weights, const VisionConfig& config) {
  const BlocksConfig& sizes = config.blocks;
  const std::string embeddings = "embeddings.";
  VisionTower tower;
  tower.class_token = weights.take(embeddings + "cls_token", {1, 1, sizes.width}).flatten();
  tower.registers =
      weights.take(embeddings + "register_tokens", {1, config.registers, sizes.width}).squeeze(0);
  tower.patches =
      make_patch_embedding(weights.take(embeddings + "patch_embeddings.weight",
                                        {sizes.width, 3, config.patch_size, config.patch_size}),
                           weights.take(embeddings + "patch_embeddings.bias", {sizes.width}));
  tower.rope_theta = config.rope_theta;
  for (std::int64_t i = 0; i < sizes.layers; ++i) {
    tower.blocks.push_back(load_block(weights, "layer." + std::to_string(i) + ".", config));
  }
  tower.final_norm = take_norm(weights, "norm", sizes.width, sizes.eps);
  return tower;
}

}  // namespace asbench::models
