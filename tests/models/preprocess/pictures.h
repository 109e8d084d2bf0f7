#pragma once

#include <cstdint>
#include <string_view>

#include "core/image.h"

namespace asbench::testing {

/// Test pictures from formulas, the same as tests/golden/preprocess/generate.py draws: `noise`,
/// `smooth` (a slope that rises and falls) and `blocks` (0 and 255, where the bicubic filter
/// overshoots).
inline Image picture(std::string_view kind, int height, int width, int channels, int seed) {
  Image image(height, width, channels);
  std::size_t at = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c, ++at) {
        int level = 0;
        if (kind == "noise") {
          auto v = static_cast<std::uint32_t>(at) * 0x9E3779B1U +
                   static_cast<std::uint32_t>(seed) * 0x85EBCA77U;
          v ^= v >> 15;
          v *= 0x2C1B3C6DU;
          v ^= v >> 12;
          v *= 0x297A2D39U;
          v ^= v >> 15;
          level = static_cast<int>(v & 255U);
        } else if (kind == "smooth") {
          const int t = (((x * (2 + c) + y * (5 - c) + seed) % 510) + 510) % 510;
          level = t > 255 ? 510 - t : t;
        } else {
          level = (x / 7 + y / 5 + c + seed) % 2 == 0 ? 0 : 255;
        }
        image.bytes[at] = static_cast<std::uint8_t>(level);
      }
    }
  }
  return image;
}

}  // namespace asbench::testing
