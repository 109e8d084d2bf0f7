#include "loaders/image_file.h"

#include <fmt/format.h>

#include <opencv2/imgcodecs.hpp>
#include <utility>

#include "core/error.h"
#include "core/json.h"
#include "loaders/image_check.h"
#include "loaders/orientation.h"
#include "loaders/video/decoder.h"
#include "loaders/video/mat_image.h"

namespace asbench::loaders {
namespace {

constexpr std::size_t kMaxFileBytes = 1ULL << 30;

Image with_transparent_level(const Image& grey, std::uint8_t level) {
  Image image(grey.height, grey.width, 4);
  for (std::size_t pixel = 0; pixel < grey.bytes.size() / 3; ++pixel) {
    const std::uint8_t value = grey.bytes[3 * pixel];
    std::uint8_t* to = &image.bytes[4 * pixel];
    to[0] = to[1] = to[2] = value;
    to[3] = value == level ? 0 : 255;
  }
  return image;
}

}  // namespace

PictureFile decode_picture(const std::string& bytes, std::string_view where) {
  silence_decoders();
  CheckedPicture checked = check_picture(bytes, where);
  if (checked.bits != 8) {
    throw BadInput(fmt::format("{}: {} bits per channel; save it with 8", where, checked.bits));
  }
  if (checked.width > 0 || checked.height > 0) {
    if (const auto defect = size_defect(checked.width, checked.height)) {
      throw BadInput(fmt::format("{}: {}", where, *defect));
    }
  }
  cv::Mat picture;
  try {
    const cv::Mat view(1, static_cast<int>(checked.bytes.size()), CV_8UC1, checked.bytes.data());
    picture = cv::imdecode(view, cv::IMREAD_UNCHANGED);
  } catch (const cv::Exception& decoding) {
    throw BadInput(fmt::format("{}: can't be decoded: {}", where, decoding.err));
  }
  if (picture.empty()) throw BadInput(fmt::format("{}: can't be decoded", where));
  if (picture.depth() != CV_8U) {
    throw BadInput(fmt::format("{}: more than 8 bits per channel; save it with 8", where));
  }
  if (const auto defect = size_defect(picture.cols, picture.rows)) {
    throw BadInput(fmt::format("{}: {}", where, *defect));
  }
  Image image = to_image(picture);
  if (checked.transparent_grey) image = with_transparent_level(image, *checked.transparent_grey);
  return {upright(std::move(image), checked.orientation), checked.orientation};
}

PictureFile read_picture_file(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    throw BadInput(fmt::format("{}: not a regular file", path.string()));
  }
  return decode_picture(read_text_file(path, kMaxFileBytes), path.string());
}

Image read_image(const std::filesystem::path& path) {
  return read_picture_file(path).image;
}

}  // namespace asbench::loaders
