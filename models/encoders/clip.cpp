#include "models/encoders/clip.h"

#include <ATen/ATen.h>

namespace asbench::models {

std::vector<Block> load_clip_blocks(StateDict& weights, const std::string& prefix,
                                    const BlocksConfig& config) {
  const std::int64_t width = config.width;
  std::vector<Block> blocks;
  for (std::int64_t i = 0; i < config.layers; ++i) {
    const std::string name = prefix + "encoder.layers." + std::to_string(i) + ".";
    const auto projection = [&](const char* part) {
      return take_linear(weights, name + "self_attn." + part, width, width);
    };
    Block block;
    block.norm1 = take_norm(weights, name + "layer_norm1", width, config.eps);
    block.qkv = concatenate({projection("q_proj"), projection("k_proj"), projection("v_proj")});
    block.attention_out = projection("out_proj");
    block.norm2 = take_norm(weights, name + "layer_norm2", width, config.eps);
    block.mlp_in = take_linear(weights, name + "mlp.fc1", config.inner, width);
    block.mlp_out = take_linear(weights, name + "mlp.fc2", width, config.inner);
    block.heads = config.heads;
    block.activation = config.activation;
    blocks.push_back(std::move(block));
  }
  return blocks;
}

VisionTower load_clip_vision(StateDict& weights, const VisionConfig& config) {
  const BlocksConfig& sizes = config.blocks;
  const std::string prefix = "vision_model.";
  VisionTower tower;
  tower.class_token = weights.take(prefix + "embeddings.class_embedding", {sizes.width});
  tower.patches =
      make_patch_embedding(weights.take(prefix + "embeddings.patch_embedding.weight",
                                        {sizes.width, 3, config.patch_size, config.patch_size}),
                           {});
  tower.positions = weights.take(prefix + "embeddings.position_embedding.weight",
                                 {config.table_patches() + 1, sizes.width});
  tower.pre_norm = take_norm(weights, prefix + "pre_layrnorm", sizes.width, sizes.eps);
  tower.blocks = load_clip_blocks(weights, prefix, sizes);
  tower.final_norm = take_norm(weights, prefix + "post_layernorm", sizes.width, sizes.eps);
  tower.projection =
      take_linear(weights, "visual_projection", config.projection, sizes.width, /*bias=*/false);
  return tower;
}

}  // namespace asbench::models
