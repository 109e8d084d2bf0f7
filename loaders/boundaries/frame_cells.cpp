#include "loaders/boundaries/frame_cells.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace asbench::loaders {
namespace {

constexpr int kBlock = 8;     ///< cells of a block's side
constexpr int kFarthest = 4;  ///< cells that a block may have moved along an axis
/// Contrast below which a picture counts as plain, in levels: what is left of coding in a plain one
/// must not pass for a picture.
constexpr double kLeastContrast = 4.0;

static_assert(FrameCells::kColumns % kBlock == 0 && FrameCells::kRows % kBlock == 0);

const std::uint8_t* cell(const FrameCells& cells, int x, int y) {
  return cells.levels.data() + static_cast<std::size_t>(y * FrameCells::kColumns + x);
}

int block_difference(const std::uint8_t* a, const std::uint8_t* b) {
  int sum = 0;
  for (int y = 0; y < kBlock; ++y, a += FrameCells::kColumns, b += FrameCells::kColumns) {
    for (int x = 0; x < kBlock; ++x)
      sum += std::abs(static_cast<int>(a[x]) - static_cast<int>(b[x]));
  }
  return sum;
}

/// Of the block of `to` at (x, y): its difference to the place of `from` that is most like it.
int least_difference(const FrameCells& from, const FrameCells& to, int x, int y) {
  const std::uint8_t* const block = cell(to, x, y);
  int least = block_difference(cell(from, x, y), block);
  const int top = std::max(y - kFarthest, 0);
  const int bottom = std::min(y + kFarthest, FrameCells::kRows - kBlock);
  const int left = std::max(x - kFarthest, 0);
  const int right = std::min(x + kFarthest, FrameCells::kColumns - kBlock);
  for (int row = top; row <= bottom && least > 0; ++row) {
    for (int column = left; column <= right; ++column)
      least = std::min(least, block_difference(cell(from, column, row), block));
  }
  return least;
}

/// Sum over all blocks of `to`.
int left_over(const FrameCells& from, const FrameCells& to) {
  int sum = 0;
  for (int y = 0; y < FrameCells::kRows; y += kBlock) {
    for (int x = 0; x < FrameCells::kColumns; x += kBlock) sum += least_difference(from, to, x, y);
  }
  return sum;
}

}  // namespace

FrameCells CellReducer::reduce(const LumaPicture& picture) {
  if (picture.width != width_ || picture.height != height_) {
    width_ = picture.width;
    height_ = picture.height;
    const AreaAxis across = stretched_axis(width_, FrameCells::kColumns);
    const AreaAxis down = stretched_axis(height_, FrameCells::kRows);
    columns_ = area_overlaps(across, width_, FrameCells::kColumns);
    rows_ = area_overlaps(down, height_, FrameCells::kRows);
    area_ = static_cast<double>(across.cell) * static_cast<double>(down.cell);
  }
  FrameCells cells;
  std::array<std::uint64_t, FrameCells::kColumns> sums{};
  std::size_t at = 0;
  double total = 0.0;
  for (const AreaOverlap& row : rows_) {
    sums.fill(0);
    for (std::size_t j = 0; j < row.weights.size(); ++j) {
      const std::uint8_t* const pixels = picture.row(row.first + static_cast<int>(j));
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        const AreaOverlap& column = columns_[i];
        std::uint64_t sum = 0;
        for (std::size_t k = 0; k < column.weights.size(); ++k)
          sum +=
              std::uint64_t{column.weights[k]} * pixels[static_cast<std::size_t>(column.first) + k];
        sums[i] += row.weights[j] * sum;
      }
    }
    for (const std::uint64_t sum : sums) {
      const auto level = static_cast<std::uint8_t>(static_cast<double>(sum) / area_ + 0.5);
      cells.levels[at++] = level;
      total += level;
    }
  }
  const double mean = total / static_cast<double>(cells.levels.size());
  for (const std::uint8_t level : cells.levels) cells.contrast += std::abs(level - mean);
  cells.contrast /= static_cast<double>(cells.levels.size());
  return cells;
}

double unexplained_change(const FrameCells& a, const FrameCells& b) {
  if (a.levels == b.levels) return 0.0;
  const int left = std::min(left_over(a, b), left_over(b, a));
  const double contrast = std::max((a.contrast + b.contrast) / 2.0, kLeastContrast);
  return left / static_cast<double>(a.levels.size()) / contrast;
}

}  // namespace asbench::loaders
