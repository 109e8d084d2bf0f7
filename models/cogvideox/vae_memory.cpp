#include "models/cogvideox/vae_memory.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "models/cogvideox/frame_batches.h"
#include "models/cogvideox/tile_plan.h"

namespace asbench::models {
namespace {

constexpr std::int64_t kColours = 3;
constexpr std::int64_t kFloatBytes = 4;
constexpr std::int64_t kTaps = 27;         // of a causal convolution
constexpr std::int64_t kFrameTaps = 9;     // of an upsampler's
constexpr std::int64_t kVectorLanes = 16;  // oneDNN's blocks of channels

/// Bytes held now and the most at any time.
class Tally {
 public:
  void take(std::int64_t bytes) {
    held_ += bytes;
    peak_ = std::max(peak_, held_);
  }
  void give(std::int64_t bytes) { held_ -= bytes; }
  [[nodiscard]] std::int64_t peak() const { return peak_; }

 private:
  std::int64_t held_ = 0;
  std::int64_t peak_ = 0;
};

/// Follows one frame batch through decode_batch(). Each step begins with its input held and ends
/// with its output held instead.
class BatchWalk {
 public:
  struct Order {
    bool first = true;  ///< of the video's batches
    bool last = true;
  };

  BatchWalk(Tally& tally, const VaeConfig& config, const Placement& placement,
            const LatentSize& latents, Order order)
      : tally_(tally),
        config_(config),
        own_kernels_(placement.own_kernels),
        value_bytes_(placement.precision == Precision::bf16 ? 2 : kFloatBytes),
        latents_(latents),
        order_(order),
        frames_(latents.frames),
        height_(latents.height),
        width_(latents.width) {}

  /// @returns the bytes of the frames, which are held.
  std::int64_t decode() {
    const std::vector<std::int64_t>& channels = config_.block_out_channels;
    tally_.take(room(config_.latent_channels));
    causal(channels.back(), config_.latent_channels);
    for (int i = 0; i < 2; ++i) resnet(channels.back(), channels.back());
    std::int64_t in = channels.back();
    for (std::int64_t b = 0; b < config_.blocks(); ++b) {
      const std::int64_t out = channels[static_cast<std::size_t>(config_.blocks() - 1 - b)];
      for (std::int64_t r = 0; r <= config_.layers_per_block; ++r) {
        resnet(out, std::exchange(in, out));
      }
      if (b + 1 < config_.blocks()) upsample(out, b < config_.temporal_levels());
    }
    tally_.take(room(channels.front()));
    norm(channels.front());
    tally_.give(values(channels.front()));
    causal(kColours, channels.front());
    return values(kColours);
  }

 private:
  [[nodiscard]] std::int64_t bytes(std::int64_t frames, std::int64_t channels) const {
    return latents_.batch * frames * height_ * width_ * channels * value_bytes_;
  }
  [[nodiscard]] std::int64_t values(std::int64_t channels) const {
    return bytes(frames_, channels);
  }
  [[nodiscard]] std::int64_t room(std::int64_t channels) const {
    return bytes(frames_ + kPastFrames, channels);
  }

  /// While a convolution runs: its output, and the weights in the order that its kernel reads.
  void run_kernel(std::int64_t output, std::int64_t out, std::int64_t in, std::int64_t taps) {
    tally_.take(output);
    if (!own_kernels_) return;
    const auto padded = [](std::int64_t count) {
      return (count + kVectorLanes - 1) / kVectorLanes * kVectorLanes;
    };
    const std::int64_t weights = padded(out) * padded(in) * taps * value_bytes_;
    tally_.take(weights);
    tally_.give(weights);
  }

  void causal(std::int64_t out, std::int64_t in) {
    const std::int64_t cache = bytes(kPastFrames, in);
    if (order_.first && !order_.last) tally_.take(cache);
    if (!order_.first && order_.last) tally_.give(cache);
    run_kernel(values(out), out, in, kTaps);
    tally_.give(room(in));
  }

  void norm(std::int64_t channels) {
    const std::int64_t factors = latents_.batch * latents_.frames * latents_.height *
                                 latents_.width * 2 * channels * value_bytes_;
    tally_.take(factors);
    tally_.give(factors);
  }

  void resnet(std::int64_t out, std::int64_t in) {
    tally_.take(room(in));
    norm(in);
    causal(out, in);
    tally_.take(room(out));
    norm(out);
    tally_.give(values(out));
    causal(out, out);
    tally_.give(values(in));
  }

  void upsample(std::int64_t channels, bool doubles_time) {
    const std::int64_t before = values(channels);
    if (doubles_time && frames_ > 1) frames_ = doubled_frames(frames_);
    height_ *= 2;
    width_ *= 2;
    tally_.take(values(channels));
    const std::int64_t frame = bytes(1, channels);
    tally_.take(frame);
    run_kernel(frame, channels, channels, kFrameTaps);
    tally_.give(2 * frame + before);
  }

  Tally& tally_;
  const VaeConfig& config_;
  bool own_kernels_;
  std::int64_t value_bytes_;
  LatentSize latents_;
  Order order_;
  std::int64_t frames_, height_, width_;
};

/// Of a part of the video with so many pixels a side.
std::int64_t pixel_bytes(const VaeConfig& config, const LatentSize& size, std::int64_t rows,
                         std::int64_t columns) {
  return size.batch * kColours * decoded_frames(size.frames, config.temporal_levels()) * rows *
         columns * kFloatBytes;
}

std::int64_t video_bytes(const VaeConfig& config, const LatentSize& size) {
  const std::int64_t pixels = config.spatial_compression_ratio();
  return pixel_bytes(config, size, size.height * pixels, size.width * pixels);
}

std::int64_t latent_bytes(const VaeConfig& config, const LatentSize& size,
                          const Placement& placement) {
  return size.batch * size.frames * size.height * size.width * config.latent_channels *
         (placement.precision == Precision::bf16 ? 2 : kFloatBytes);
}

/// decode_whole(): begins with the latents held, ends with the video held besides.
void walk_whole(Tally& tally, const VaeConfig& config, const LatentSize& size,
                const Placement& placement) {
  tally.take(video_bytes(config, size));
  for (const FrameBatch& batch : frame_batches(size.frames, kLatentsPerBatch)) {
    const bool last = batch.begin + batch.count == size.frames;
    LatentSize part = size;
    part.frames = batch.count;
    // A batch of several videos is a copy of its latents, unless it is all of them.
    const bool copied = size.batch > 1 && batch.count < size.frames;
    if (copied) tally.take(latent_bytes(config, part, placement));
    BatchWalk walk(tally, config, placement, part, {batch.begin == 0, last});
    tally.give(walk.decode());
    if (copied) tally.give(latent_bytes(config, part, placement));
  }
}

/// decode_tiles()
void walk_tiles(Tally& tally, const VaeConfig& config, const LatentSize& size,
                const Placement& placement, const TilePlan& plan) {
  const std::int64_t pixels = config.spatial_compression_ratio();
  tally.take(video_bytes(config, size));
  std::int64_t above = 0;
  for (std::int64_t y = 0; y < size.height; y += plan.rows.stride) {
    std::int64_t bottoms = 0;
    std::int64_t left = 0;
    for (std::int64_t x = 0; x < size.width; x += plan.columns.stride) {
      LatentSize tile = size;
      tile.height = std::min(plan.rows.tile, size.height - y);
      tile.width = std::min(plan.columns.tile, size.width - x);
      tally.take(latent_bytes(config, tile, placement));
      walk_whole(tally, config, tile, placement);
      tally.give(latent_bytes(config, tile, placement));
      const std::int64_t rows = tile.height * pixels;
      const std::int64_t columns = tile.width * pixels;
      const std::int64_t bottom =
          pixel_bytes(config, tile, std::min(plan.rows.blend, rows), columns);
      const std::int64_t right =
          pixel_bytes(config, tile, rows, std::min(plan.columns.blend, columns));
      tally.take(bottom);
      bottoms += bottom;
      tally.take(right);
      tally.give(left + video_bytes(config, tile));
      left = right;
    }
    tally.give(left + above);
    above = bottoms;
  }
}

}  // namespace

std::int64_t decode_peak_bytes(const VaeConfig& config, const LatentSize& latents, VaeTiling tiling,
                               const Placement& placement) {
  std::optional<TilePlan> plan;
  if (tiling == VaeTiling::on) plan = plan_tiles(config, "the VAE");
  Tally tally;
  tally.take(latent_bytes(config, latents, placement));
  if (plan && plan->applies_to(latents.height, latents.width)) {
    walk_tiles(tally, config, latents, placement, *plan);
  } else {
    walk_whole(tally, config, latents, placement);
  }
  return tally.peak();
}

}  // namespace asbench::models
