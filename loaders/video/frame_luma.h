#pragma once

#include <vector>

#include "core/luma_picture.h"
#include "loaders/video/frame_picture.h"
#include "loaders/video/libav.h"

namespace asbench::loaders {

/// Decoded frames to small luma pictures (docs/design/metrics.md 15), for every frame of a pass:
/// far cheaper than FramePicture, because the Y of a frame with luma is used as it is. Not turned
/// upright, for nothing that is measured of it depends on that. One thread at a time.
class FrameLuma {
 public:
  /// @param pictures  converts frames that have no Y of their own, or alpha. @throws NoPicture.
  [[nodiscard]] LumaPicture make(const AVFrame& frame, FramePicture& pictures);

 private:
  LumaReducer reducer_;
  std::vector<std::uint8_t> plane_;  ///< of frames whose Y isn't a plane of bytes
};

}  // namespace asbench::loaders
