#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "baselines/animeshooter_gen/manifest.h"
#include "core/image.h"
#include "models/cogvideox/transformer.h"
#include "models/cogvideox/vae_decoder.h"
#include "models/cogvideox/vae_encoder.h"
#include "models/layers/placement.h"
#include "models/samplers/noise_schedule.h"
#include "models/samplers/sampler.h"
#include "models/samplers/scheduler_config.h"

namespace asbench::baselines {

/// What the transformer takes besides the noise.
enum class FirstFrame {
  made,   ///< nothing: text to video
  given,  ///< latents of a picture that the shot begins with: image to video, CogVideoX-5B-I2V
};

/// Where the parts of a video model are, and what is merged into the transformer.
struct VideoModelFolders {
  std::filesystem::path transformer;
  std::filesystem::path vae;
  std::filesystem::path scheduler;
  std::optional<LoraSettings> lora = {};
  FirstFrame first_frame = FirstFrame::made;
  models::OtherSpacing other_spacing = models::OtherSpacing::refuse;

  [[nodiscard]] models::SchedulerConfig read_scheduler() const {
    return models::read_scheduler_config(scheduler, other_spacing);
  }
};

/// The part of a generator that all baselines share: conditions and noise in, frames out.
struct VideoModel {
  models::CogVideoXTransformer transformer;
  models::VaeDecoder vae;
  std::optional<models::VaeEncoder> encoder = {};  ///< where the first frame is given
  models::SchedulerConfig scheduler;
};

/// @throws BadInput: what the parts' loaders refuse; parts that don't fit each other (channels,
///         compression), naming both.
[[nodiscard]] VideoModel load_video_model(const VideoModelFolders& folders,
                                          const models::Placement& placement);

/// The decoder alone.
[[nodiscard]] models::VaeDecoder load_decoder(const VideoModelFolders& folders,
                                              const models::Placement& placement);

/// The encoder alone, which first frames that are given need.
[[nodiscard]] models::VaeEncoder load_encoder(const VideoModelFolders& folders,
                                              const models::Placement& placement);

/// The transformer alone, with the folders' LoRA merged.
[[nodiscard]] models::CogVideoXTransformer load_transformer(const VideoModelFolders& folders,
                                                            const models::Placement& placement);

/// What the two configurations must agree in, and that the model is one of this kind.
/// @throws BadInput naming both sides, and the baseline that a model of the other kind is for.
void require_fitting(const models::CogVideoXTransformerConfig& transformer,
                     const models::VaeConfig& vae, FirstFrame first_frame);
/// @throws BadInput when the folder's scheduler_config.json names another sampler than `sampler`.
void require_sampler(const models::SchedulerConfig& scheduler, models::SamplerKind sampler);

/// The latents of a shot, [1, F, C, h, w]. @throws as latent_sizes()
[[nodiscard]] std::vector<std::int64_t> latent_sizes_of(
    const ClipSettings& clip, const models::CogVideoXTransformerConfig& transformer,
    const models::VaeConfig& vae);

struct DenoiseInput {
  at::Tensor condition;  ///< [2, L, D] float: null, then the shot's
  at::Tensor noise;      ///< [1, F, C, h, w] float32 on the CPU
  /// [1, F, C, h, w] float32: latents_of_keyframe()'s; undefined where no first frame is given.
  /// Both branches of guidance see it.
  at::Tensor first_frame = {};
  models::DrawNoise draw;  ///< further noise, for samplers that take it
  models::UnevenSteps uneven = models::UnevenSteps::refuse;
};

/// What is told after every step. @param velocities  [2, ...] or, unguided, [1, ...] float32
using AfterStep =
    std::function<void(std::size_t step, const at::Tensor& velocities, const at::Tensor& latents)>;

/// Noise to latents (docs/design/animeshootergen.md 5). Where nothing is guided in a step, the
/// null condition isn't run.
/// @returns [1, F, C, h, w] float32, on the model's device
[[nodiscard]] at::Tensor denoise(const VideoModel& model, const SamplingSettings& sampling,
                                 const DenoiseInput& input, const AfterStep& after_step = {});

/// @param latents  denoise()'s
/// @param tiling   tiles take less memory and give another result (models::VaeTiling)
/// @returns [1, 3, T, H, W] float32, about [-1, 1]
[[nodiscard]] at::Tensor decode(const VideoModel& model, const at::Tensor& latents,
                                models::VaeTiling tiling = models::VaeTiling::off);

/// rint(clamp(x / 2 + 1/2, 0, 1) * 255), halves to the even number.
/// @param video  [1, 3, T, H, W]
/// @returns [T, H, W, 3] uint8 on the CPU, contiguous
[[nodiscard]] at::Tensor levels_of(const at::Tensor& video);

/// One frame of levels_of()'s.
[[nodiscard]] Image frame_of(const at::Tensor& levels, std::int64_t index);

}  // namespace asbench::baselines
