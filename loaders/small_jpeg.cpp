#include "loaders/small_jpeg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <new>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "core/error.h"
#include "core/write_file.h"
#include "loaders/video/mat_image.h"

namespace asbench::loaders {
namespace {

constexpr int kQuality = 80;
constexpr int kBackground = 128;

Image on_grey(const Image& rgba) {
  Image rgb(rgba.height, rgba.width, 3);
  for (std::size_t pixel = 0; pixel < rgba.bytes.size() / 4; ++pixel) {
    const std::uint8_t* from = &rgba.bytes[4 * pixel];
    for (std::size_t channel = 0; channel < 3; ++channel) {
      rgb.bytes[3 * pixel + channel] = static_cast<std::uint8_t>(
          (from[channel] * from[3] + kBackground * (255 - from[3]) + 127) / 255);
    }
  }
  return rgb;
}

}  // namespace

void write_small_jpeg(const std::filesystem::path& path, const Image& image, int longest_side) {
  std::vector<unsigned char> bytes;
  try {
    cv::Mat picture = to_mat(image.channels == 4 ? on_grey(image) : image);
    const double scale =
        std::min(1.0, static_cast<double>(longest_side) / std::max(image.width, image.height));
    const cv::Size size(std::max(1, static_cast<int>(std::lround(image.width * scale))),
                        std::max(1, static_cast<int>(std::lround(image.height * scale))));
    if (size != picture.size()) {
      cv::Mat small;
      cv::resize(picture, small, size, 0, 0, cv::INTER_AREA);
      picture = small;
    }
    cv::imencode(".jpg", picture, bytes, {cv::IMWRITE_JPEG_QUALITY, kQuality});
  } catch (const cv::Exception& problem) {
    if (problem.code == cv::Error::StsNoMem) throw std::bad_alloc();
    throw BadInput(
        fmt::format("{}: the picture can't be encoded as JPEG: {}", path.string(), problem.err));
  }
  // Thousands of syncs would cost minutes, and a picture that is lost is made again.
  write_file_atomically(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                        Sync::no);
}

}  // namespace asbench::loaders
