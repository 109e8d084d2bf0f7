#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/image.h"

namespace asbench::testing {

/// The small clips of tests/golden/vbench, by the formula of its generate.py.
struct VbenchClip {
  int width, height, frames;
};
inline constexpr std::array<VbenchClip, 4> kVbenchClips{
    {{160, 120, 11}, {90, 200, 6}, {250, 141, 17}, {120, 120, 9}}};

/// Those of tests/golden/vbench_smoothness: two more of odd size and very few frames.
inline constexpr std::array<VbenchClip, 6> kSmoothnessClips{
    {{160, 120, 11}, {90, 200, 6}, {250, 141, 17}, {120, 120, 9}, {37, 53, 3}, {37, 53, 4}}};

/// Frame `t` of clip number `clip`, RGB.
inline Image vbench_frame(const VbenchClip& size, int clip, int t) {
  Image image(size.height, size.width, 3);
  std::size_t at = 0;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      for (int c = 0; c < 3; ++c) {
        const int column = x / 16;
        const int row = y / 12;
        const int cell = (column * 53 + row * 97 + c * 71 + clip * 29) * 7;
        const int moving = t * (3 + clip) * ((column + row) % 3);
        image.bytes[at++] =
            static_cast<std::uint8_t>((cell + moving + (x * 5 + y * 3 + t * 2) % 23) % 256);
      }
    }
  }
  return image;
}

/// Frame `t` of a clip of kVbenchClips.
inline Image vbench_frame(int clip, int t) {
  return vbench_frame(kVbenchClips.at(static_cast<std::size_t>(clip)), clip, t);
}

}  // namespace asbench::testing
