#include "models/encoders/vision_tower.h"

#include <ATen/ATen.h>

#include "core/error.h"
#include "models/layers/position_table.h"

namespace asbench::models {
namespace {

// [N, 1 + P, D]: the class token before the patches, positions added.
at::Tensor embed(const VisionTower& tower, const at::Tensor& pixels, const at::Tensor& positions) {
  const at::Tensor patches = embed_patches(pixels, tower.patches);
  const std::int64_t count = patches.size(1);
  at::Tensor x = at::empty({patches.size(0), count + 1, patches.size(2)}, patches.options());
  x.select(1, 0).copy_(tower.class_token + positions.select(0, 0));
  at::Tensor rest = x.narrow(1, 1, count);
  at::add_out(rest, patches, positions.narrow(0, 1, count));
  return x;
}

}  // namespace

int VisionTower::dim() const {
  return static_cast<int>(projection ? projection->outputs() : class_token.size(0));
}

at::Tensor VisionTower::positions_for(std::int64_t height, std::int64_t width) const {
  return interpolate_positions(positions, height / patches.patch, width / patches.patch)
      .to(class_token.scalar_type());
}

at::Tensor run(const VisionTower& tower, const at::Tensor& pixels, const at::Tensor& positions,
               const Observer& observer) {
  const auto show = [&](std::string_view name, const at::Tensor& value) {
    if (observer) observer(name, value);
  };
  at::Tensor x = embed(tower, pixels, positions);
  if (tower.pre_norm) x = layer_norm(x, *tower.pre_norm);
  show("embeddings", x);
  at::Tensor feature;
  BlockWorkspace workspace = make_workspace(x, tower.blocks.front());
  for (std::size_t i = 0; i < tower.blocks.size(); ++i) {
    const bool last = i + 1 == tower.blocks.size();
    if (last) {
      feature = apply_block_at(x, tower.blocks[i], 0, workspace);
    } else {
      apply_block(x, tower.blocks[i], Mask::none, workspace);
    }
    show("blocks." + std::to_string(i), last ? feature : x);
  }
  if (tower.final_norm) feature = layer_norm(feature, *tower.final_norm);
  if (tower.projection) feature = linear(feature, *tower.projection);
  show("feature", feature);
  return feature;
}

double flops_per_image(const VisionConfig& config, std::int64_t height, std::int64_t width) {
  const auto d = static_cast<double>(config.blocks.width);
  const auto inner = static_cast<double>(config.blocks.inner);
  const auto layers = static_cast<double>(config.blocks.layers);
  const auto patch = static_cast<double>(config.patch_size);
  const std::int64_t whole = (height / config.patch_size) * (width / config.patch_size);
  const auto patches = static_cast<double>(whole);
  const double t = patches + 1.0;
  const double mlp = (config.blocks.gated ? 6.0 : 4.0) * d * inner;
  const double block = t * (8.0 * d * d + mlp) + 4.0 * t * t * d;
  const double last = 4.0 * t * d * d + 4.0 * d * d + mlp + 4.0 * t * d;
  return 2.0 * patches * 3.0 * patch * patch * d + (layers - 1.0) * block + last +
         2.0 * d * static_cast<double>(config.projection);
}

void move_to(VisionTower& tower, const Placement& placement) {
  move_to(tower.patches.projection, placement);
  move_to(tower.class_token, placement);
  // In float32: it may have to be stretched, and is rounded afterwards (positions_for()).
  move_to(tower.positions, Placement(placement.device));
  if (tower.pre_norm) move_to(*tower.pre_norm, placement);
  move_to(tower.blocks, placement);
  if (tower.final_norm) move_to(*tower.final_norm, placement);
  if (tower.projection) move_to(*tower.projection, placement);
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
  }
  return {};
}

}  // namespace asbench::models
