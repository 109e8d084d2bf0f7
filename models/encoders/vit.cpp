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
  Block block;
  block.norm1 = take_norm(weights, name + "layernorm_before", width, config.eps);
  block.qkv = concatenate({projection("query"), projection("key"), projection("value")});
  block.attention_out = take_linear(weights, name + "attention.output.dense", width, width);
  block.norm2 = take_norm(weights, name + "layernorm_after", width, config.eps);
  block.mlp_in = take_linear(weights, name + "intermediate.dense", config.inner, width);
  block.mlp_out = take_linear(weights, name + "output.dense", width, config.inner);
  block.heads = config.heads;
  block.activation = config.activation;
  return block;
}

}  // namespace

VisionTower load_vit_layout(StateDict& weights, const VisionConfig& config, const std::string& root,
                            BlockLoader load_one) {
  const BlocksConfig& sizes = config.blocks;
  const std::string prefix = weights.has(root + "embeddings.cls_token") ? root : "";
  const std::string embeddings = prefix + "embeddings.";
  VisionTower tower;
  tower.class_token = weights.take(embeddings + "cls_token", {1, 1, sizes.width}).flatten();
  tower.patches = make_patch_embedding(
      weights.take(embeddings + "patch_embeddings.projection.weight",
                   {sizes.width, 3, config.patch_size, config.patch_size}),
      weights.take(embeddings + "patch_embeddings.projection.bias", {sizes.width}));
  tower.positions =
      weights.take(embeddings + "position_embeddings", {1, config.table_patches() + 1, sizes.width})
          .squeeze(0);
  for (std::int64_t i = 0; i < sizes.layers; ++i) {
    tower.blocks.push_back(
        load_one(weights, prefix + "encoder.layer." + std::to_string(i) + ".", sizes));
  }
  tower.final_norm = take_norm(weights, prefix + "layernorm", sizes.width, sizes.eps);
  return tower;
}

VisionTower load_vit(StateDict& weights, const VisionConfig& config) {
  return load_vit_layout(weights, config, "vit.", load_block);
}

}  // namespace asbench::models
