#pragma once

#include <ATen/core/Tensor.h>

#include "core/image.h"
#include "models/multimodal/multimodal_config.h"

namespace asbench::models {

/// Tiles side by side and one above another.
struct TileGrid {
  int columns = 1;
  int rows = 1;
  [[nodiscard]] int count() const { return columns * rows; }
  bool operator==(const TileGrid&) const = default;
};

/// The tiles of one picture, ready for the vision tower. Under Tiling::dynamic_s2: all tiles of the
/// first scale, then of the next, …, then those of `grid`, each in rows from the top left.
struct PictureTiles {
  at::Tensor pixels;  ///< [n, 3, tile, tile] float32 on the CPU, (x / 255 - 0.5) / 0.5, RGB
  Tiling tiling = Tiling::single;
  TileGrid grid;  ///< of the last scale; 1 x 1 under Tiling::single
};

/// The grid whose columns / rows is nearest to width / height, of all with min_tiles() to max_tiles
/// tiles. Grids are looked at by their number of tiles, then by their columns; of two equally near
/// ones the later wins where the picture has more than half the pixels of its tiles
/// (docs/design/animeshootergen.md 4.1; the order of grids is our own).
/// @throws BadInput for an empty picture.
[[nodiscard]] TileGrid choose_tile_grid(int width, int height, const TileOptions& options);

/// Plain resizes (no crop, the shape is not kept) with Pillow's bicubic filter on bytes, then cut.
/// @param picture  RGB, or RGBA, which is composited on black
/// @throws BadInput for an empty picture or another number of channels.
[[nodiscard]] PictureTiles cut_tiles(const Image& picture, Tiling tiling,
                                     const TileOptions& options);

/// Tiles as cut_tiles() makes of a picture of this size, all values 0 after normalisation: the
/// blank picture "zero_normalised" (docs/design/animeshootergen.md 2, U7).
[[nodiscard]] PictureTiles zero_tiles(int width, int height, Tiling tiling,
                                      const TileOptions& options);

}  // namespace asbench::models
