#include "core/frame_changes.h"

#include <cstdint>
#include <cstdlib>

#include "core/error.h"

namespace asbench {

void ChangeMeter::add(const Image& frame) {
  if (frame.empty()) throw InternalError("ChangeMeter: an empty frame");
  if (frames_ > 0) {
    if (frame.width != before_.width || frame.height != before_.height ||
        frame.channels != before_.channels) {
      throw InternalError("ChangeMeter: frames of several sizes");
    }
    std::uint64_t difference = 0;
    for (std::size_t i = 0; i < frame.bytes.size(); ++i)
      difference += static_cast<std::uint64_t>(std::abs(frame.bytes[i] - before_.bytes[i]));
    sum_ += static_cast<double>(difference) / static_cast<double>(frame.bytes.size());
  }
  before_ = frame;
  ++frames_;
}

FrameChanges ChangeMeter::result() const {
  return {frames_, frames_ < 2 ? 0.0 : sum_ / static_cast<double>(frames_ - 1)};
}

}  // namespace asbench
