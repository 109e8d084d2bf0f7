#include "loaders/image_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <opencv2/imgcodecs.hpp>
#include <utility>

#include "core/error.h"
#include "core/json.h"
#include "loaders/exif_orientation.h"
#include "loaders/image_check.h"
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

cv::Mat try_to_decode(CheckedPicture& checked, const std::string& where) {
  try {
    const cv::Mat view(1, static_cast<int>(checked.bytes.size()), CV_8UC1, checked.bytes.data());
    return cv::imdecode(view, cv::IMREAD_UNCHANGED);
  } catch (const cv::Exception& decoding) {
    if (decoding.code == cv::Error::StsNoMem) throw std::bad_alloc();
    throw BadInput(fmt::format("{}: can't be decoded: {}", where, decoding.err));
  }
}

/// Note [No memory is no damage]
/// The picture libraries answer damage and a lack of memory alike: with no picture. So a second try
/// is made, and a picture counts as damaged only where the memory that it needs can be had.
cv::Mat decode(CheckedPicture& checked, const std::string& where) {
  cv::Mat picture = try_to_decode(checked, where);
  if (picture.empty()) picture = try_to_decode(checked, where);
  if (!picture.empty()) return picture;
  constexpr std::size_t kBytesPerPixel = 16;  // four channels, and the decoder's own copies
  const auto pixels = static_cast<std::size_t>(std::max(checked.width, 1L)) *
                      static_cast<std::size_t>(std::max(checked.height, 1L));
  const std::unique_ptr<void, void (*)(void*)> probe(std::malloc(kBytesPerPixel * pixels),
                                                     &std::free);
  if (!probe) throw std::bad_alloc();
  *static_cast<volatile char*>(probe.get()) = 0;  // else the compiler may leave both calls out
  throw BadInput(fmt::format("{}: can't be decoded", where));
}

}  // namespace

PictureFile decode_picture(const std::string& bytes, std::string_view name) {
  silence_decoders();
  const std::string where(name);
  CheckedPicture checked = check_picture(bytes, where);
  if (checked.bits != 8) {
    throw BadInput(fmt::format("{}: {} bits per channel; save it with 8", where, checked.bits));
  }
  if (checked.width > 0 || checked.height > 0) {
    if (const auto defect = size_defect(checked.width, checked.height)) {
      throw BadInput(fmt::format("{}: {}", where, *defect));
    }
  }
  const cv::Mat picture = decode(checked, where);
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
  return decode_picture(read_text_file(path, kMaxFileBytes), path.string());
}

Image read_image(const std::filesystem::path& path) {
  return read_picture_file(path).image;
}

}  // namespace asbench::loaders
