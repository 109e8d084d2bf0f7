#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "core/picture_meter.h"
#include "core/picture_statistics.h"
#include "loaders/video/frame_luma.h"

namespace asbench::loaders {

/// Measures the frames of one pass (docs/design/metrics.md 15), for each of several ranges of it.
/// What it keeps doesn't grow with the length of a range. One thread at a time.
class PicturePass {
 public:
  /// @param ranges  half-open, counted from the first frame of the video; they may overlap
  explicit PicturePass(const std::vector<std::pair<int, int>>& ranges);

  /// Frame `index` of the pass; frames come in order. Costs nothing where no range holds it.
  /// @throws NoPicture for a format that can't be read.
  void take(int index, const AVFrame& frame, FramePicture& pictures);
  /// By range; nothing for one whose first frame did not come.
  [[nodiscard]] std::vector<std::optional<PictureStatistics>> finish();

 private:
  struct Range {
    int begin = 0, end = 0;
    std::optional<PictureMeter> meter;  ///< while frames of it come
    std::optional<PictureStatistics> done;
  };
  FrameLuma luma_;
  std::vector<Range> ranges_;
};

}  // namespace asbench::loaders
