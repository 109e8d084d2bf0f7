#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/image.h"

namespace asbench {

inline constexpr int kThumbnailWidth = 360;
inline constexpr int kThumbnailHeight = 240;
inline constexpr int kCellColumns = 45;  ///< a cell is 8 x 8 thumbnail pixels
inline constexpr int kCellRows = 30;
inline constexpr int kCellCount = kCellColumns * kCellRows;

/// A frame reduced to its coarse brightness: what the pixel controls of docs/design/metrics.md 5.1
/// compare. Y = .299 R + .587 G + .114 B, in 0..255, [240, 360] row by row.
struct Thumbnail {
  std::vector<float> luma;
};

/// Area average of the whole picture, aspect not kept: each thumbnail pixel is the
/// overlap-weighted mean of the picture's pixels that it covers, for any input size (also smaller
/// than the thumbnail). Sums are exact integers; one rounding to float at the end.
/// @param rgb  3 channels, at least 1 x 1, sides up to 65535. Cost: 0.6 ms for 720 x 480.
/// @throws BadInput for another shape.
[[nodiscard]] Thumbnail make_thumbnail(const Image& rgb);

/// As make_thumbnail, but the aspect is kept: the picture is scaled by min(360/w, 240/h) and
/// centred on `background` (R, G, B). Positions are exact, not rounded to pixels: an
/// edge pixel mixes picture and background by area. An RGBA reference is composited before
/// (models/preprocess).
[[nodiscard]] Thumbnail make_letterboxed_thumbnail(const Image& rgb,
                                                   std::array<std::uint8_t, 3> background);

/// The thumbnail area-averaged to 45 x 30: [30, 45] row by row, 0..255, 1350 values.
[[nodiscard]] std::vector<float> thumbnail_cells(const Thumbnail& thumbnail);

/// Mean over all pixels of |a - b|, 0..255, accumulated in double. Sizes must be equal.
/// @throws InternalError when they are not, or are 0.
[[nodiscard]] double mean_absolute_difference(std::span<const float> a, std::span<const float> b);

/// The motion between two neighbouring sampled frames: mean abs thumbnail difference / 255, 0..1.
[[nodiscard]] double thumbnail_motion(const Thumbnail& first, const Thumbnail& second);

}  // namespace asbench
