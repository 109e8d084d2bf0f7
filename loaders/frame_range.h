#pragma once

namespace asbench::loaders {

/// Frames [begin_frame, end_frame) of a video, as they decode.
struct FrameRange {
  int begin_frame = 0;
  int end_frame = 0;
  [[nodiscard]] bool empty() const { return end_frame <= begin_frame; }
  bool operator==(const FrameRange&) const = default;
};

}  // namespace asbench::loaders
