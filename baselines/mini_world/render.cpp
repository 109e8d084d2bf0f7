#include "baselines/mini_world/render.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "baselines/mini_world/draw_character.h"
#include "baselines/mini_world/draw_setting.h"
#include "baselines/mini_world/stage.h"

namespace asbench::baselines {
namespace {

/// Metres to the right of the setting's middle.
double figure_position(const ShotScript& shot, const Pose& pose, double seconds, double duration) {
  double x = pose.travel * kFigureMetres;
  if (shot.action == Action::walk || shot.action == Action::run)
    x -= 0.5 * duration * (x / std::max(seconds, 1e-9));
  return shot.leftwards ? -x : x;
}

cv::Mat figure_on(const Character& character, double level) {
  constexpr int kSide = 1024;
  cv::Mat canvas(kSide, kSide, CV_8UC3, cv::Scalar::all(level));
  draw_character(canvas, character, pose_at(Action::look, 0.0, 0.0), Prop::none, 0,
                 {.feet = {0.5 * kSide, 0.95 * kSide}, .height = 0.66 * kSide});
  cv::Mat half;
  cv::resize(canvas, half, {kSide / 2, kSide / 2}, 0, 0, cv::INTER_AREA);
  return half;
}

}  // namespace

Image render_frame(const ShotScript& shot, const RenderFormat& format, int index) {
  const double seconds = index / format.frames_per_second;
  const double duration = std::max(1, format.frames - 1) / format.frames_per_second;
  const double share = seconds / duration;
  Pose pose = pose_at(shot.action, seconds, share);
  const double figure = figure_position(shot, pose_at(shot.action, std::max(seconds, 1e-6), share),
                                        std::max(seconds, 1e-6), duration);
  if (shot.leftwards) pose.facing_left = !pose.facing_left;
  View view = view_of(shot.camera, shot.size, shot.leftwards, figure, share);
  view.seconds = seconds;

  cv::Mat canvas(format.height * kOversampling, format.width * kOversampling, CV_8UC3);
  draw_setting(canvas, shot.setting, view);
  tint_by_hour(canvas, shot.setting);
  const Stance stance = stance_of(canvas, view, figure);
  draw_shadow(canvas, stance, pose.lift);
  draw_character(canvas, shot.character, pose, shot.prop, shot.prop_colour, stance);
  return to_image(shrunk(canvas, format.width, format.height));
}

Image render_reference(const Character& character) {
  // What differs between a black and a white ground is what shines through: alpha, without a second
  // renderer for masks.
  const cv::Mat on_black = figure_on(character, 0.0);
  const cv::Mat on_white = figure_on(character, 255.0);
  cv::Mat rgba(on_black.size(), CV_8UC4, cv::Scalar::all(0));
  cv::Mat covered(on_black.size(), CV_8UC1, cv::Scalar::all(0));
  for (int y = 0; y < rgba.rows; ++y) {
    for (int x = 0; x < rgba.cols; ++x) {
      const auto& dark = on_black.at<cv::Vec3b>(y, x);
      const auto& light = on_white.at<cv::Vec3b>(y, x);
      const int alpha = std::clamp(255 - (light[1] - dark[1]), 0, 255);
      if (alpha == 0) continue;
      auto& pixel = rgba.at<cv::Vec4b>(y, x);
      for (int channel = 0; channel < 3; ++channel)
        pixel[channel] =
            static_cast<std::uint8_t>(std::min(255, (dark[channel] * 255 + alpha / 2) / alpha));
      pixel[3] = static_cast<std::uint8_t>(alpha);
      covered.at<std::uint8_t>(y, x) = 255;
    }
  }
  return to_image(rgba(cv::boundingRect(covered)).clone());
}

}  // namespace asbench::baselines
