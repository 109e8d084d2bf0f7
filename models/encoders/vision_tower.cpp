#include "models/encoders/vision_tower.h"

#include <ATen/ATen.h>

#include "core/error.h"
#include "models/layers/position_table.h"

namespace asbench::models {
namespace {

// [N, T, D]: class token and registers before the patches, positions added where there is a table;
// then CLIP's norm.
at::Tensor embed(const VisionTower& tower, const at::Tensor& pixels, const at::Tensor& positions) {
  const at::Tensor patches = embed_patches(pixels, tower.patches);
  const bool has_table = tower.positions.defined();
  const std::int64_t count = patches.size(1);
  const std::int64_t before = tower.tokens_before_patches();
  at::Tensor x = at::empty({patches.size(0), before + count, patches.size(2)}, patches.options());
  if (tower.class_token.defined()) {
    x.select(1, 0).copy_(has_table ? tower.class_token + positions.select(0, 0)
                                   : tower.class_token);
  }
  if (tower.registers.defined()) {
    x.narrow(1, before - tower.registers.size(0), tower.registers.size(0)).copy_(tower.registers);
  }
  at::Tensor rest = x.narrow(1, before, count);
  if (has_table) {
    at::add_out(rest, patches, positions.narrow(0, positions.size(0) - count, count));
  } else {
    rest.copy_(patches);
  }
  if (tower.pre_norm) x = layer_norm(x, *tower.pre_norm);
  return x;
}

/// Of the patches by their place, where there is no table.
std::optional<Rotation> rotation_of(const VisionTower& tower, const at::Tensor& positions) {
  if (tower.positions.defined()) return std::nullopt;
  return Rotation{positions.select(0, 0), positions.select(0, 1)};
}

}  // namespace

int VisionTower::dim() const {
  return static_cast<int>(projection ? projection->outputs() : blocks.front().norm1.weight.size(0));
}

std::int64_t VisionTower::tokens_before_patches() const {
  return (class_token.defined() ? 1 : 0) + (registers.defined() ? registers.size(0) : 0);
}

std::int64_t VisionTower::tokens(std::int64_t height, std::int64_t width) const {
  return tokens_before_patches() + (height / patches.patch) * (width / patches.patch);
}

at::Tensor VisionTower::positions_for(std::int64_t height, std::int64_t width) const {
  const std::int64_t rows = height / patches.patch;
  const std::int64_t columns = width / patches.patch;
  const at::Tensor& like = blocks.front().norm1.weight;
  if (!positions.defined()) {
    const std::int64_t head_width = like.size(0) / blocks.front().heads;
    return rotation_table(rows, columns, head_width, rope_theta).to(like.options());
  }
  return interpolate_positions(positions, rows, columns, stretch, class_token.defined() ? 1 : 0)
      .to(like.scalar_type());
}

at::Tensor run(const VisionTower& tower, const at::Tensor& pixels, const at::Tensor& positions,
               const Observer& observer) {
  const auto show = [&](std::string_view name, const at::Tensor& value) {
    if (observer) observer(name, value);
  };
  at::Tensor x = embed(tower, pixels, positions);
  show("embeddings", x);
  at::Tensor feature;
  BlockWorkspace workspace = make_workspace(x, tower.blocks.front());
  const std::optional<Rotation> rotation = rotation_of(tower, positions);
  const Rotation* const turned = rotation ? &*rotation : nullptr;
  for (std::size_t i = 0; i < tower.blocks.size(); ++i) {
    // The pooling head needs every token, a class token only itself.
    const bool alone = i + 1 == tower.blocks.size() && !tower.pooling;
    if (alone) {
      feature = apply_block_at(x, tower.blocks[i], 0, workspace, turned);
    } else {
      apply_block(x, tower.blocks[i], Mask::none, workspace, turned);
    }
    show("blocks." + std::to_string(i), alone ? feature : x);
  }
  if (!tower.pooling) {
    if (tower.final_norm) feature = layer_norm(feature, *tower.final_norm);
  } else {
    feature = pool(layer_norm(x, tower.final_norm.value()), *tower.pooling);
  }
  if (tower.projection) feature = linear(feature, *tower.projection);
  show("feature", feature);
  return feature;
}

at::Tensor run_blocks(const VisionTower& tower, const at::Tensor& pixels,
                      const at::Tensor& positions, std::int64_t blocks) {
  TORCH_INTERNAL_ASSERT(blocks >= 0 && blocks <= static_cast<std::int64_t>(tower.blocks.size()));
  at::Tensor x = embed(tower, pixels, positions);
  if (blocks == 0) return x;
  BlockWorkspace workspace = make_workspace(x, tower.blocks.front());
  const std::optional<Rotation> rotation = rotation_of(tower, positions);
  const Rotation* const turned = rotation ? &*rotation : nullptr;
  for (std::int64_t i = 0; i < blocks; ++i) {
    apply_block(x, tower.blocks[static_cast<std::size_t>(i)], Mask::none, workspace, turned);
  }
  return x;
}

double flops_per_image(const VisionConfig& config, std::int64_t height, std::int64_t width) {
  const auto d = static_cast<double>(config.blocks.width);
  const auto inner = static_cast<double>(config.blocks.inner);
  const auto layers = static_cast<double>(config.blocks.layers);
  const auto patch = static_cast<double>(config.patch_size);
  const std::int64_t whole = (height / config.patch_size) * (width / config.patch_size);
  const auto patches = static_cast<double>(whole);
  const double t =
      patches + (config.has_class_token() ? 1.0 : 0.0) + static_cast<double>(config.registers);
  const double mlp = (config.blocks.gated ? 6.0 : 4.0) * d * inner;
  const double block = t * (8.0 * d * d + mlp) + 4.0 * t * t * d;
  // One query against all tokens: the last block of a class token, or the pooling head after it.
  const double single = 4.0 * t * d * d + 4.0 * d * d + mlp + 4.0 * t * d;
  const double whole_blocks = config.has_class_token() ? layers - 1.0 : layers;
  return 2.0 * patches * 3.0 * patch * patch * d + whole_blocks * block + single +
         2.0 * d * static_cast<double>(config.projection);
}

void move_to(VisionTower& tower, const Placement& placement) {
  move_to(tower.patches.projection, placement);
  for (at::Tensor* tokens : {&tower.class_token, &tower.registers}) {
    if (tokens->defined()) move_to(*tokens, placement);
  }
  // In float32: it may have to be stretched, and is rounded afterwards (positions_for()).
  if (tower.positions.defined()) move_to(tower.positions, Placement(placement.device));
  if (tower.pre_norm) move_to(*tower.pre_norm, placement);
  move_to(tower.blocks, placement);
  if (tower.final_norm) move_to(*tower.final_norm, placement);
  if (tower.projection) move_to(*tower.projection, placement);
  if (tower.pooling) move_to(*tower.pooling, placement);
}

Linear take_linear(StateDict& weights, const std::string& name, std::int64_t out, std::int64_t in,
                   bool bias) {
  Linear layer;
  layer.weight = weights.take(name + ".weight", {out, in});
  if (bias) layer.bias = weights.take(name + ".bias", {out});
  return layer;
}

LayerNorm take_norm(StateDict& weights, const std::string& name, std::int64_t width, double eps) {
  return {weights.take(name + ".weight", {width}), weights.take(name + ".bias", {width}), eps};
}

VisionTower load_vision_tower(StateDict& weights, const VisionConfig& config) {
  switch (config.family) {
    case VisionFamily::clip:
      return load_clip_vision(weights, config);
    case VisionFamily::vit:
      return load_vit(weights, config);
    case VisionFamily::dinov2:
      return load_dinov2(weights, config);
    case VisionFamily::dinov2_registers:
      return load_dinov2_registers(weights, config);
    case VisionFamily::dinov3:
      return load_dinov3(weights, config);
    case VisionFamily::siglip:
      return load_siglip_vision(weights, config);
  }
  throw InternalError("no such vision family");
}

std::vector<std::string> ignorable_keys(VisionFamily family) {
  switch (family) {
    case VisionFamily::clip:
      return {"*.position_ids", "logit_scale", "text_model.*", "text_projection.weight"};
    case VisionFamily::vit:
      return {"pooler.*",       "vit.pooler.*",          "classifier.*",
              "*.position_ids", "embeddings.mask_token", "vit.embeddings.mask_token"};
    case VisionFamily::dinov2:
      return {"embeddings.mask_token", "dinov2.embeddings.mask_token", "classifier.*"};
    case VisionFamily::dinov2_registers:
      return {"embeddings.mask_token", "dinov2_with_registers.embeddings.mask_token",
              "classifier.*"};
    case VisionFamily::dinov3:
      return {"embeddings.mask_token"};
    case VisionFamily::siglip:
      return {"*.position_ids", "logit_scale", "logit_bias", "text_model.*"};
  }
  return {};
}

}  // namespace asbench::models
