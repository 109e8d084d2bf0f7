#pragma once

#include <cstdint>
#include <vector>

// Not for other modules: how pictures are reduced by area (thumbnails, small luma pictures).
namespace asbench {

// Note [Exact areas]
// Along one axis, picture pixels and target pixels are intervals with rational ends. Measured in a
// common unit (below), every overlap is an integer, so the area-weighted sums of 8-bit values are
// exact integers, the order of summation cannot matter, and dividing once at the end is the only
// rounding. In unit u a picture pixel j covers [offset + j p, offset + (j + 1) p), a target pixel i
// covers [i c, (i + 1) c).
struct AreaAxis {
  std::int64_t pixel = 1;   // p
  std::int64_t cell = 1;    // c
  std::int64_t offset = 0;  // where the picture begins, >= 0
};

/// The picture pixels that one target pixel touches.
struct AreaOverlap {
  int first = 0;
  std::vector<std::uint32_t> weights;  // its overlap with that one and the following ones
  std::uint32_t covered = 0;           // sum of the weights: the cell, less where nothing lies
};

/// The whole of `from` pixels on the whole of `to`.
[[nodiscard]] AreaAxis stretched_axis(int from, int to);

/// For each of the `to` target pixels.
[[nodiscard]] std::vector<AreaOverlap> area_overlaps(const AreaAxis& axis, int from, int to);

}  // namespace asbench
