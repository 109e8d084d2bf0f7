#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/area_average.h"
#include "core/luma_picture.h"

namespace asbench::loaders {

/// A frame reduced to what cuts are found by (docs/design/dataset.md 14): the mean brightness of 48
/// x 32 cells that share the whole picture, 0..255, row by row.
struct FrameCells {
  static constexpr int kColumns = 48;
  static constexpr int kRows = 32;
  std::array<std::uint8_t, std::size_t{kColumns} * kRows> levels{};
  double contrast = 0.0;  ///< mean distance of a cell from the mean of all

  bool operator==(const FrameCells&) const = default;
};

/// Reduces frames of one size; remembers the weights. One thread at a time. Cost: 0.1 ms for 360 x
/// 240.
class CellReducer {
 public:
  /// @param picture  at least 1 x 1
  [[nodiscard]] FrameCells reduce(const LumaPicture& picture);

 private:
  int width_ = 0, height_ = 0;  ///< that the weights are for
  double area_ = 1.0;           ///< weight of all pixels under a cell
  std::vector<AreaOverlap> columns_, rows_;
};

/// How much a picture differs from another one beyond what motion explains, as a share of their
/// contrast: 0 for equal ones, about 1 for unrelated ones. Each of 6 x 4 blocks of cells is looked
/// for in the other picture up to 4 cells away, along both axes; what is left over is averaged, in
/// the direction in which less is left. Symmetric. Cost: at most 0.1 ms.
[[nodiscard]] double unexplained_change(const FrameCells& a, const FrameCells& b);

}  // namespace asbench::loaders
