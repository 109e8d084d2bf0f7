#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "models/layers/rotary.h"

namespace asbench::models {

/// Patches of a video's latents; its tokens are in this order: frame, row, column.
struct PatchGrid {
  std::int64_t frames = 0;
  std::int64_t rows = 0;
  std::int64_t columns = 0;

  [[nodiscard]] std::int64_t count() const { return frames * rows * columns; }
  [[nodiscard]] bool operator==(const PatchGrid&) const = default;
};

/// The position table of the 2B model (docs/design/animeshootergen.md 4.7, step 3), by axis: a
/// token's row of the table is the three rows of its frame, its column and its row, in this order.
/// Each part is sines, then cosines, of p * 10000^(-j / (n / 2)), j = 0 .. n / 2 - 1, with n its
/// width. The whole table would be 135 MB for the model's own size.
struct VideoSines {
  at::Tensor time;     ///< [frames, D / 4]
  at::Tensor columns;  ///< [columns, 3 D / 8]
  at::Tensor rows;     ///< [rows, 3 D / 8]
};

/// Distances between neighbours are 1 / scale.
struct InterpolationScales {
  double spatial = 1.0;
  double temporal = 1.0;
};

/// @param width  D, a multiple of 16
/// @returns float32 on the CPU; angles are computed in double
[[nodiscard]] VideoSines video_sines(const PatchGrid& grid, std::int64_t width,
                                     const InterpolationScales& scales);

/// tokens += the table, in place.
/// @param tokens  [B, grid.count(), D], any strides with dense samples; of the tables' type and
///        device
void add_video_sines(at::Tensor tokens, const VideoSines& sines, const PatchGrid& grid);

/// The angles of the 5B models (docs/design/animeshootergen.md 12): a head's channels are 1/4 time,
/// 3/8 row, 3/8 column, each pair of neighbours one angle p * 10000^(-2 j / n), n the part's width.
/// Places in time are 0, 1, …. In space they are 0, 1, … for the network's own size; another size
/// is stretched to the largest region of its aspect ratio that fits, centred, as diffusers'
/// pipelines do (`get_resize_crop_region_for_grid`).
/// @param own         rows and columns of the network's own size; its frames don't matter
/// @param head_width  a multiple of 16
/// @returns [grid.count(), head_width / 2] float32 on the CPU, for rotate_pairs()
[[nodiscard]] Rotation video_rotation(const PatchGrid& grid, const PatchGrid& own,
                                      std::int64_t head_width);

}  // namespace asbench::models
