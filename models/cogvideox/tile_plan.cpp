#include "models/cogvideox/tile_plan.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/error.h"

namespace asbench::models {
namespace {

constexpr double kRowOverlap = 1.0 / 6.0;
constexpr double kColumnOverlap = 1.0 / 5.0;

/// Products in double, rounded down, in the order of the reference: 30 * (5 / 6) must be 25.
TileAxis plan_axis(std::int64_t sample_side, std::int64_t compression, double overlap,
                   std::string_view field, std::string_view id) {
  const std::int64_t pixels = sample_side / 2;
  TileAxis axis;
  axis.tile = pixels / compression;
  axis.stride = static_cast<std::int64_t>(static_cast<double>(axis.tile) * (1.0 - overlap));
  axis.blend = static_cast<std::int64_t>(static_cast<double>(pixels) * overlap);
  axis.keep = pixels - axis.blend;
  if (axis.stride < 1 || axis.stride * compression != axis.keep) {
    throw BadInput(fmt::format(
        "config.json of {}: {} is {}, of which no tiles can be made: a tile of {} pixels is {} "
        "latents; {} latents ({} pixels) from tile to tile, but {} pixels are kept of each.\n  "
        "Decode without tiles, or set a side whose tiles fit, as 480 x 720 are.",
        id, field, sample_side, pixels, axis.tile, axis.stride, axis.stride * compression,
        axis.keep));
  }
  return axis;
}

}  // namespace

TilePlan plan_tiles(const VaeConfig& config, std::string_view id) {
  const std::int64_t compression = config.spatial_compression_ratio();
  return {plan_axis(config.sample_height, compression, kRowOverlap, "sample_height", id),
          plan_axis(config.sample_width, compression, kColumnOverlap, "sample_width", id)};
}

void blend_in(at::Tensor& tile, const at::Tensor& before, std::int64_t axis, std::int64_t blend) {
  const std::int64_t lines = std::min({blend, before.size(axis), tile.size(axis)});
  if (lines == 0) return;
  const at::Tensor share = at::arange(lines, at::kDouble) / static_cast<double>(lines);
  std::array<std::int64_t, 5> shape = {1, 1, 1, 1, 1};
  shape.at(static_cast<std::size_t>(axis)) = lines;
  const auto weights = [&](const at::Tensor& of_lines) {
    return of_lines.to(tile.options()).view(shape);
  };
  tile.narrow(axis, 0, lines)
      .mul_(weights(share))
      .add_(before.narrow(axis, before.size(axis) - lines, lines) * weights(1.0 - share));
}

at::Tensor last_lines(const at::Tensor& tile, std::int64_t axis, std::int64_t blend) {
  const std::int64_t lines = std::min(blend, tile.size(axis));
  return tile.narrow(axis, tile.size(axis) - lines, lines).clone(at::MemoryFormat::Contiguous);
}

}  // namespace asbench::models
