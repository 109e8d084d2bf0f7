#include <ATen/ATen.h>

#include "models/encoders/clip.h"
#include "models/encoders/vision_tower.h"

namespace asbench::models {
namespace {

AttentionPooling load_head(StateDict& weights, const std::string& name,
                           const BlocksConfig& config) {
  const std::int64_t width = config.width;
  AttentionPooling head;
  head.probe = weights.take(name + "probe", {1, 1, width}).flatten();
  head.qkv.weight = weights.take(name + "attention.in_proj_weight", {3 * width, width});
  head.qkv.bias = weights.take(name + "attention.in_proj_bias", {3 * width});
  head.attention_out = take_linear(weights, name + "attention.out_proj", width, width);
  head.norm = take_norm(weights, name + "layernorm", width, config.eps);
  head.mlp_in = take_linear(weights, name + "mlp.fc1", config.inner, width);
  head.mlp_out = take_linear(weights, name + "mlp.fc2", width, config.inner);
  head.heads = config.heads;
  head.activation = config.activation;
  return head;
}

}  // namespace

VisionTower load_siglip_tokens(StateDict& weights, const VisionConfig& config,
                               const std::string& prefix) {
  const BlocksConfig& sizes = config.blocks;
  VisionTower tower;
  tower.patches =
      make_patch_embedding(weights.take(prefix + "embeddings.patch_embedding.weight",
                                        {sizes.width, 3, config.patch_size, config.patch_size}),
                           weights.take(prefix + "embeddings.patch_embedding.bias", {sizes.width}));
  tower.positions = weights.take(prefix + "embeddings.position_embedding.weight",
                                 {config.table_patches(), sizes.width});
  tower.blocks = load_clip_blocks(weights, prefix, sizes);
  tower.final_norm = take_norm(weights, prefix + "post_layernorm", sizes.width, sizes.eps);
  return tower;
}

VisionTower load_siglip_vision(StateDict& weights, const VisionConfig& config) {
  const std::string prefix = "vision_model.";
  VisionTower tower = load_siglip_tokens(weights, config, prefix);
  tower.pooling = load_head(weights, prefix + "head.", config.blocks);
  return tower;
}

}  // namespace asbench::models
