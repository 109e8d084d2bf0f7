#pragma once

#include <opencv2/core.hpp>

#include "baselines/mini_world/action.h"
#include "baselines/mini_world/cast.h"

namespace asbench::baselines {

/// Where a figure stands on a canvas.
struct Stance {
  cv::Point2d feet;       ///< pixels
  double height = 100.0;  ///< pixels, of the figure without headgear
};

/// Draws a character in a pose, holding `prop` in its right hand. @param canvas  RGB, 8 bits
void draw_character(cv::Mat& canvas, const Character& character, const Pose& pose, Prop prop,
                    std::size_t prop_colour, const Stance& stance);

}  // namespace asbench::baselines
