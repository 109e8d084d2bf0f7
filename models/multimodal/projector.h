#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "models/layers/linear.h"
#include "models/layers/norm.h"
#include "models/weights/checkpoint.h"

namespace asbench::models {

/// From the vision tower's tokens to the language model's (docs/design/animeshootergen.md 4.3): a
/// fourth of the tokens, each made of a square of 2 x 2. Keys `layers.1.*`, `layers.2.*`,
/// `layers.4.*`. Immutable once loaded; any number of threads may run it.
struct Projector {
  std::string id;  ///< of the checkpoint, for messages
  LayerNorm norm;  ///< [4 C], eps 1e-5
  Linear in;       ///< [D, 4 C]
  Linear out;      ///< [D, D]
  Placement placement = Placement(c10::kCPU);

  /// C: channels of a token.
  [[nodiscard]] std::int64_t channels() const { return in.inputs() / 4; }
};

/// Sizes come from the tensors. @throws BadInput: mm_projector_type other than mlp_downsample and
/// mlp_downsample_2x2_fix; missing, unexpected and misshaped tensors, all at once.
[[nodiscard]] Projector load_projector(const Checkpoint& checkpoint, const Placement& placement);

/// To where it will run, see move_to(Linear&).
void move_to(Projector& model, const Placement& placement);

/// 2 x 2 tokens of the map as one, in rows; channels in the order (row 0, column 0), (0, 1), (1,
/// 0), (1, 1). A map of odd sides gets a row and a column of zeros at the end.
/// @param features  [n, g * g, C]
/// @returns [n, h * h, 4 C], h = g / 2 rounded up
/// @throws BadInput when the tokens make no square.
[[nodiscard]] at::Tensor squares_of_tokens(const at::Tensor& features);

/// @param features  [n, g * g, C]
/// @returns [n, h * h, D], in the model's type
/// @throws BadInput for another shape.
[[nodiscard]] at::Tensor run(const Projector& model, const at::Tensor& features);

}  // namespace asbench::models
