#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

namespace asbench::loaders {

/// Frame indices of an annotation in the file at hand (docs/design/dataset.md 3, rule 6).
struct FrameMap {
  double annotated_fps = 0.0;
  double file_fps = 0.0;  ///< 0: the file states none, and the annotation's is taken for it

  /// More than 0.1 % apart: finding `fps_mismatch`, and indices are mapped by time.
  [[nodiscard]] bool differs() const {
    return annotated_fps > 0.0 && file_fps > 0.0 &&
           std::abs(file_fps / annotated_fps - 1.0) > 0.001;
  }
  /// index / annotated_fps * file_fps, rounded, half up; the index itself where the rates agree.
  [[nodiscard]] int operator()(int index) const {
    if (!differs()) return index;
    const double mapped = std::floor(index / annotated_fps * file_fps + 0.5);
    return static_cast<int>(
        std::clamp(mapped, 0.0, static_cast<double>(std::numeric_limits<int>::max())));
  }
};

}  // namespace asbench::loaders
