#include "baselines/mini_world/stage.h"

#include <algorithm>
#include <cstring>
#include <opencv2/imgproc.hpp>

namespace asbench::baselines {

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

View view_of(CameraMove camera, ShotSize size, bool leftwards, double figure, double share) {
  View view;
  view.zoom = zoom_of(size);
  if (camera == CameraMove::follow) view.along = figure;
  if (camera == CameraMove::pan) view.along = (leftwards ? -0.5 : 0.5) * (share - 0.5);
  if (camera == CameraMove::zoom_in) view.zoom *= 0.88 + 0.24 * share;
  return view;
}

Stance stance_of(const cv::Mat& canvas, const View& view, double figure) {
  const double scale = canvas.cols / kMetresAcross * view.zoom;
  Stance stance;
  stance.height = kFigureMetres * scale;
  stance.feet = {0.5 * canvas.cols + scale * (figure - view.along),
                 (kGroundLine + 0.05) * canvas.rows};
  return stance;
}

void draw_shadow(cv::Mat& canvas, const Stance& stance, double lift) {
  const cv::Point2d feet = stance.feet;
  const double width = 0.3 * stance.height * (1.0 - 0.5 * std::min(1.0, lift));
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

Image to_image(const cv::Mat& pixels) {
  Image image(pixels.rows, pixels.cols, pixels.channels());
  for (int y = 0; y < pixels.rows; ++y) std::memcpy(image.row(y), pixels.ptr(y), image.row_bytes());
  return image;
}

cv::Mat shrunk(const cv::Mat& canvas, int width, int height) {
  cv::Mat picture;
  cv::resize(canvas, picture, {width, height}, 0, 0, cv::INTER_AREA);
  return picture;
}

}  // namespace asbench::baselines
