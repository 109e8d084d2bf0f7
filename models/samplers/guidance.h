#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace asbench::models {

/// How strong guidance is from step to step (docs/design/animeshootergen.md 5).
enum class GuidanceMode {
  fixed,             ///< the scale in every step
  ramp,              ///< from 1 up to the scale + 1: 1 + g (1 - cos(pi (i / N)^5)) / 2
  diffusers_compat,  ///< as diffusers computes its ramp, from the time t instead of the step: it
                     ///< jumps up and down; nothing is guided where the scale is at most 1
};

struct Guidance {
  GuidanceMode mode = GuidanceMode::fixed;
  double scale = 6.0;

  /// g of one step. Where it is 1 only the conditional branch needs to be run.
  /// @param step      0 <= step < steps
  /// @param timestep  what the network is given in this step
  [[nodiscard]] double at_step(std::int64_t step, std::int64_t steps, std::int64_t timestep) const;
};

/// v = v_null + g (v_cond - v_null) in float32.
/// @param velocities  [2, ...]: the network's outputs, **null first**
/// @returns [1, ...] float32; the conditional output itself where g is 1
/// @throws InternalError for another first axis.
[[nodiscard]] at::Tensor guide(const at::Tensor& velocities, double g);

}  // namespace asbench::models
