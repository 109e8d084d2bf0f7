#include "baselines/mini_world/pen.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace asbench::baselines {
namespace {

constexpr int kFractionBits = 4;
constexpr int kEllipsePoints = 40;
constexpr Colour kInk{38, 32, 44};

std::uint8_t level(double value) {
  return static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
}

}  // namespace

Colour mixed(Colour a, Colour b, double share) {
  const auto mix = [&](std::uint8_t from, std::uint8_t to) {
    return level(from + share * (static_cast<double>(to) - from));
  };
  return {mix(a.red, b.red), mix(a.green, b.green), mix(a.blue, b.blue)};
}

Colour shaded(Colour colour, double amount) {
  return amount >= 0.0 ? mixed(colour, {255, 255, 255}, amount) : mixed(colour, {0, 0, 0}, -amount);
}

cv::Scalar scalar(Colour colour) {
  return {static_cast<double>(colour.red), static_cast<double>(colour.green),
          static_cast<double>(colour.blue)};
}

Pen::Pen(cv::Mat& canvas, const cv::Matx23d& to_pixels, double outline_pixels)
    : canvas_(canvas),
      to_pixels_(to_pixels),
      pixels_per_unit_(std::hypot(to_pixels(0, 0), to_pixels(1, 0))),
      outline_(outline_pixels) {}

std::vector<cv::Point> Pen::pixels(const Points& points) const {
  std::vector<cv::Point> result;
  for (const auto& point : points) {
    const cv::Vec2d at = to_pixels_ * cv::Vec3d(point.x, point.y, 1.0);
    result.emplace_back(static_cast<int>(std::lround(at[0] * (1 << kFractionBits))),
                        static_cast<int>(std::lround(at[1] * (1 << kFractionBits))));
  }
  return result;
}

int Pen::thickness(double width) const {
  return std::max(1, static_cast<int>(std::lround(width * pixels_per_unit_)));
}

void Pen::polygon(const Points& points, Colour fill, bool outlined) const {
  const std::vector<std::vector<cv::Point>> shape = {pixels(points)};
  cv::fillPoly(canvas_, shape, scalar(fill), cv::LINE_AA, kFractionBits);
  if (outlined) {
    cv::polylines(canvas_, shape, true, scalar(kInk),
                  std::max(1, static_cast<int>(std::lround(outline_))), cv::LINE_AA, kFractionBits);
  }
}

Points Pen::ellipse_points(cv::Point2d centre, double radius_x, double radius_y, double tilt) {
  Points points;
  for (int i = 0; i < kEllipsePoints; ++i) {
    const double angle = 2.0 * std::numbers::pi * i / kEllipsePoints;
    const double x = radius_x * std::cos(angle);
    const double y = radius_y * std::sin(angle);
    points.emplace_back(centre.x + x * std::cos(tilt) - y * std::sin(tilt),
                        centre.y + x * std::sin(tilt) + y * std::cos(tilt));
  }
  return points;
}

void Pen::ellipse(cv::Point2d centre, double radius_x, double radius_y, Colour fill, bool outlined,
                  double tilt) const {
  polygon(ellipse_points(centre, radius_x, radius_y, tilt), fill, outlined);
}

void Pen::stroke(const Points& points, double width, Colour colour, bool outlined) const {
  const std::vector<std::vector<cv::Point>> line = {pixels(points)};
  const int inner = thickness(width);
  if (outlined) {
    cv::polylines(canvas_, line, false, scalar(kInk),
                  inner + 2 * std::max(1, static_cast<int>(std::lround(outline_))), cv::LINE_AA,
                  kFractionBits);
  }
  cv::polylines(canvas_, line, false, scalar(colour), inner, cv::LINE_AA, kFractionBits);
}

}  // namespace asbench::baselines
