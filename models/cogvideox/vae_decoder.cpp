#include "models/cogvideox/vae_decoder.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "models/cogvideox/frame_batches.h"
#include "models/cogvideox/tile_plan.h"
#include "models/cogvideox/vae_parts.h"
#include "models/encoders/strict_loading.h"
#include "models/layers/activation.h"
#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

constexpr std::int64_t kColours = 3;
constexpr std::int64_t kHeightAxis = 3;
constexpr std::int64_t kWidthAxis = 4;

VaeDecoder load(StateDict& weights, const VaeConfig& config) {
  VaeParts parts(weights, config, VaeParts::Half::decoder);
  const std::vector<std::int64_t>& channels = config.block_out_channels;
  VaeDecoder decoder;
  decoder.config = config;
  decoder.conv_in = parts.causal("decoder.conv_in", channels.back(), config.latent_channels);
  for (int i = 0; i < 2; ++i) {
    decoder.mid_block.push_back(parts.resnet(fmt::format("decoder.mid_block.resnets.{}", i),
                                             channels.back(), channels.back()));
  }
  std::int64_t in = channels.back();
  for (std::int64_t b = 0; b < config.blocks(); ++b) {
    const std::int64_t out = channels[static_cast<std::size_t>(config.blocks() - 1 - b)];
    const std::string name = fmt::format("decoder.up_blocks.{}", b);
    VaeUpBlock block;
    for (std::int64_t r = 0; r <= config.layers_per_block; ++r) {
      block.resnets.push_back(
          parts.resnet(fmt::format("{}.resnets.{}", name, r), out, std::exchange(in, out)));
    }
    if (b + 1 < config.blocks()) {
      block.upsampler.emplace();
      block.upsampler->conv = parts.of_frames(name + ".upsamplers.0.conv", out);
      block.upsampler->conv.padding = 1;
      block.upsampler->doubles_time = b < config.temporal_levels();
    }
    decoder.up_blocks.push_back(std::move(block));
  }
  decoder.norm_out = parts.norm("decoder.norm_out", channels.front(), kVaeNormEps);
  decoder.conv_out = parts.causal("decoder.conv_out", kColours, channels.front());
  decoder.caches = parts.caches();
  return decoder;
}

/// @param latents  [B, T, h, w, C]
at::Tensor decode_whole(const VaeDecoder& decoder, const at::Tensor& latents,
                        const VaeObserver& observer) {
  const VaeConfig& config = decoder.config;
  const std::int64_t pixels = config.spatial_compression_ratio();
  at::Tensor video = at::empty(
      {latents.size(0), kColours, decoded_frames(latents.size(1), config.temporal_levels()),
       latents.size(2) * pixels, latents.size(3) * pixels},
      latents.options().dtype(at::kFloat));
  FrameCaches caches(decoder.caches);
  std::int64_t done = 0;
  for (const FrameBatch& batch : frame_batches(latents.size(1), kLatentsPerBatch)) {
    caches.last_batch = batch.begin + batch.count == latents.size(1);
    const at::Tensor frames = decode_batch(
        decoder, latents.narrow(1, batch.begin, batch.count).contiguous(), caches, observer);
    video.narrow(2, done, frames.size(1)).copy_(frames.permute({0, 4, 1, 2, 3}));
    done += frames.size(1);
  }
  return video;
}

/// Tiles are put into the video as they are ready, rows first. Of a tile's neighbours only the
/// lines that it fades in over are kept.
at::Tensor decode_tiles(const VaeDecoder& decoder, const at::Tensor& latents,
                        const TilePlan& plan) {
  const std::int64_t pixels = decoder.config.spatial_compression_ratio();
  const std::int64_t height = latents.size(2);
  const std::int64_t width = latents.size(3);
  at::Tensor video = at::empty(
      {latents.size(0), kColours, decoded_frames(latents.size(1), decoder.config.temporal_levels()),
       height * pixels, width * pixels},
      latents.options().dtype(at::kFloat));
  std::vector<at::Tensor> above;  // the last lines of the tiles of the row before
  for (std::int64_t y = 0; y < height; y += plan.rows.stride) {
    std::vector<at::Tensor> bottoms;
    at::Tensor left;  // the last columns of the tile before
    for (std::int64_t x = 0; x < width; x += plan.columns.stride) {
      at::Tensor tile = decode_whole(decoder,
                                     latents.narrow(2, y, std::min(plan.rows.tile, height - y))
                                         .narrow(3, x, std::min(plan.columns.tile, width - x))
                                         .contiguous(),
                                     {});
      if (y > 0) blend_in(tile, above.at(bottoms.size()), kHeightAxis, plan.rows.blend);
      if (x > 0) blend_in(tile, left, kWidthAxis, plan.columns.blend);
      bottoms.push_back(last_lines(tile, kHeightAxis, plan.rows.blend));
      left = last_lines(tile, kWidthAxis, plan.columns.blend);
      const std::int64_t rows = std::min(plan.rows.keep, tile.size(kHeightAxis));
      const std::int64_t columns = std::min(plan.columns.keep, tile.size(kWidthAxis));
      video.narrow(kHeightAxis, y * pixels, rows)
          .narrow(kWidthAxis, x * pixels, columns)
          .copy_(tile.narrow(kHeightAxis, 0, rows).narrow(kWidthAxis, 0, columns));
    }
    above = std::move(bottoms);
  }
  return video;
}

void check_shape(const VaeDecoder& decoder, const at::Tensor& latents) {
  const bool fits = latents.dim() == 5 && latents.size(1) == decoder.config.latent_channels &&
                    latents.numel() > 0 && latents.is_floating_point();
  if (!fits) {
    throw BadInput(fmt::format(
        "vae_decoder {}: latents are {} of shape {}; floating-point [B, C, T, h, w] with C = {} "
        "latent channels is needed, channels before frames (the transformer's have them after)",
        decoder.id, c10::toString(latents.scalar_type()), shape_text(latents),
        decoder.config.latent_channels));
  }
}

}  // namespace

void move_to(VaeDecoder& decoder, const Placement& placement) {
  move_to(decoder.conv_in, placement);
  for (VaeResnet& resnet : decoder.mid_block) move_to(resnet, placement);
  for (VaeUpBlock& block : decoder.up_blocks) {
    for (VaeResnet& resnet : block.resnets) move_to(resnet, placement);
    if (block.upsampler) move_to(*block.upsampler, placement);
  }
  move_to(decoder.norm_out, placement);
  move_to(decoder.conv_out, placement);
  decoder.placement = placement;
}

VaeDecoder load_vae_decoder(const Checkpoint& checkpoint, const Placement& placement) {
  const VaeConfig config = parse_vae_config(checkpoint.config, checkpoint.id);
  VaeDecoder decoder = load_strictly(checkpoint, 0, {"encoder.*"}, [&](StateDict& weights) {
    check_layers(config, weights, checkpoint.id);
    return load(weights, config);
  });
  decoder.id = checkpoint.id;
  place(decoder, checkpoint.id, placement);
  return decoder;
}

at::Tensor decode_batch(const VaeDecoder& decoder, const at::Tensor& z, FrameCaches& caches,
                        const VaeObserver& observer) {
  const auto show = [&](const std::string& name, const at::Tensor& value) {
    if (observer) observer(name, value.permute({0, 4, 1, 2, 3}));
  };
  at::Tensor room = room_for(z);
  newest_frames(room).copy_(z);
  at::Tensor x = convolve(decoder.conv_in, std::move(room), caches);
  show("conv_in", x);
  for (const VaeResnet& resnet : decoder.mid_block) x = apply(resnet, x, z, caches);
  show("mid_block", x);
  for (std::size_t b = 0; b < decoder.up_blocks.size(); ++b) {
    const VaeUpBlock& block = decoder.up_blocks[b];
    for (const VaeResnet& resnet : block.resnets) x = apply(resnet, x, z, caches);
    if (block.upsampler) x = apply(*block.upsampler, x);
    show(fmt::format("up_blocks.{}", b), x);
  }
  room = room_for(x);
  at::Tensor normed = newest_frames(room);
  normalise_into(normed, x, z, decoder.norm_out);
  x.reset();
  show("norm_out", normed);
  silu_in_place(normed);
  normed.reset();
  x = convolve(decoder.conv_out, std::move(room), caches);
  show("conv_out", x);
  return x;
}

at::Tensor decode_latents(const VaeDecoder& decoder, const at::Tensor& latents, VaeTiling tiling,
                          const VaeObserver& observer) {
  check_shape(decoder, latents);
  std::optional<TilePlan> plan;
  if (tiling == VaeTiling::on) plan = plan_tiles(decoder.config, decoder.id);
  const InferenceScope scope;
  try {
    const at::Tensor z =
        latents
            .to(latents.options().device(decoder.placement.device).dtype(decoder.placement.dtype))
            .permute({0, 2, 3, 4, 1})
            .contiguous();
    if (plan && plan->applies_to(z.size(2), z.size(3))) return decode_tiles(decoder, z, *plan);
    return decode_whole(decoder, z, observer);
  } catch (const c10::Error&) {
    rethrow_torch_error(
        fmt::format("vae_decoder {} on {}", decoder.id, decoder.placement.device.str()));
  }
}

}  // namespace asbench::models
