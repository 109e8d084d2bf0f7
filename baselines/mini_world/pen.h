#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "baselines/mini_world/cast.h"

namespace asbench::baselines {

using Points = std::vector<cv::Point2d>;

/// Draws cartoon shapes: antialiased, filled, with a dark outline. Coordinates are the figure's own
/// (x to its right, y up, one unit = its height); the affine map takes them to pixels. Keeps no
/// picture: `canvas` must outlive it.
class Pen {
 public:
  Pen(cv::Mat& canvas, const cv::Matx23d& to_pixels, double outline_pixels);

  void polygon(const Points& points, Colour fill, bool outlined = true) const;
  void ellipse(cv::Point2d centre, double radius_x, double radius_y, Colour fill,
               bool outlined = true, double tilt = 0.0) const;
  /// A thick line with round ends and, if wanted, an outline.
  void stroke(const Points& points, double width, Colour colour, bool outlined = true) const;

  [[nodiscard]] static Points ellipse_points(cv::Point2d centre, double radius_x, double radius_y,
                                             double tilt = 0.0);

 private:
  [[nodiscard]] std::vector<cv::Point> pixels(const Points& points) const;
  [[nodiscard]] int thickness(double width) const;

  cv::Mat& canvas_;
  cv::Matx23d to_pixels_;
  double pixels_per_unit_;
  double outline_;
};

/// Lighter (towards white) for amount > 0, darker for amount < 0; -1 to 1.
[[nodiscard]] Colour shaded(Colour colour, double amount);

/// a where share is 0, b where it is 1.
[[nodiscard]] Colour mixed(Colour a, Colour b, double share);

/// In the channel order of the canvases, which is RGB throughout.
[[nodiscard]] cv::Scalar scalar(Colour colour);

}  // namespace asbench::baselines
