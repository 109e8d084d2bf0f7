#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "baselines/animeshooter_gen/manifest.h"
#include "baselines/animeshooter_gen/video_model.h"
#include "models/cogvideox/transformer_config.h"
#include "models/cogvideox/vae_config.h"
#include "models/cogvideox/vae_decoder.h"
#include "models/layers/placement.h"

namespace asbench::baselines {

/// What one shot takes, computed from configurations alone; nothing is loaded or allocated.
struct ShotCost {
  std::int64_t forwards = 0;     ///< of the transformer, a sample each
  double transformer_flops = 0;  ///< of all of them, a multiply-add as two
  double decoder_flops = 0;      ///< convolutions of the VAE's decoder, untiled
  double encoder_flops = 0;      ///< of its encoder, where a first frame is given
  /// Linear layers and attention of what makes the condition; set by EnginePlan::cost().
  double conditions_flops = 0;
  std::int64_t denoising_bytes = 0;  ///< the most that denoise() allocates at once
  std::int64_t decoding_bytes = 0;   ///< the most that decode() and levels_of() allocate at once
  std::int64_t encoding_bytes = 0;   ///< activations of the encoder, about

  [[nodiscard]] double flops() const {
    return transformer_flops + decoder_flops + encoder_flops + conditions_flops;
  }
};

/// @param threads      of the CPU
/// @param train_steps  of the scheduler
/// @throws BadInput as latent_sizes() and, with tiles, as models::plan_tiles(); UsageError for a
///         number of steps that the sampler refuses.
[[nodiscard]] ShotCost cost_of_shot(const models::CogVideoXTransformerConfig& transformer,
                                    const models::VaeConfig& vae, const ClipSettings& clip,
                                    const SamplingSettings& sampling,
                                    const models::Placement& placement,
                                    FirstFrame first_frame = FirstFrame::made,
                                    models::VaeTiling tiling = models::VaeTiling::off,
                                    int threads = 1, std::int64_t train_steps = 1000);

/// Floating-point operations of the convolutions of one decoding: 315e12 for 13 x 60 x 90 latents
/// of the published VAE (docs/design/animeshootergen.md 9).
[[nodiscard]] double decoder_flops(const models::VaeConfig& vae, std::int64_t frames,
                                   std::int64_t height, std::int64_t width);

/// Floating-point operations of the convolutions of encoding one picture.
/// @param height  pixels
[[nodiscard]] double encoder_flops(const models::VaeConfig& vae, std::int64_t height,
                                   std::int64_t width);

/// Which networks are in the device's memory together.
enum class Offload {
  none,  ///< all of a run's
  /// Those of one stage: what makes the condition, the VAE's encoder, the transformer, or the VAE's
  /// decoder.
  stage,
};
[[nodiscard]] std::string_view name_of(Offload offload);

/// What one network takes, bytes.
struct NetworkMemory {
  std::string name;
  std::int64_t weights = 0;  ///< in the form in which they are computed with
  /// Pages of its files that are in the process's memory when it has been read. Nobody needs them:
  /// the system takes them back when it has no others. 0 on a GPU.
  std::int64_t reading = 0;
  /// Of these, what stays as long as the network is loaded: a table that is looked up in the file.
  std::int64_t kept = 0;
};

/// Networks that are used together, in the order in which they are loaded.
struct StageMemory {
  std::string name;
  std::vector<NetworkMemory> networks = {};
  std::int64_t activations = 0;  ///< the most that the stage allocates besides
  std::int64_t kept = 0;         ///< stays when the stage is left, whatever the offload
  bool once = false;             ///< used before all others and freed, whatever the offload
};

/// What a run will hold in memory.
struct MemoryPlan {
  std::vector<StageMemory> stages = {};  ///< in the order in which they are loaded
  Offload offload = Offload::none;
  models::VaeTiling tiling = models::VaeTiling::off;

  /// The most that is needed at any time.
  [[nodiscard]] std::int64_t needed() const { return peak(false); }
  /// The most that is in memory, with the pages of weight files: what MemoryMeter sees.
  [[nodiscard]] std::int64_t resident() const { return peak(true); }

 private:
  [[nodiscard]] std::int64_t peak(bool with_files) const;
};

/// For people: a line a network and a stage, then the most. @param where  "cpu", "cuda:0 (…)"
[[nodiscard]] std::string describe(const MemoryPlan& plan, std::string_view where);

/// Seconds of one shot on the CPU at the speed that docs/design/animeshootergen.md 9 measured: an
/// estimate for the order of magnitude.
[[nodiscard]] double cpu_seconds(const ShotCost& cost, int threads);

/// A shot that takes longer on a CPU is started on demand only.
inline constexpr double kLongShotSeconds = 600.0;

}  // namespace asbench::baselines
