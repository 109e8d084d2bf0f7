#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "models/encoders/dreamsim_config.h"
#include "models/encoders/vision_tower.h"
#include "models/weights/state_dict.h"

namespace asbench::models {

/// DreamSim with its fine-tuning merged into the weights: networks side by side, each with its own
/// normalisation. 1 - cosine of two features is the published distance. Source:
/// ssundaram21/dreamsim `dreamsim/model.py` (PerceptualModel),
/// `dreamsim/feature_extraction/vision_transformer.py`; docs/design/metrics.md 3.4.
struct DreamSim {
  struct Branch {
    VisionTower tower;
    at::Tensor mean, std;  ///< [3, 1, 1] float32
  };
  std::vector<Branch> branches;
};

/// Keys `extractor_list.I.model.*` and, of an embedding, `extractor_list.I.proj`: the published
/// module's own names. What `weights` lacks is told by its finish().
[[nodiscard]] DreamSim load_dreamsim(StateDict& weights, const DreamSimConfig& config);
/// One network of it, below `prefix` as "extractor_list.0.".
[[nodiscard]] VisionTower load_dreamsim_tower(StateDict& weights, const std::string& prefix,
                                              const DreamSimBranch& branch);

void move_to(DreamSim& network, const Placement& placement);

/// What a branch's tower is given: (v - mean) / std in float32. @param pixels  [N, 3, S, S] in [0,
/// 1]
[[nodiscard]] at::Tensor normalised(const DreamSim::Branch& branch, const at::Tensor& pixels);

/// Rows minus their own mean, divided by their length: `normalize_embedding` of `model.py`. In
/// double, in ascending order on the CPU, so that a row's bits are its own. A row of equal values
/// has no direction and becomes NaN, as there.
/// @param features  [N, D] float32. @returns the same shape, float32.
[[nodiscard]] at::Tensor centred_unit_rows(const at::Tensor& features);

/// @param pixels  [N, 3, S, S] float32 in [0, 1], S the configuration's image_size
/// @returns [N, dim] float32, rows of length 1
[[nodiscard]] at::Tensor run(const DreamSim& network, const at::Tensor& pixels);

}  // namespace asbench::models
