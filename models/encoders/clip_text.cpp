#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "models/encoders/clip.h"

namespace asbench::models {

TextTower load_clip_text(StateDict& weights, const TextConfig& config) {
  const BlocksConfig& sizes = config.blocks;
  const std::string prefix = "text_model.";
  TextTower tower;
  tower.tokens =
      weights.take(prefix + "embeddings.token_embedding.weight", {config.vocabulary, sizes.width});
  tower.positions = weights.take(prefix + "embeddings.position_embedding.weight",
                                 {config.positions, sizes.width});
  tower.blocks = load_clip_blocks(weights, prefix, sizes);
  tower.final_norm = take_norm(weights, prefix + "final_layer_norm", sizes.width, sizes.eps);
  tower.projection =
      take_linear(weights, "text_projection", config.projection, sizes.width, /*bias=*/false);
  return tower;
}

void move_to(TextTower& tower, const Placement& placement) {
  // The table stays in the mapped file: few of its rows are ever read.
  if (!placement.own_kernels) move_to(tower.tokens, placement);
  move_to(tower.positions, placement);
  move_to(tower.blocks, placement);
  move_to(tower.final_norm, placement);
  move_to(tower.projection, placement);
}

std::vector<std::string> ignorable_text_keys() {
  return {"*.position_ids", "logit_scale", "vision_model.*", "visual_projection.weight"};
}

at::Tensor run(const TextTower& tower, const at::Tensor& ids, const Observer& observer) {
  const auto show = [&](std::string_view name, const at::Tensor& value) {
    if (observer) observer(name, value);
  };
  const std::int64_t length = ids.size(1);
  at::Tensor x = at::embedding(tower.tokens, ids).add_(tower.positions.narrow(0, 0, length));
  show("embeddings", x);
  at::Tensor feature;
  BlockWorkspace workspace = make_workspace(x, tower.blocks.front());
  for (std::size_t i = 0; i < tower.blocks.size(); ++i) {
    const bool last = i + 1 == tower.blocks.size();
    if (last) {
      feature = apply_block_at(x, tower.blocks[i], length - 1, workspace);
    } else {
      apply_block(x, tower.blocks[i], Mask::causal, workspace);
    }
    show("blocks." + std::to_string(i), last ? feature : x);
  }
  feature = linear(layer_norm(feature, tower.final_norm), tower.projection);
  show("feature", feature);
  return feature;
}

std::size_t length_to_end_token(const std::vector<std::int64_t>& ids, const TextConfig& config) {
  const auto end = config.eos_token_id ? std::find(ids.begin(), ids.end(), *config.eos_token_id)
                                       : std::max_element(ids.begin(), ids.end());
  if (end == ids.end()) {
    throw BadInput(ids.empty() ? "token ids: none given"
                               : fmt::format("token ids: the end token {} is not among the {}",
                                             *config.eos_token_id, ids.size()));
  }
  return static_cast<std::size_t>(end - ids.begin()) + 1;
}

}  // namespace asbench::models
