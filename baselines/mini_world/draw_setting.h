#pragma once

#include <opencv2/core.hpp>

#include "baselines/mini_world/cast.h"

namespace asbench::baselines {

/// What the camera sees of a setting: a point of the ground and how close.
struct View {
  double along =
      0.0;  ///< metres to the right of the setting's middle; layers move by their distance
  double zoom = 1.0;     ///< 1 shows 3 metres across
  double seconds = 0.0;  ///< for what moves by itself: waves, snow, bubbles
};

/// Height of the ground line where figures stand, as a share of the picture from its top, at
/// zoom 1.
inline constexpr double kGroundLine = 0.86;

/// Paints the whole canvas. @param canvas  RGB, 8 bits
void draw_setting(cv::Mat& canvas, const Setting& setting, const View& view);

/// Tints the finished picture by the hour: warm at sunset, dark and blue at night.
void tint_by_hour(cv::Mat& canvas, const Setting& setting);

}  // namespace asbench::baselines
