#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace asbench {

/// An 8-bit picture in memory: rows top to bottom without padding, channels interleaved. 3 channels
/// are R, G, B; 4 are R, G, B, A with straight (not premultiplied) alpha. The one picture type that
/// passes between modules: OpenCV's BGR and padded rows end in loaders/video, planar floats begin
/// in models/preprocess. Owns its bytes.
struct Image {
  int height = 0;
  int width = 0;
  int channels = 3;
  std::vector<std::uint8_t> bytes;  ///< [height, width, channels]

  Image() = default;
  Image(int height_, int width_, int channels_)
      : height(height_),
        width(width_),
        channels(channels_),
        bytes(static_cast<std::size_t>(height_) * static_cast<std::size_t>(width_) *
              static_cast<std::size_t>(channels_)) {}

  [[nodiscard]] bool empty() const { return bytes.empty(); }
  [[nodiscard]] std::size_t row_bytes() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
  }
  [[nodiscard]] std::uint8_t* row(int y) {
    return bytes.data() + static_cast<std::size_t>(y) * row_bytes();
  }
  [[nodiscard]] const std::uint8_t* row(int y) const {
    return bytes.data() + static_cast<std::size_t>(y) * row_bytes();
  }
  bool operator==(const Image&) const = default;
};

}  // namespace asbench
