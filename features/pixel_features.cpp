#include "features/pixel_features.h"

#include <algorithm>
#include <cstddef>

#include "core/thumbnail.h"

namespace asbench::features {
namespace {

/// The background's colour is what a transparent pixel becomes.
std::array<std::uint8_t, 3> color_of(models::Background background,
                                     const std::array<double, 3>& mean) {
  const Image pixel = models::composite(Image(1, 1, 4), background, mean);
  return {pixel.bytes[0], pixel.bytes[1], pixel.bytes[2]};
}

}  // namespace

FeatureMatrix pixel_matrix(const loaders::DecodedClip& clip, std::span<const int> frames) {
  FeatureMatrix matrix(static_cast<int>(frames.size()), 1 + kCellCount);
  Thumbnail before;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    Thumbnail thumbnail = make_thumbnail(clip.frames.at(frames[i]));
    auto row = matrix.row(static_cast<int>(i));
    row[0] = i == 0 ? 0.0F : static_cast<float>(thumbnail_motion(before, thumbnail));
    const auto cells = thumbnail_cells(thumbnail);
    std::copy(cells.begin(), cells.end(), row.begin() + 1);
    before = std::move(thumbnail);
  }
  return matrix;
}

FeatureMatrix reference_cells(const Image& picture, models::Background background,
                              const std::array<double, 3>& mean) {
  const Thumbnail thumbnail = make_letterboxed_thumbnail(
      models::composite(picture, background, mean), color_of(background, mean));
  FeatureMatrix cells(1, kCellCount);
  cells.values = thumbnail_cells(thumbnail);
  return cells;
}

Image on_background(const Image& picture, std::string_view background,
                    const std::array<double, 3>& mean) {
  return models::composite(picture, models::parse_background(background), mean);
}

Image mirrored(const Image& image) {
  Image result(image.height, image.width, image.channels);
  const std::ptrdiff_t pixel = image.channels;
  for (int y = 0; y < image.height; ++y) {
    const std::uint8_t* from = image.row(y);
    std::uint8_t* to = result.row(y);
    for (int x = 0; x < image.width; ++x) {
      std::copy_n(from + (image.width - 1 - x) * pixel, pixel, to + x * pixel);
    }
  }
  return result;
}

}  // namespace asbench::features
