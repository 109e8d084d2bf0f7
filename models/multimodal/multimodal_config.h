#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace asbench::models {

/// How one picture becomes tiles (docs/design/animeshootergen.md 2, U10).
enum class Tiling {
  single,      ///< one tile; its channels stand for every scale
  dynamic_s2,  ///< the picture at several sizes, the largest in the grid that suits its shape
};

/// Sizes of the tiles (docs/design/animeshootergen.md 4.1).
struct TileOptions {
  int tile = 448;  ///< pixels a side of what the vision tower takes
  /// s2_scales: sides in pixels, ascending multiples of `tile`, which is the first. The last one
  /// only says how many tiles its grid has at least.
  std::vector<int> scales = {448, 896, 1344};
  int max_tiles = 12;  ///< of the last scale's grid

  [[nodiscard]] int min_tiles() const { return (scales.back() / tile) * (scales.back() / tile); }
};

/// What the top-level config.json of the multimodal model says (docs/design/animeshootergen.md
/// 7.2).
struct MultimodalConfig {
  /// mm_vision_select_layer: the hidden state that is read, from the end where negative.
  std::int64_t select_layer = -2;
  TileOptions tiles;
};

/// @param tile  image_size of the vision tower
/// @param where  what to call the file in messages
/// @throws BadInput naming the field: scales that aren't multiples of the tile, a selection of
///         tokens or a way to fit pictures that is not computed here.
[[nodiscard]] MultimodalConfig parse_multimodal_config(const Json& config, int tile,
                                                       std::string_view where);

}  // namespace asbench::models
