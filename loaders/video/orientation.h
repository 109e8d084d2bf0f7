#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace asbench::loaders {

/// How a stored picture has to be turned or mirrored to be shown upright: the eight symmetries of a
/// rectangle. A stored pixel (x, y), seen from the middle of the picture, is shown at
/// (xx x + xy y, yx x + yy y); x goes right, y goes down.
struct Orientation {
  int xx = 1, xy = 0;
  int yx = 0, yy = 1;

  [[nodiscard]] bool is_upright() const { return xx == 1 && yy == 1; }
  [[nodiscard]] bool swaps_sides() const { return xx == 0; }
  /// "rotated 90 degrees clockwise", "mirrored left to right"; empty when nothing is done.
  [[nodiscard]] std::string name() const;
  bool operator==(const Orientation&) const = default;
};

/// What a display matrix asks for (libavutil/display.h: nine fixed-point numbers), as the `ffmpeg`
/// program applies it: angles are taken for the nearest quarter turn when they are less than one
/// degree away. Scale and shift are ignored.
struct DisplayMatrix {
  Orientation orientation;
  bool odd_angle = false;  ///< another angle: the orientation is upright
};
[[nodiscard]] DisplayMatrix read_display_matrix(const std::array<std::int32_t, 9>& matrix);

}  // namespace asbench::loaders
