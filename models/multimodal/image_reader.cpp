#include "models/multimodal/image_reader.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <utility>

#include "core/error.h"
#include "models/multimodal/tile_maps.h"

namespace asbench::models {

ImageReader::ImageReader(VisionFeatures vision, Projector projector, TileOptions options)
    : vision_(std::move(vision)), projector_(std::move(projector)), options_(std::move(options)) {
  const std::int64_t width = vision_.tower.blocks.front().norm1.weight.size(0);
  const auto scales = static_cast<std::int64_t>(options_.scales.size());
  if (projector_.channels() != scales * width) {
    throw BadInput(fmt::format(
        "{} takes tokens of {} channels, but {} has {} and there are {} "
        "scales, which makes {}",
        projector_.id, projector_.channels(), vision_.id, width, scales, scales * width));
  }
  if (options_.tile != vision_.image_size) {
    throw BadInput(fmt::format("tiles of {} pixels, but {} takes {}", options_.tile, vision_.id,
                               vision_.image_size));
  }
}

at::Tensor ImageReader::read(const Image& picture, Tiling tiling) const {
  return read(cut_tiles(picture, tiling, options_));
}

at::Tensor ImageReader::read(const PictureTiles& tiles) const {
  const at::Tensor features = run(vision_, tiles.pixels);
  const auto scales = static_cast<std::int64_t>(options_.scales.size());
  const at::Tensor scaled = tiles.tiling == Tiling::single
                                ? repeat_for_scales(features, scales)
                                : merge_scales(features, tiles.grid, options_);
  return merge_tiles(run(projector_, scaled), tiles.grid);
}

}  // namespace asbench::models
