#include "baselines/mini_world/render.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <opencv2/imgproc.hpp>

#include "baselines/mini_world/draw_character.h"
#include "baselines/mini_world/draw_setting.h"

namespace asbench::baselines {
namespace {

constexpr int kOversampling = 2;
constexpr double kFigureMetres = 1.05;
constexpr double kMetresAcross = 3.0;

double zoom_of(ShotSize size) {
  switch (size) {
    case ShotSize::wide:
      return 0.82;
    case ShotSize::medium:
      return 1.02;
    case ShotSize::close:
      return 1.28;
  }
  return 1.0;
}

/// Metres to the right of the setting's middle.
double figure_position(const ShotScript& shot, const Pose& pose, double seconds, double duration) {
  double x = pose.travel * kFigureMetres;
  if (shot.action == Action::walk || shot.action == Action::run)
    x -= 0.5 * duration * (x / std::max(seconds, 1e-9));
  return shot.leftwards ? -x : x;
}

View view_of(const ShotScript& shot, double figure, double share) {
  View view;
  view.zoom = zoom_of(shot.size);
  if (shot.camera == CameraMove::follow) view.along = figure;
  if (shot.camera == CameraMove::pan) view.along = (shot.leftwards ? -0.5 : 0.5) * (share - 0.5);
  if (shot.camera == CameraMove::zoom_in) view.zoom *= 0.88 + 0.24 * share;
  return view;
}

void draw_shadow(cv::Mat& canvas, cv::Point2d feet, double width) {
  const cv::Rect box =
      cv::Rect(static_cast<int>(feet.x - width), static_cast<int>(feet.y - 0.3 * width),
               static_cast<int>(2 * width), static_cast<int>(0.6 * width)) &
      cv::Rect(0, 0, canvas.cols, canvas.rows);
  if (box.empty()) return;
  cv::Mat part = canvas(box);
  cv::Mat dark = part.clone();
  cv::ellipse(dark, cv::Point(static_cast<int>(feet.x), static_cast<int>(feet.y)) - box.tl(),
              cv::Size(static_cast<int>(0.8 * width), static_cast<int>(0.2 * width)), 0, 0, 360,
              cv::Scalar(20, 20, 40), cv::FILLED, cv::LINE_AA);
  cv::addWeighted(dark, 0.35, part, 0.65, 0.0, part);
}

Image to_image(const cv::Mat& rgb) {
  Image image(rgb.rows, rgb.cols, rgb.channels());
  for (int y = 0; y < rgb.rows; ++y) std::memcpy(image.row(y), rgb.ptr(y), image.row_bytes());
  return image;
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
  View view = view_of(shot, figure, share);
  view.seconds = seconds;

  cv::Mat canvas(format.height * kOversampling, format.width * kOversampling, CV_8UC3);
  draw_setting(canvas, shot.setting, view);
  tint_by_hour(canvas, shot.setting);
  const double scale = canvas.cols / kMetresAcross * view.zoom;
  Stance stance;
  stance.height = kFigureMetres * scale;
  stance.feet = {0.5 * canvas.cols + scale * (figure - view.along),
                 (kGroundLine + 0.05) * canvas.rows};
  draw_shadow(canvas, stance.feet, 0.3 * stance.height * (1.0 - 0.5 * std::min(1.0, pose.lift)));
  draw_character(canvas, shot.character, pose, shot.prop, shot.prop_colour, stance);
  cv::Mat picture;
  cv::resize(canvas, picture, {format.width, format.height}, 0, 0, cv::INTER_AREA);
  return to_image(picture);
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
