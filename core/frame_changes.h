#pragma once

#include "core/image.h"

namespace asbench {

/// How much neighbouring frames of a clip differ, in full size and colour (docs/design/metrics.md
/// 7). Plain data; made by ChangeMeter.
struct FrameChanges {
  int frames = 0;
  /// Mean over pairs of neighbouring frames of the mean absolute difference of their values, levels
  /// of 0..255; 0 where there is no pair.
  double mean_difference = 0.0;
  bool operator==(const FrameChanges&) const = default;
};

/// Takes the frames of a clip one after the other. Keeps the frame before, so memory does not grow
/// with the clip. Differences are whole numbers and their means doubles: the same everywhere. One
/// thread at a time.
class ChangeMeter {
 public:
  /// @param frame  in display order, all of one size. @throws InternalError.
  void add(const Image& frame);
  [[nodiscard]] FrameChanges result() const;

 private:
  int frames_ = 0;
  double sum_ = 0.0;  ///< over pairs
  Image before_;
};

}  // namespace asbench
