#include <ATen/ATen.h>

#include "models/encoders/vision_tower.h"

namespace asbench::models {
namespace {

Block load_block(StateDict& weights, const std::string& name, const BlocksConfig& config) {
  const std::int64_t width = config.width;
  const auto projection = [&](const char* part) {
    return take_linear(weights, name + "attention.attention." + part, width, width,
                       config.qkv_bias);
  };
  const auto scale = [&](const char* part) {
    return weights.take(name + part + ".lambda1", {width});
  };
  Block block;
  block.norm1 = take_norm(weights, name + "norm1", width, config.eps);
  block.qkv = concatenate({projection("query"), projection("key"), projection("value")});
  block.attention_out = scaled(take_linear(weights, name + "attention.output.dense", width, width),
                               scale("layer_scale1"));
  block.norm2 = take_norm(weights, name + "norm2", width, config.eps);
  // The gated MLP: gate and value rows in one matrix, gate first.
  block.mlp_in = config.gated
                     ? take_linear(weights, name + "mlp.weights_in", 2 * config.inner, width)
                     : take_linear(weights, name + "mlp.fc1", config.inner, width);
  block.mlp_out = scaled(take_linear(weights, name + (config.gated ? "mlp.weights_out" : "mlp.fc2"),
                                     width, config.inner),
                         scale("layer_scale2"));
  block.heads = config.heads;
  block.activation = config.activation;
  block.gated = config.gated;
  return block;
}

}  // namespace

VisionTower load_dinov2(StateDict& weights, const VisionConfig& config) {
  return load_vit_layout(weights, config, "dinov2.", load_block);
}

VisionTower load_dinov2_registers(StateDict& weights, const VisionConfig& config) {
  const std::string root = "dinov2_with_registers.";
  const std::string name = "embeddings.register_tokens";
  VisionTower tower = load_vit_layout(weights, config, root, load_block);
  tower.registers = weights
                        .take((weights.has(root + name) ? root : "") + name,
                              {1, config.registers, config.blocks.width})
                        .squeeze(0);
  tower.stretch = PositionScale::antialiased;
  return tower;
}

}  // namespace asbench::models
