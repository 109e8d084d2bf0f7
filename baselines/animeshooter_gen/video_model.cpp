#include "baselines/animeshooter_gen/video_model.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "baselines/animeshooter_gen/model_folder.h"
#include "core/error.h"
#include "models/layers/runtime.h"
#include "models/lora/lora.h"
#include "models/samplers/guidance.h"

namespace asbench::baselines {
namespace {

std::string_view class_of(models::SamplerKind sampler) {
  return sampler == models::SamplerKind::ddim ? "CogVideoXDDIMScheduler" : "CogVideoXDPMScheduler";
}

}  // namespace

void require_fitting(const models::CogVideoXTransformerConfig& transformer,
                     const models::VaeConfig& vae, FirstFrame first_frame) {
  const auto require = [](std::string_view one, std::int64_t first, std::string_view other,
                          std::int64_t second) {
    if (first == second) return;
    throw BadInput(fmt::format("config.json of the transformer: {} is {}, but {} of the VAE is {}",
                               one, first, other, second));
  };
  require("out_channels", transformer.out_channels, "latent_channels", vae.latent_channels);
  // An image-to-video model takes the first frame's latents beside the noise.
  const std::int64_t with_frame = 2 * vae.latent_channels;
  if (first_frame == FirstFrame::given && transformer.in_channels != with_frame) {
    throw BadInput(fmt::format(
        "config.json of the transformer: in_channels is {}, but an image-to-video model has {}, "
        "twice latent_channels of the VAE. keyframe-i2v needs the folder of CogVideoX-5B-I2V; a "
        "text-to-video model is run by cogvideo-lora.",
        transformer.in_channels, with_frame));
  }
  if (first_frame == FirstFrame::made) {
    if (transformer.in_channels == with_frame) {
      throw BadInput(fmt::format(
          "config.json of the transformer: in_channels is {}, twice latent_channels of the VAE, "
          "{}: "
          "an image-to-video model, which keyframe-i2v runs. A text-to-video model is needed.",
          transformer.in_channels, vae.latent_channels));
    }
    require("in_channels", transformer.in_channels, "latent_channels", vae.latent_channels);
  }
  require("temporal_compression_ratio", transformer.temporal_compression,
          "temporal_compression_ratio", vae.temporal_compression_ratio);
}

void require_sampler(const models::SchedulerConfig& scheduler, models::SamplerKind sampler) {
  if (!scheduler.sampler || *scheduler.sampler == sampler) return;
  throw BadInput(fmt::format(
      "sampling.scheduler is {}, but _class_name of scheduler_config.json is {}; state "
      "the same in both",
      sampler == models::SamplerKind::ddim ? "ddim" : "dpm", class_of(*scheduler.sampler)));
}

models::CogVideoXTransformer load_transformer(const VideoModelFolders& folders,
                                              const models::Placement& placement) {
  models::CogVideoXTransformerOptions options{.placement = placement};
  if (folders.lora) {
    options.loras.push_back(
        models::read_lora(folders.lora->path, "transformer", folders.lora->scale));
  }
  return models::load_cogvideox_transformer(folders.transformer, options);
}

models::VaeDecoder load_decoder(const VideoModelFolders& folders,
                                const models::Placement& placement) {
  return models::load_vae_decoder(open_part(folders.vae), placement);
}

models::VaeEncoder load_encoder(const VideoModelFolders& folders,
                                const models::Placement& placement) {
  return models::load_vae_encoder(open_part(folders.vae), placement);
}

VideoModel load_video_model(const VideoModelFolders& folders, const models::Placement& placement) {
  VideoModel model{.transformer = load_transformer(folders, placement),
                   .vae = load_decoder(folders, placement),
                   .scheduler = folders.read_scheduler()};
  if (folders.first_frame == FirstFrame::given) model.encoder = load_encoder(folders, placement);
  require_fitting(model.transformer.config, model.vae.config, folders.first_frame);
  return model;
}

std::vector<std::int64_t> latent_sizes_of(const ClipSettings& clip,
                                          const models::CogVideoXTransformerConfig& transformer,
                                          const models::VaeConfig& vae) {
  return latent_sizes(clip, transformer.out_channels, transformer.temporal_compression,
                      vae.spatial_compression_ratio(), transformer.patch);
}

at::Tensor denoise(const VideoModel& model, const SamplingSettings& sampling,
                   const DenoiseInput& input, const AfterStep& after_step) {
  const models::InferenceScope scope;
  const models::Placement& placement = model.transformer.placement;
  const at::Tensor condition = input.condition.to(placement.device);
  models::Sampler sampler(sampling.sampler,
                          models::NoiseSchedule(model.scheduler, sampling.steps, input.uneven),
                          input.draw);
  // Copied: the first step must not write into the caller's noise.
  at::Tensor latents =
      input.noise.to(input.noise.options().device(placement.device), false, /*copy=*/true);
  if (sampling.match_reference) latents = latents.to(placement.dtype);
  at::Tensor first_frame = input.first_frame;
  if (first_frame.defined()) first_frame = first_frame.to(latents.options());
  for (std::size_t i = 0; i < sampler.timesteps().size(); ++i) {
    const std::int64_t timestep = sampler.timesteps()[i];
    const double g =
        sampling.guidance.at_step(static_cast<std::int64_t>(i), sampling.steps, timestep);
    const bool guided = g != 1.0;
    const std::int64_t branches = guided ? 2 : 1;
    const at::Tensor seen = first_frame.defined() ? at::cat({latents, first_frame}, 2) : latents;
    const at::Tensor velocities = models::run(
        model.transformer,
        {.hidden_states = seen.expand({branches, -1, -1, -1, -1}).contiguous(),
         .encoder_hidden_states = guided ? condition : condition.narrow(0, 1, 1),
         .timestep = at::full({branches}, timestep, at::TensorOptions().dtype(at::kLong))});
    const at::Tensor velocity = guided ? models::guide(velocities, g) : velocities;
    latents = sampler.step(latents, velocity);
    if (after_step) after_step(i, velocities, latents);
  }
  return latents.to(at::kFloat);
}

at::Tensor decode(const VideoModel& model, const at::Tensor& latents, models::VaeTiling tiling) {
  const models::InferenceScope scope;
  // The transformer has frames before channels, the VAE channels before frames.
  const at::Tensor scaled = latents.permute({0, 2, 1, 3, 4}) / model.vae.config.scaling_factor;
  return models::decode_latents(model.vae, scaled.contiguous(), tiling);
}

at::Tensor levels_of(const at::Tensor& video) {
  const models::InferenceScope scope;
  // One copy, then in place: a video takes hundreds of megabytes.
  at::Tensor levels = video.to(at::kFloat) * 0.5;
  levels.add_(0.5).clamp_(0.0, 1.0).mul_(255.0).round_();
  return levels.squeeze(0).permute({1, 2, 3, 0}).to(at::kCPU, at::kByte).contiguous();
}

Image frame_of(const at::Tensor& levels, std::int64_t index) {
  Image frame(static_cast<int>(levels.size(1)), static_cast<int>(levels.size(2)), 3);
  const std::size_t bytes = frame.bytes.size();
  std::memcpy(frame.bytes.data(),
              levels.const_data_ptr<std::uint8_t>() + static_cast<std::size_t>(index) * bytes,
              bytes);
  return frame;
}

}  // namespace asbench::baselines
