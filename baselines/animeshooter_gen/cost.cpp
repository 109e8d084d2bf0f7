#include "baselines/animeshooter_gen/cost.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/cogvideox/frame_batches.h"
#include "models/cogvideox/vae_memory.h"
#include "models/samplers/noise_schedule.h"

namespace asbench::baselines {
namespace {

/// 160 to 200 GFLOP/s on two cores, linear layers, convolutions and attention alike.
constexpr double kFlopsPerSecondAndThread = 85e9;

/// Tensors of all tokens times the width that a forward pass holds at once: the tokens, queries,
/// keys, values, the attention's result, and a share of the MLP and of the norms.
constexpr std::int64_t kTokenTensors = 10;

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
                      FirstFrame first_frame) {
  constexpr std::int64_t kTrainSteps = 1000;
  const auto sizes = latent_sizes(clip, transformer.out_channels, transformer.temporal_compression,
                                  vae.spatial_compression_ratio(), transformer.patch);
  const std::int64_t frames = sizes[1];
  const std::int64_t height = sizes[3];
  const std::int64_t width = sizes[4];
  ShotCost cost;
  cost.forwards = guided_forwards(sampling, kTrainSteps);
  cost.transformer_flops = static_cast<double>(cost.forwards) *
                           models::flops_per_sample(transformer, frames, height, width);
  cost.decoder_flops = decoder_flops(vae, frames, height, width);
  const std::int64_t tokens =
      transformer.text_tokens + frames * (height / transformer.patch) * (width / transformer.patch);
  const std::int64_t element = placement.dtype == c10::kFloat ? 4 : 2;
  const std::int64_t samples = cost.forwards > sampling.steps ? 2 : 1;
  cost.denoising_bytes = kTokenTensors * samples * tokens * transformer.width() * element;
  cost.decoding_bytes =
      models::decode_peak_bytes(vae, {1, frames, height, width}, models::VaeTiling::off, placement);
  if (first_frame == FirstFrame::given) {
    cost.encoder_flops = encoder_flops(vae, clip.height, clip.width);
    cost.encoding_bytes =
        kPixelTensors * clip.height * clip.width * vae.block_out_channels.front() * element;
  }
  return cost;
}

std::int64_t MemoryPlan::bytes() const {
  std::int64_t sum = activations;
  for (const auto& [part, bytes] : weights) sum += bytes;
  return sum;
}

std::string describe(const MemoryPlan& plan, std::string_view where) {
  std::string text = fmt::format("Memory on {}, computed:\n", where);
  for (const auto& [part, bytes] : plan.weights)
    text += fmt::format("  {:<16}{}\n", part, in_words(bytes));
  text += fmt::format("  {:<16}{}\n", "activations", in_words(plan.activations));
  text += fmt::format("  {:<16}{}\n", "together", in_words(plan.bytes()));
  return text;
}

double cpu_seconds(const ShotCost& cost, int threads) {
  return cost.flops() / (kFlopsPerSecondAndThread * static_cast<double>(std::max(1, threads)));
}

}  // namespace asbench::baselines
