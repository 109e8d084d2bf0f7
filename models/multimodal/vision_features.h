#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "models/encoders/vision_tower.h"
#include "models/weights/checkpoint.h"

namespace asbench::models {

/// SigLIP as the language model's eyes (docs/design/animeshootergen.md 4.2): all tokens of an inner
/// layer, before any norm and without pooling. Immutable once loaded; any number of threads may run
/// it.
struct VisionFeatures {
  std::string id;  ///< of the checkpoint, for messages
  VisionTower tower;
  std::int64_t image_size = 0;  ///< pixels a side of a tile
  std::int64_t blocks = 0;      ///< that are run
  Placement placement = Placement(c10::kCPU);
};

/// Sizes of the vision tower, from config.json alone: fields at the top, or in `vision_config`.
/// @throws BadInput naming the field.
[[nodiscard]] VisionConfig vision_config_of(const Checkpoint& checkpoint);

/// Reads config.json as vision_config_of() and the weights, keys with or
/// without `vision_model.`. Every tensor but the pooling head's must be there, also those of layers
/// that are not run; these are not kept.
/// @param select_layer  the hidden state that is read: 0 the embeddings, k what leaves layer k, -1
///        what leaves the last, -2 what leaves the one before
/// @throws BadInput naming the field; missing, unexpected and misshaped tensors, all at once; a
///         layer that the tower lacks.
[[nodiscard]] VisionFeatures load_vision_features(const Checkpoint& checkpoint,
                                                  std::int64_t select_layer,
                                                  const Placement& placement);

/// @param pixels  [n, 3, image_size, image_size] float, normalised
/// @returns [n, tokens, D], in the model's type
/// @throws BadInput for another shape.
[[nodiscard]] at::Tensor run(const VisionFeatures& model, const at::Tensor& pixels);

}  // namespace asbench::models
