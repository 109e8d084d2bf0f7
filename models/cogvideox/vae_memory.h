#pragma once

#include <cstdint>

#include "models/cogvideox/vae_config.h"
#include "models/cogvideox/vae_decoder.h"
#include "models/layers/placement.h"

namespace asbench::models {

/// Of latents [batch, C, frames, height, width].
struct LatentSize {
  std::int64_t batch = 1;
  std::int64_t frames = 1;
  std::int64_t height = 1;
  std::int64_t width = 1;
};

/// The most bytes that decode_latents() has allocated at once: its result, the caches, intermediate
/// tensors and on the CPU the kernels' copies of a layer's weights; neither the loaded weights nor
/// the latents given. For planning what fits: nothing is allocated or computed here.
///
/// It is the sum that decode_latents() makes step by step. Allocators round up, and cuDNN takes
/// workspaces of its own, which depend on the GPU: there the number is what is needed besides them.
/// @param placement  for the activations' type and whether the CPU's kernels are used
/// @throws BadInput with tiles, as plan_tiles()
[[nodiscard]] std::int64_t decode_peak_bytes(const VaeConfig& config, const LatentSize& latents,
                                             VaeTiling tiling, const Placement& placement);

}  // namespace asbench::models
