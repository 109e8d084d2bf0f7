#include "tests/cli/planted/frame_changes.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "core/stats.h"
#include "loaders/video/mat_image.h"

namespace asbench::testing {
namespace {

std::uint8_t level(double value) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
}

/// The frames with OpenCV's `change(from, to)` done to each.
template <typename Change>
Frames each(const Frames& frames, const Change& change) {
  Frames changed;
  changed.reserve(frames.size());
  for (const Image& frame : frames) {
    const cv::Mat from = loaders::to_mat(frame);
    cv::Mat to;
    change(from, to);
    changed.push_back(loaders::to_image(to));
  }
  return changed;
}

void turn_hue(std::uint8_t* rgb, double cosine, double sine) {
  const double luma = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
  const double blue = (rgb[2] - luma) / 1.772;
  const double red = (rgb[0] - luma) / 1.402;
  const double turned_blue = cosine * blue - sine * red;
  const double turned_red = sine * blue + cosine * red;
  const double new_red = luma + 1.402 * turned_red;
  const double new_blue = luma + 1.772 * turned_blue;
  rgb[0] = level(new_red);
  rgb[1] = level((luma - 0.299 * new_red - 0.114 * new_blue) / 0.587);
  rgb[2] = level(new_blue);
}

}  // namespace

Frames blurred(const Frames& frames, double sigma) {
  return each(frames,
              [sigma](const cv::Mat& from, cv::Mat& to) { cv::GaussianBlur(from, to, {}, sigma); });
}

Frames turned_hues(const Frames& frames, double degrees) {
  const double angle = degrees * std::numbers::pi / 180.0;
  Frames changed = frames;
  for (Image& frame : changed) {
    for (std::size_t i = 0; i + 2 < frame.bytes.size(); i += 3)
      turn_hue(frame.bytes.data() + i, std::cos(angle), std::sin(angle));
  }
  return changed;
}

Frames flickering(const Frames& frames, int levels) {
  Frames changed = frames;
  int sign = 1;
  for (Image& frame : changed) {
    for (auto& value : frame.bytes) value = level(value + sign * levels);
    sign = -sign;
  }
  return changed;
}

Frames letterboxed(const Frames& frames, int rows) {
  Frames changed = frames;
  for (Image& frame : changed) {
    std::fill_n(frame.row(0), static_cast<std::size_t>(rows) * frame.row_bytes(), std::uint8_t{0});
    std::fill_n(frame.row(frame.height - rows), static_cast<std::size_t>(rows) * frame.row_bytes(),
                std::uint8_t{0});
  }
  return changed;
}

Frames resized(const Frames& frames, int width, int height) {
  return each(frames, [&](const cv::Mat& from, cv::Mat& to) {
    cv::resize(from, to, cv::Size(width, height), 0.0, 0.0, cv::INTER_AREA);
  });
}

Frames noisy(const Frames& frames, double deviation, std::uint64_t seed) {
  NormalStream noise(seed);
  Frames changed = frames;
  for (Image& frame : changed) {
    for (auto& value : frame.bytes) value = level(value + deviation * noise.next());
  }
  return changed;
}

Frames first_half(const Frames& frames) {
  const auto half = static_cast<std::ptrdiff_t>(std::max<std::size_t>(1, frames.size() / 2));
  return {frames.begin(), frames.begin() + half};
}

Frames every_second(const Frames& frames) {
  Frames kept;
  for (std::size_t i = 0; i < frames.size(); i += 2) kept.push_back(frames[i]);
  return kept;
}

Frames frozen(const Frames& frames) {
  return Frames(frames.size(), frames.front());
}

}  // namespace asbench::testing
