#include "models/multimodal/tile_maps.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "core/error.h"
#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

/// [rows * columns, g * g, C] to [g * rows, g * columns, C].
at::Tensor map_of(const at::Tensor& tiles, std::int64_t rows, std::int64_t columns) {
  const std::int64_t g = side_of_map(tiles.size(1));
  return tiles.reshape({rows, columns, g, g, tiles.size(2)})
      .permute({0, 2, 1, 3, 4})
      .reshape({rows * g, columns * g, tiles.size(2)});
}

/// The reverse: [g * rows, g * columns, C] to [rows * columns, g * g, C].
at::Tensor tiles_of(const at::Tensor& map, const TileGrid& grid, std::int64_t g) {
  return map.reshape({grid.rows, g, grid.columns, g, map.size(2)})
      .permute({0, 2, 1, 3, 4})
      .reshape({grid.count(), g * g, map.size(2)});
}

/// [h, w, C] to [height, width, C], every value the mean of the area that it covers.
at::Tensor resize_by_area(const at::Tensor& map, std::int64_t height, std::int64_t width) {
  if (map.size(0) == height && map.size(1) == width) return map;
  const at::Tensor planes = map.to(at::kFloat).permute({2, 0, 1}).unsqueeze(0);
  return at::adaptive_avg_pool2d(planes, {height, width})
      .squeeze(0)
      .permute({1, 2, 0})
      .to(map.scalar_type());
}

}  // namespace

std::int64_t side_of_map(std::int64_t tokens) {
  const auto side = static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(tokens))));
  if (side < 1 || side * side != tokens) {
    throw BadInput(
        fmt::format("features of {} tokens: a tile's tokens must make a square map", tokens));
  }
  return side;
}

at::Tensor repeat_for_scales(const at::Tensor& features, std::int64_t scales) {
  const InferenceScope scope;
  return features.repeat({1, 1, scales});
}

at::Tensor merge_scales(const at::Tensor& features, const TileGrid& grid,
                        const TileOptions& options) {
  const InferenceScope scope;
  std::int64_t wanted = grid.count();
  for (std::size_t i = 0; i + 1 < options.scales.size(); ++i) {
    const std::int64_t side = options.scales[i] / options.tile;
    wanted += side * side;
  }
  if (features.dim() != 3 || features.size(0) != wanted) {
    throw BadInput(fmt::format(
        "features are [{}]; {} scales and a grid of {} x {} make {} tiles, [{}, tokens, channels]",
        fmt::join(features.sizes(), ", "), options.scales.size(), grid.columns, grid.rows, wanted,
        wanted));
  }
  const std::int64_t g = side_of_map(features.size(1));
  std::vector<at::Tensor> maps;
  std::int64_t first = 0;
  for (std::size_t i = 0; i + 1 < options.scales.size(); ++i) {
    const std::int64_t side = options.scales[i] / options.tile;
    const at::Tensor map = map_of(features.narrow(0, first, side * side), side, side);
    maps.push_back(resize_by_area(map, g * grid.rows, g * grid.columns));
    first += side * side;
  }
  maps.push_back(map_of(features.narrow(0, first, grid.count()), grid.rows, grid.columns));
  return tiles_of(at::cat(maps, -1), grid, g);
}

at::Tensor merge_tiles(const at::Tensor& tiles, const TileGrid& grid) {
  const InferenceScope scope;
  if (tiles.dim() != 3 || tiles.size(0) != grid.count()) {
    throw BadInput(fmt::format("image tokens are [{}]; a grid of {} x {} has {} tiles",
                               fmt::join(tiles.sizes(), ", "), grid.columns, grid.rows,
                               grid.count()));
  }
  return map_of(tiles, grid.rows, grid.columns).flatten(0, 1);
}

}  // namespace asbench::models
