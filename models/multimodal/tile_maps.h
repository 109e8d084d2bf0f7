#pragma once

#include <ATen/core/Tensor.h>

#include "models/multimodal/tiles.h"

namespace asbench::models {

/// What becomes of the tiles' tokens before and behind the projector
/// (docs/design/animeshootergen.md 4.1 and 4.3). Tokens of a tile are a square map in rows. Pure
/// functions on any device.

/// Tiling::single: the channels once for every scale.
/// @param features  [n, tokens, C]
/// @returns [n, tokens, scales * C]
[[nodiscard]] at::Tensor repeat_for_scales(const at::Tensor& features, std::int64_t scales);

/// Tiling::dynamic_s2: the tiles of every scale put together to a map; the maps of the smaller
/// scales interpolated by area, in float32, to the size of the last one; channels of the small
/// scales before those of the large; cut into the tiles of the last scale's grid again.
/// @param features  [n, g * g, C], tiles in the order of PictureTiles
/// @returns [grid.count(), g * g, scales * C]
/// @throws BadInput when there are not as many tiles as the scales make, or the tokens of a tile
///         are no square.
[[nodiscard]] at::Tensor merge_scales(const at::Tensor& features, const TileGrid& grid,
                                      const TileOptions& options);

/// Tiles put together to one map, in rows over the whole picture.
/// @param tiles  [grid.count(), h * h, D]
/// @returns [grid.count() * h * h, D]
[[nodiscard]] at::Tensor merge_tiles(const at::Tensor& tiles, const TileGrid& grid);

/// Side of the square that `tokens` make. @throws BadInput when they make none.
[[nodiscard]] std::int64_t side_of_map(std::int64_t tokens);

}  // namespace asbench::models
