#include "models/cogvideox/vae_encoder.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <utility>

#include "core/error.h"
#include "models/cogvideox/frame_batches.h"
#include "models/cogvideox/vae_parts.h"
#include "models/encoders/strict_loading.h"
#include "models/layers/activation.h"
#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

constexpr std::int64_t kColours = 3;
constexpr double kLowestLogvar = -30.0;
constexpr double kHighestLogvar = 20.0;

VaeEncoder load(StateDict& weights, const VaeConfig& config) {
  VaeParts parts(weights, config, VaeParts::Half::encoder);
  const std::vector<std::int64_t>& channels = config.block_out_channels;
  VaeEncoder encoder;
  encoder.config = config;
  encoder.conv_in = parts.causal("encoder.conv_in", channels.front(), kColours);
  std::int64_t in = channels.front();
  for (std::int64_t b = 0; b < config.blocks(); ++b) {
    const std::int64_t out = channels[static_cast<std::size_t>(b)];
    const std::string name = fmt::format("encoder.down_blocks.{}", b);
    VaeDownBlock block;
    for (std::int64_t r = 0; r < config.layers_per_block; ++r) {
      block.resnets.push_back(
          parts.resnet(fmt::format("{}.resnets.{}", name, r), out, std::exchange(in, out)));
    }
    if (b + 1 < config.blocks()) {
      block.downsampler.emplace();
      block.downsampler->conv = parts.of_frames(name + ".downsamplers.0.conv", out);
      block.downsampler->conv.stride = 2;
      block.downsampler->halves_time = b < config.temporal_levels();
    }
    encoder.down_blocks.push_back(std::move(block));
  }
  for (int i = 0; i < 2; ++i) {
    encoder.mid_block.push_back(parts.resnet(fmt::format("encoder.mid_block.resnets.{}", i),
                                             channels.back(), channels.back()));
  }
  encoder.norm_out = parts.norm("encoder.norm_out", channels.back(), kVaeNormEps);
  encoder.conv_out = parts.causal("encoder.conv_out", 2 * config.latent_channels, channels.back());
  encoder.caches = parts.caches();
  return encoder;
}

/// @param frames  [B, t, H, W, 3]
/// @returns [B, t', h, w, 2 C]
at::Tensor encode_batch(const VaeEncoder& encoder, const at::Tensor& frames, FrameCaches& caches,
                        const VaeObserver& observer) {
  const auto show = [&](const std::string& name, const at::Tensor& value) {
    if (observer) observer(name, value.permute({0, 4, 1, 2, 3}));
  };
  const at::Tensor no_latents;
  at::Tensor room = room_for(frames);
  newest_frames(room).copy_(frames);
  at::Tensor x = convolve(encoder.conv_in, std::move(room), caches);
  show("conv_in", x);
  for (std::size_t b = 0; b < encoder.down_blocks.size(); ++b) {
    const VaeDownBlock& block = encoder.down_blocks[b];
    for (const VaeResnet& resnet : block.resnets) x = apply(resnet, x, no_latents, caches);
    if (block.downsampler) x = apply(*block.downsampler, x);
    show(fmt::format("down_blocks.{}", b), x);
  }
  for (const VaeResnet& resnet : encoder.mid_block) x = apply(resnet, x, no_latents, caches);
  show("mid_block", x);
  room = room_for(x);
  at::Tensor normed = newest_frames(room);
  normalise_into(normed, x, no_latents, encoder.norm_out);
  x.reset();
  show("norm_out", normed);
  silu_in_place(normed);
  normed.reset();
  x = convolve(encoder.conv_out, std::move(room), caches);
  show("conv_out", x);
  return x;
}

VaePosterior encode(const VaeEncoder& encoder, const at::Tensor& frames,
                    const VaeObserver& observer) {
  FrameCaches caches(encoder.caches);
  std::vector<at::Tensor> parts;
  for (const FrameBatch& batch : frame_batches(frames.size(2), kFramesPerBatch)) {
    caches.last_batch = batch.begin + batch.count == frames.size(2);
    const at::Tensor pixels =
        frames.narrow(2, batch.begin, batch.count)
            .to(frames.options().device(encoder.placement.device).dtype(encoder.placement.dtype))
            .permute({0, 2, 3, 4, 1})
            .contiguous();
    parts.push_back(
        encode_batch(encoder, pixels, caches, observer).to(at::kFloat).permute({0, 4, 1, 2, 3}));
  }
  const at::Tensor moments = at::cat(parts, 2);
  const std::int64_t channels = encoder.config.latent_channels;
  return {moments.narrow(1, 0, channels).clone(at::MemoryFormat::Contiguous),
          moments.narrow(1, channels, channels).clamp(kLowestLogvar, kHighestLogvar).contiguous()};
}

void check_shape(const VaeEncoder& encoder, const at::Tensor& frames) {
  const std::int64_t least = encoder.config.spatial_compression_ratio();
  const bool fits = frames.dim() == 5 && frames.size(1) == kColours && frames.numel() > 0 &&
                    frames.size(3) >= least && frames.size(4) >= least &&
                    frames.is_floating_point();
  if (!fits) {
    throw BadInput(fmt::format(
        "vae_encoder {}: frames are {} of shape {}; floating-point [B, 3, T, H, W] with H and W of "
        "at least {} is needed, colours before frames",
        encoder.id, c10::toString(frames.scalar_type()), shape_text(frames), least));
  }
}

}  // namespace

void move_to(VaeEncoder& encoder, const Placement& placement) {
  move_to(encoder.conv_in, placement);
  for (VaeDownBlock& block : encoder.down_blocks) {
    for (VaeResnet& resnet : block.resnets) move_to(resnet, placement);
    if (block.downsampler) move_to(*block.downsampler, placement);
  }
  for (VaeResnet& resnet : encoder.mid_block) move_to(resnet, placement);
  move_to(encoder.norm_out, placement);
  move_to(encoder.conv_out, placement);
  encoder.placement = placement;
}

VaeEncoder load_vae_encoder(const Checkpoint& checkpoint, const Placement& placement) {
  const VaeConfig config = parse_vae_config(checkpoint.config, checkpoint.id);
  VaeEncoder encoder = load_strictly(checkpoint, 0, {"decoder.*"}, [&](StateDict& weights) {
    check_layers(config, weights, checkpoint.id);
    return load(weights, config);
  });
  encoder.id = checkpoint.id;
  place(encoder, checkpoint.id, placement);
  return encoder;
}

VaePosterior encode_frames(const VaeEncoder& encoder, const at::Tensor& frames,
                           const VaeObserver& observer) {
  check_shape(encoder, frames);
  const InferenceScope scope;
  try {
    return encode(encoder, frames, observer);
  } catch (const c10::Error&) {
    rethrow_torch_error(
        fmt::format("vae_encoder {} on {}", encoder.id, encoder.placement.device.str()));
  }
}

at::Tensor scaled_sample(const VaePosterior& posterior, const at::Tensor& noise,
                         const VaeConfig& config) {
  if (noise.sizes() != posterior.mean.sizes()) {
    throw BadInput(fmt::format("noise for the VAE's latents has shape {}; {} is needed",
                               shape_text(noise), shape_text(posterior.mean)));
  }
  const InferenceScope scope;
  const at::Tensor z =
      posterior.mean + (posterior.logvar / 2).exp() * noise.to(posterior.mean.options());
  return config.invert_scale_latents ? z / config.scaling_factor : z * config.scaling_factor;
}

}  // namespace asbench::models
