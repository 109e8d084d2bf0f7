#include "models/multimodal/tiles.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "models/layers/runtime.h"
#include "models/preprocess/composite.h"
#include "models/preprocess/pillow_resize.h"

namespace asbench::models {
namespace {

std::vector<TileGrid> grids_of(Tiling tiling, const TileGrid& last, const TileOptions& options) {
  if (tiling == Tiling::single) return {{1, 1}};
  std::vector<TileGrid> grids;
  for (std::size_t i = 0; i + 1 < options.scales.size(); ++i) {
    const int side = options.scales[i] / options.tile;
    grids.push_back({side, side});
  }
  grids.push_back(last);
  return grids;
}

PictureTiles empty_tiles(int width, int height, Tiling tiling, const TileOptions& options) {
  if (width < 1 || height < 1) {
    throw BadInput(fmt::format("a picture of {} x {} pixels has no tiles", width, height));
  }
  PictureTiles tiles;
  tiles.tiling = tiling;
  if (tiling == Tiling::dynamic_s2) tiles.grid = choose_tile_grid(width, height, options);
  std::int64_t count = 0;
  for (const TileGrid& grid : grids_of(tiling, tiles.grid, options)) count += grid.count();
  tiles.pixels = at::zeros({count, 3, options.tile, options.tile}, at::kFloat);
  return tiles;
}

/// All tiles of one size of the picture. @param out  [grid.count(), 3, tile, tile]
void cut(const Image& picture, const TileGrid& grid, int tile, float* out) {
  const Image sized =
      resize_pillow(picture, grid.columns * tile, grid.rows * tile, Filter::bicubic);
  for (int row = 0; row < grid.rows; ++row) {
    for (int column = 0; column < grid.columns; ++column) {
      for (int channel = 0; channel < 3; ++channel) {
        for (int y = 0; y < tile; ++y) {
          const std::uint8_t* from = sized.row(row * tile + y) + column * tile * 3 + channel;
          for (int x = 0; x < tile; ++x, from += 3) {
            *out++ = static_cast<float>((*from / 255.0 - 0.5) / 0.5);
          }
        }
      }
    }
  }
}

}  // namespace

TileGrid choose_tile_grid(int width, int height, const TileOptions& options) {
  if (width < 1 || height < 1) {
    throw BadInput(fmt::format("a picture of {} x {} pixels has no tiles", width, height));
  }
  const double wanted = static_cast<double>(width) / height;
  const double pixels = static_cast<double>(width) * height;
  const double tile_pixels = static_cast<double>(options.tile) * options.tile;
  TileGrid best;
  double nearest = std::numeric_limits<double>::infinity();
  for (int count = options.min_tiles(); count <= options.max_tiles; ++count) {
    for (int columns = 1; columns <= count; ++columns) {
      if (count % columns != 0) continue;
      const TileGrid grid{columns, count / columns};
      const double distance = std::abs(wanted - static_cast<double>(grid.columns) / grid.rows);
      if (distance < nearest ||
          (distance == nearest && pixels > 0.5 * tile_pixels * grid.count())) {
        best = grid;
        nearest = distance;
      }
    }
  }
  return best;
}

PictureTiles cut_tiles(const Image& picture, Tiling tiling, const TileOptions& options) {
  const Image opaque = composite(picture, Background::black);
  const InferenceScope scope;
  PictureTiles tiles = empty_tiles(opaque.width, opaque.height, tiling, options);
  auto* out = tiles.pixels.mutable_data_ptr<float>();
  for (const TileGrid& grid : grids_of(tiling, tiles.grid, options)) {
    cut(opaque, grid, options.tile, out);
    out += static_cast<std::int64_t>(grid.count()) * 3 * options.tile * options.tile;
  }
  return tiles;
}

PictureTiles zero_tiles(int width, int height, Tiling tiling, const TileOptions& options) {
  const InferenceScope scope;
  return empty_tiles(width, height, tiling, options);
}

}  // namespace asbench::models
