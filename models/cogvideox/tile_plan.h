#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>

#include "models/cogvideox/vae_config.h"

namespace asbench::models {

/// Tiles along one side (docs/design/animeshootergen.md 4.8, "Tiled mode").
struct TileAxis {
  std::int64_t tile = 0;    ///< latents
  std::int64_t stride = 0;  ///< latents from one tile's beginning to the next's
  std::int64_t blend = 0;   ///< pixels over which a tile fades in
  std::int64_t keep = 0;    ///< pixels of a tile that are used; stride times the compression
};

struct TilePlan {
  TileAxis rows;
  TileAxis columns;

  /// Whether latents of this size are decoded in tiles: one side is larger than a tile.
  [[nodiscard]] bool applies_to(std::int64_t height, std::int64_t width) const {
    return height > rows.tile || width > columns.tile;
  }
};

/// Half of sample_height x sample_width; rows overlap by a sixth, columns by a fifth. 480 x 720: 30
/// x 45 latents, strides 25 and 36, blends 40 and 72, kept 200 and 288 pixels.
/// @param id  what to call the checkpoint in messages
/// @throws BadInput naming sample_height or sample_width where the pixels kept of a tile are not
/// those between two tiles, so that the picture would get another size.
[[nodiscard]] TilePlan plan_tiles(const VaeConfig& config, std::string_view id);

/// Fades `tile` in over what lies before it, in place: line n of N is (1 - n / N) old + (n / N)
/// new, N the smallest of `blend` and both tiles' sizes along `axis`.
/// @param before  the last lines of the tile before, itself blended: blend lines, or all it has
void blend_in(at::Tensor& tile, const at::Tensor& before, std::int64_t axis, std::int64_t blend);

/// The last `blend` lines of a tile along `axis`, or all where there are fewer, as a copy.
[[nodiscard]] at::Tensor last_lines(const at::Tensor& tile, std::int64_t axis, std::int64_t blend);

}  // namespace asbench::models
