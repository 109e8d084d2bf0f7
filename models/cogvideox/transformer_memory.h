#pragma once

#include <cstdint>

#include "models/cogvideox/transformer_config.h"
#include "models/layers/placement.h"

namespace asbench::models {

/// What run() of a CogVideoX transformer is given.
struct ForwardSize {
  std::int64_t samples = 1;
  std::int64_t frames = 1;  ///< latents, as height and width
  std::int64_t height = 1;
  std::int64_t width = 1;
};

/// The most bytes that run() has allocated at once: its result, intermediate tensors and on the CPU
/// what the threads keep for themselves; neither the loaded weights nor the input. For planning
/// what fits: nothing is allocated or computed here.
///
/// It is the sum that run() makes step by step, large tensors alone. What allocators and GPU
/// libraries take for themselves comes on top.
/// @param threads  of the CPU, >= 1
[[nodiscard]] std::int64_t forward_peak_bytes(const CogVideoXTransformerConfig& config,
                                              const ForwardSize& size, const Placement& placement,
                                              int threads);

}  // namespace asbench::models
