#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "baselines/animeshooter_gen/manifest.h"
#include "baselines/animeshooter_gen/video_model.h"
#include "models/cogvideox/transformer_config.h"
#include "models/cogvideox/vae_config.h"
#include "models/layers/placement.h"

namespace asbench::baselines {

/// What one shot takes, computed from configurations alone; nothing is loaded or allocated.
struct ShotCost {
  std::int64_t forwards = 0;         ///< of the transformer, a sample each
  double transformer_flops = 0;      ///< of all of them, a multiply-add as two
  double decoder_flops = 0;          ///< convolutions of the VAE's decoder, untiled
  double encoder_flops = 0;          ///< of its encoder, where a first frame is given
  double conditions_flops = 0;       ///< of whatever makes the condition
  std::int64_t denoising_bytes = 0;  ///< activations of a forward pass, about
  std::int64_t decoding_bytes = 0;   ///< the most that the decoder allocates at once
  std::int64_t encoding_bytes = 0;   ///< activations of the encoder, about

  [[nodiscard]] double flops() const {
    return transformer_flops + decoder_flops + encoder_flops + conditions_flops;
  }
};

/// @throws BadInput as latent_sizes(); UsageError for a number of steps that the sampler refuses.
[[nodiscard]] ShotCost cost_of_shot(const models::CogVideoXTransformerConfig& transformer,
                                    const models::VaeConfig& vae, const ClipSettings& clip,
                                    const SamplingSettings& sampling,
                                    const models::Placement& placement,
                                    FirstFrame first_frame = FirstFrame::made);

/// Floating-point operations of the convolutions of one decoding: 315e12 for 13 x 60 x 90 latents
/// of the published VAE (docs/design/animeshootergen.md 9).
[[nodiscard]] double decoder_flops(const models::VaeConfig& vae, std::int64_t frames,
                                   std::int64_t height, std::int64_t width);

/// Floating-point operations of the convolutions of encoding one picture.
/// @param height  pixels
[[nodiscard]] double encoder_flops(const models::VaeConfig& vae, std::int64_t height,
                                   std::int64_t width);

/// What a run will hold in memory.
struct MemoryPlan {
  std::vector<std::pair<std::string, std::int64_t>> weights;  ///< bytes by part, once loaded
  std::int64_t activations = 0;  ///< the largest of encoding's, denoising's and decoding's

  [[nodiscard]] std::int64_t bytes() const;
};

/// For people: a line a part, then the sum. @param where  "cpu", "cuda:0 (…)"
[[nodiscard]] std::string describe(const MemoryPlan& plan, std::string_view where);

/// Seconds of one shot on the CPU at the speed that docs/design/animeshootergen.md 9 measured: an
/// estimate for the order of magnitude.
[[nodiscard]] double cpu_seconds(const ShotCost& cost, int threads);

/// A shot that takes longer on a CPU is started on demand only.
inline constexpr double kLongShotSeconds = 600.0;

}  // namespace asbench::baselines
