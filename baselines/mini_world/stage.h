#pragma once

#include <opencv2/core.hpp>

#include "baselines/mini_world/draw_character.h"
#include "baselines/mini_world/draw_setting.h"
#include "baselines/mini_world/story.h"
#include "core/image.h"

// Where camera and figures stand: what pictures of one figure and of several have in common.
namespace asbench::baselines {

inline constexpr int kOversampling = 2;  ///< canvas pixels a picture's pixel, in each direction
inline constexpr double kFigureMetres = 1.05;
inline constexpr double kMetresAcross = 3.0;

/// How close the camera is: View::zoom.
[[nodiscard]] double zoom_of(ShotSize size);

/// @param leftwards  the way that a pan takes
/// @param figure     metres to the right of the setting's middle, where a camera that follows looks
/// @param share      of the shot that has passed, 0 to 1
[[nodiscard]] View view_of(CameraMove camera, ShotSize size, bool leftwards, double figure,
                           double share);

/// Where a figure stands on a canvas. @param figure  metres to the right of the setting's middle
[[nodiscard]] Stance stance_of(const cv::Mat& canvas, const View& view, double figure);

/// The shadow below a figure. @param lift  Pose::lift
void draw_shadow(cv::Mat& canvas, const Stance& stance, double lift);

/// The pixels as they are: RGB stays RGB. 8 bits.
[[nodiscard]] Image to_image(const cv::Mat& pixels);

/// The canvas in the size of a picture.
[[nodiscard]] cv::Mat shrunk(const cv::Mat& canvas, int width, int height);

}  // namespace asbench::baselines
