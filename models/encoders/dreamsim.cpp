#include "models/encoders/dreamsim.h"

#include <ATen/ATen.h>

#include <array>
#include <cmath>
#include <string>

namespace asbench::models {
namespace {

Block load_block(StateDict& weights, const std::string& name, const BlocksConfig& config) {
  const std::int64_t width = config.width;
  Block block;
  block.norm1 = take_norm(weights, name + "norm1", width, config.eps);
  block.qkv = take_linear(weights, name + "attn.qkv", 3 * width, width);
  block.attention_out = take_linear(weights, name + "attn.proj", width, width);
  block.norm2 = take_norm(weights, name + "norm2", width, config.eps);
  block.mlp_in = take_linear(weights, name + "mlp.fc1", config.inner, width);
  block.mlp_out = take_linear(weights, name + "mlp.fc2", width, config.inner);
  block.heads = config.heads;
  block.activation = config.activation;
  return block;
}

at::Tensor per_channel(const std::array<double, 3>& values) {
  at::Tensor tensor = at::empty({3, 1, 1}, at::kFloat);
  for (std::size_t c = 0; c < values.size(); ++c) {
    tensor.mutable_data_ptr<float>()[c] = static_cast<float>(values[c]);
  }
  return tensor;
}

}  // namespace

VisionTower load_dreamsim_tower(StateDict& weights, const std::string& prefix,
                                const DreamSimBranch& branch) {
  const VisionConfig& vision = branch.vision;
  const BlocksConfig& sizes = vision.blocks;
  const std::string model = prefix + "model.";
  VisionTower tower;
  tower.class_token = weights.take(model + "cls_token", {1, 1, sizes.width}).flatten();
  tower.positions =
      weights.take(model + "pos_embed", {1, vision.table_patches() + 1, sizes.width}).squeeze(0);
  tower.patches =
      make_patch_embedding(weights.take(model + "patch_embed.proj.weight",
                                        {sizes.width, 3, vision.patch_size, vision.patch_size}),
                           weights.take(model + "patch_embed.proj.bias", {sizes.width}));
  // The published code keeps CLIP's first norm where DINO has the dropout after the positions.
  if (branch.pre_norm) {
    tower.pre_norm = take_norm(weights, model + "pos_drop", sizes.width, sizes.eps);
  }
  for (std::int64_t i = 0; i < sizes.layers; ++i) {
    tower.blocks.push_back(load_block(weights, model + "blocks." + std::to_string(i) + ".", sizes));
  }
  if (vision.projection > 0) {
    tower.final_norm = take_norm(weights, model + "norm", sizes.width, sizes.eps);
    // Stored [width, projection], for features times it.
    Linear projection;
    projection.weight =
        weights.take(prefix + "proj", {sizes.width, vision.projection}).t().contiguous();
    tower.projection = std::move(projection);
  }
  return tower;
}

DreamSim load_dreamsim(StateDict& weights, const DreamSimConfig& config) {
  DreamSim network;
  for (std::size_t i = 0; i < config.branches.size(); ++i) {
    const DreamSimBranch& branch = config.branches[i];
    network.branches.push_back(
        {load_dreamsim_tower(weights, "extractor_list." + std::to_string(i) + ".", branch),
         per_channel(branch.mean), per_channel(branch.std)});
  }
  return network;
}

void move_to(DreamSim& network, const Placement& placement) {
  for (DreamSim::Branch& branch : network.branches) {
    move_to(branch.tower, placement);
    // In float32: what is normalised is rounded afterwards.
    move_to(branch.mean, Placement(placement.device));
    move_to(branch.std, Placement(placement.device));
  }
}

at::Tensor normalised(const DreamSim::Branch& branch, const at::Tensor& pixels) {
  return (pixels - branch.mean).div_(branch.std);
}

at::Tensor centred_unit_rows(const at::Tensor& features) {
  if (!features.is_cpu()) {
    at::Tensor wide = features.to(at::kDouble);
    wide = wide - wide.mean({-1}, /*keepdim=*/true);
    return wide.div_(wide.norm(2, {-1}, /*keepdim=*/true)).to(at::kFloat);
  }
  const at::Tensor rows = features.contiguous();
  at::Tensor result = at::empty_like(rows);
  const std::int64_t width = rows.size(1);
  for (std::int64_t n = 0; n < rows.size(0); ++n) {
    const float* const in = rows.const_data_ptr<float>() + n * width;
    float* const out = result.mutable_data_ptr<float>() + n * width;
    double mean = 0.0;
    for (std::int64_t i = 0; i < width; ++i) mean += static_cast<double>(in[i]);
    mean /= static_cast<double>(width);
    double squares = 0.0;
    for (std::int64_t i = 0; i < width; ++i) {
      const double centred = static_cast<double>(in[i]) - mean;
      squares += centred * centred;
    }
    const double length = std::sqrt(squares);
    for (std::int64_t i = 0; i < width; ++i) {
      out[i] = static_cast<float>((static_cast<double>(in[i]) - mean) / length);
    }
  }
  return result;
}

at::Tensor run(const DreamSim& network, const at::Tensor& pixels) {
  std::vector<at::Tensor> features;
  for (const DreamSim::Branch& branch : network.branches) {
    const VisionTower& tower = branch.tower;
    const at::Tensor positions = tower.positions_for(pixels.size(2), pixels.size(3));
    const at::Tensor input = normalised(branch, pixels).to(tower.class_token.scalar_type());
    features.push_back(run(tower, input, positions).to(at::kFloat));
  }
  return centred_unit_rows(at::cat(features, 1));
}

}  // namespace asbench::models
