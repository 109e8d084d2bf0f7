#pragma once

#include <array>
#include <optional>

namespace asbench::loaders {

/// How far boundaries of shots were moved to cuts, over the segments of a run
/// (docs/design/dataset.md 14).
struct ShiftStatistics {
  int boundaries = 0;
  int moved = 0;
  int without_cut = 0;
  /// Minimum, lower quartile, median, upper quartile, maximum in seconds; nothing where no boundary
  /// has a cut.
  std::optional<std::array<double, 5>> seconds;
  /// Boundaries by shift, rounded to tenths of a second (half away from 0): -1.0, -0.9, ..., 1.0.
  std::array<int, 21> by_tenth{};
  bool operator==(const ShiftStatistics&) const = default;
};

}  // namespace asbench::loaders
