#include "loaders/video/mat_image.h"

#include <fmt/format.h>

#include <opencv2/imgproc.hpp>
#include <utility>

#include "core/error.h"

namespace asbench::loaders {

Image to_image(const cv::Mat& picture) {
  if (picture.empty() || picture.dims != 2 || picture.depth() != CV_8U) {
    throw InternalError(
        fmt::format("a picture of OpenCV type {}; expected 8 bits per channel", picture.type()));
  }
  const int channels = picture.channels();
  if (channels != 1 && channels != 3 && channels != 4) {
    throw InternalError(fmt::format("a picture of {} channels; expected 1, 3 or 4", channels));
  }
  Image image(picture.rows, picture.cols, channels == 4 ? 4 : 3);
  // cvtColor writes into the image's own bytes: the size and type fit, so it doesn't allocate.
  cv::Mat target(image.height, image.width, channels == 4 ? CV_8UC4 : CV_8UC3, image.bytes.data());
  const int code = channels == 1   ? cv::COLOR_GRAY2RGB
                   : channels == 3 ? cv::COLOR_BGR2RGB
                                   : cv::COLOR_BGRA2RGBA;
  cv::cvtColor(picture, target, code);
  return image;
}

cv::Mat to_mat(const Image& image) {
  if (image.empty() || (image.channels != 3 && image.channels != 4)) {
    throw InternalError(fmt::format("an image of {} channels has no OpenCV form", image.channels));
  }
  const int type = image.channels == 3 ? CV_8UC3 : CV_8UC4;
  // cv::Mat has no form over constant memory; cvtColor only reads from it.
  const cv::Mat view(image.height, image.width, type,
                     const_cast<std::uint8_t*>(image.bytes.data()));
  cv::Mat picture;
  cv::cvtColor(view, picture, image.channels == 3 ? cv::COLOR_RGB2BGR : cv::COLOR_RGBA2BGRA);
  return picture;
}

Image flatten_on_black(Image image) {
  if (image.channels != 4) return image;
  Image flat(image.height, image.width, 3);
  const std::size_t pixels = image.bytes.size() / 4;
  for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
    const std::uint8_t* from = &image.bytes[4 * pixel];
    std::uint8_t* to = &flat.bytes[3 * pixel];
    for (int c = 0; c < 3; ++c) {
      const unsigned t = unsigned{from[c]} * from[3] + 128U;
      to[c] = static_cast<std::uint8_t>((t + (t >> 8U)) >> 8U);
    }
  }
  return flat;
}

bool is_transparent(const Image& image) {
  if (image.channels != 4) return false;
  for (std::size_t alpha = 3; alpha < image.bytes.size(); alpha += 4) {
    if (image.bytes[alpha] != 255) return true;
  }
  return false;
}

}  // namespace asbench::loaders
