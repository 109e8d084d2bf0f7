#include "baselines/animeshooter_gen/cost.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/cogvideox/frame_batches.h"
#include "models/cogvideox/transformer_memory.h"
#include "models/cogvideox/vae_memory.h"
#include "models/samplers/noise_schedule.h"

namespace asbench::baselines {
namespace {

/// 160 to 200 GFLOP/s on two cores, linear layers, convolutions and attention alike.
constexpr double kFlopsPerSecondAndThread = 85e9;

constexpr std::int64_t kFloatBytes = 4;
constexpr std::int64_t kColours = 3;

/// Tensors of all pixels times the first block's channels that encoding one picture holds at once:
/// a resnet's input, its normed copy and the next with two earlier frames each, and its result.
constexpr std::int64_t kPixelTensors = 8;

std::int64_t guided_forwards(const SamplingSettings& sampling, std::int64_t train_steps) {
  const auto timesteps =
      models::trailing_timesteps(sampling.steps, train_steps, models::UnevenSteps::allow);
  std::int64_t forwards = 0;
  for (std::size_t i = 0; i < timesteps.size(); ++i) {
    const double g =
        sampling.guidance.at_step(static_cast<std::int64_t>(i), sampling.steps, timesteps[i]);
    forwards += g == 1.0 ? 1 : 2;
  }
  return forwards;
}

std::string in_words(std::int64_t bytes) {
  const auto value = static_cast<double>(bytes);
  return bytes < 100'000'000 ? fmt::format("{:8.1f} MB", value * 1e-6)
                             : fmt::format("{:8.2f} GB", value * 1e-9);
}

}  // namespace

double decoder_flops(const models::VaeConfig& vae, std::int64_t frames, std::int64_t height,
                     std::int64_t width) {
  const auto& channels = vae.block_out_channels;
  const auto as_double = [](std::int64_t x) { return static_cast<double>(x); };
  double t = as_double(frames);
  double pixels = as_double(height) * as_double(width);
  double in = as_double(channels.back());
  double products = 27.0 * as_double(vae.latent_channels) * in * t * pixels;
  const auto resnet = [&](double from, double to) {
    const double shortcut = from == to ? 0.0 : from * to;
    products += (27.0 * to * (from + to) + shortcut) * t * pixels;
  };
  resnet(in, in);
  resnet(in, in);
  const std::int64_t blocks = vae.blocks();
  for (std::int64_t block = 0; block < blocks; ++block) {
    const double out = as_double(channels[static_cast<std::size_t>(blocks - 1 - block)]);
    for (std::int64_t i = 0; i <= vae.layers_per_block; ++i) resnet(i == 0 ? in : out, out);
    in = out;
    if (block + 1 == blocks) break;
    if (block < vae.temporal_levels())
      t = as_double(models::doubled_frames(static_cast<std::int64_t>(t)));
    pixels *= 4.0;
    products += 9.0 * out * out * t * pixels;
  }
  products += 27.0 * in * 3.0 * t * pixels;
  return 2.0 * products;
}

double encoder_flops(const models::VaeConfig& vae, std::int64_t height, std::int64_t width) {
  const auto as_double = [](std::int64_t x) { return static_cast<double>(x); };
  const std::int64_t blocks = vae.blocks();
  double pixels = as_double(height) * as_double(width);
  double in = as_double(vae.block_out_channels.front());
  double products = 27.0 * 3.0 * in * pixels;
  const auto resnet = [&](double from, double to) {
    const double shortcut = from == to ? 0.0 : from * to;
    products += (27.0 * to * (from + to) + shortcut) * pixels;
  };
  for (std::int64_t block = 0; block < blocks; ++block) {
    const double out = as_double(vae.block_out_channels[static_cast<std::size_t>(block)]);
    for (std::int64_t i = 0; i < vae.layers_per_block; ++i) resnet(i == 0 ? in : out, out);
    if (vae.layers_per_block > 0) in = out;
    if (block + 1 == blocks) break;
    pixels /= 4.0;
    products += 9.0 * in * in * pixels;
  }
  resnet(in, in);
  resnet(in, in);
  products += 27.0 * in * 2.0 * as_double(vae.latent_channels) * pixels;
  return 2.0 * products;
}

ShotCost cost_of_shot(const models::CogVideoXTransformerConfig& transformer,
                      const models::VaeConfig& vae, const ClipSettings& clip,
                      const SamplingSettings& sampling, const models::Placement& placement,
                      FirstFrame first_frame, models::VaeTiling tiling, int threads,
                      std::int64_t train_steps) {
  const auto sizes = latent_sizes(clip, transformer.out_channels, transformer.temporal_compression,
                                  vae.spatial_compression_ratio(), transformer.patch);
  const std::int64_t frames = sizes[1];
  const std::int64_t height = sizes[3];
  const std::int64_t width = sizes[4];
  ShotCost cost;
  cost.forwards = guided_forwards(sampling, train_steps);
  cost.transformer_flops = static_cast<double>(cost.forwards) *
                           models::flops_per_sample(transformer, frames, height, width);
  cost.decoder_flops = decoder_flops(vae, frames, height, width);
  const std::int64_t samples = cost.forwards > sampling.steps ? 2 : 1;
  const std::int64_t latents = sizes[1] * sizes[2] * height * width * kFloatBytes;
  // denoise(): the noise, the latents, and these once more for each branch of the guidance.
  cost.denoising_bytes =
      (2 + samples) * latents +
      models::forward_peak_bytes(transformer, {samples, frames, height, width}, placement, threads);
  // decode(): the latents as they come and scaled. levels_of(): the video twice and its bytes
  // twice.
  const std::int64_t values = kColours * clip.frames * clip.height * clip.width;
  cost.decoding_bytes = std::max(
      2 * latents + models::decode_peak_bytes(vae, {1, frames, height, width}, tiling, placement),
      latents + 2 * values * kFloatBytes + 2 * values);
  if (first_frame == FirstFrame::given) {
    cost.encoder_flops = encoder_flops(vae, clip.height, clip.width);
    const std::int64_t element = placement.dtype == c10::kFloat ? 4 : 2;
    cost.encoding_bytes =
        kPixelTensors * clip.height * clip.width * vae.block_out_channels.front() * element;
  }
  return cost;
}

std::string_view name_of(Offload offload) {
  return offload == Offload::stage ? "stage" : "none";
}

// Follows a run from its first network to its last: each is loaded beside what is there already.
std::int64_t MemoryPlan::peak(bool with_files) const {
  std::int64_t most = 0;
  std::int64_t held = 0;
  std::int64_t largest_activations = 0;
  for (const StageMemory& stage : stages) {
    const std::int64_t before = held;
    for (const NetworkMemory& network : stage.networks) {
      most = std::max(most, held + network.weights + (with_files ? network.reading : 0));
      held += network.weights + (with_files ? network.kept : 0);
    }
    held += stage.kept;
    most = std::max(most, held + stage.activations);
    if (stage.once || offload == Offload::stage) {
      held = before + stage.kept;
    } else {
      largest_activations = std::max(largest_activations, stage.activations);
    }
  }
  return std::max(most, held + largest_activations);
}

std::string describe(const MemoryPlan& plan, std::string_view where) {
  std::string text = fmt::format("Memory on {}, computed:\n", where);
  for (const StageMemory& stage : plan.stages) {
    for (const NetworkMemory& network : stage.networks)
      text += fmt::format("  {:<26}{}\n", network.name, in_words(network.weights));
    text += fmt::format("  {:<26}{}\n", fmt::format("activations, {}", stage.name),
                        in_words(stage.activations));
    if (stage.kept > 0)
      text += fmt::format("  {:<26}{}\n", "kept of a story", in_words(stage.kept));
  }
  text += fmt::format("  {:<26}{}\n",
                      plan.offload == Offload::stage ? "one stage at a time" : "together",
                      in_words(plan.needed()));
  if (plan.resident() > plan.needed()) {
    text += fmt::format("  {:<26}{}\n", "with pages of the files", in_words(plan.resident()));
  }
  return text;
}

double cpu_seconds(const ShotCost& cost, int threads) {
  return cost.flops() / (kFlopsPerSecondAndThread * static_cast<double>(std::max(1, threads)));
}

}  // namespace asbench::baselines
