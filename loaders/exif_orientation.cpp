#include "loaders/exif_orientation.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace asbench::loaders {
namespace {

constexpr std::string_view kExifMark("Exif\0\0", 6);
constexpr unsigned kOrientationTag = 0x0112;
constexpr unsigned kShort = 3;  // TIFF's name of a 16-bit number
constexpr unsigned kLong = 4;
constexpr std::size_t kEntryBytes = 12;

/// A TIFF structure; numbers outside of it are 0.
class Tiff {
 public:
  explicit Tiff(std::string_view bytes) : bytes_(bytes), little_(bytes.starts_with("II")) {}

  [[nodiscard]] bool valid() const {
    return (little_ || bytes_.starts_with("MM")) && number(2, 2) == 42;
  }
  [[nodiscard]] bool has(std::size_t at, std::size_t size) const {
    return at <= bytes_.size() && size <= bytes_.size() - at;
  }
  [[nodiscard]] std::uint32_t number(std::size_t at, std::size_t size) const {
    if (!has(at, size)) return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t from = little_ ? at + size - 1 - i : at + i;
      value = value << 8U | static_cast<unsigned char>(bytes_[from]);
    }
    return value;
  }

 private:
  std::string_view bytes_;
  bool little_;
};

}  // namespace

int exif_orientation(std::string_view exif) {
  if (exif.starts_with(kExifMark)) exif.remove_prefix(kExifMark.size());
  const Tiff tiff(exif);
  if (!tiff.valid()) return 1;
  const std::size_t directory = tiff.number(4, 4);
  const std::size_t entries = tiff.number(directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t at = directory + 2 + i * kEntryBytes;
    if (!tiff.has(at, kEntryBytes)) return 1;
    if (tiff.number(at, 2) != kOrientationTag) continue;
    const std::uint32_t type = tiff.number(at + 2, 2);
    if ((type != kShort && type != kLong) || tiff.number(at + 4, 4) != 1) return 1;
    const std::uint32_t value = tiff.number(at + 8, type == kShort ? 2 : 4);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

Image upright(Image stored, int orientation) {
  if (orientation <= 1 || orientation > 8 || stored.empty()) return stored;
  const bool swaps = orientation >= 5;
  Image image(swaps ? stored.width : stored.height, swaps ? stored.height : stored.width,
              stored.channels);
  const std::ptrdiff_t pixel = stored.channels;
  const int last_x = stored.width - 1;
  const int last_y = stored.height - 1;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      int from_x = swaps ? y : x;
      int from_y = swaps ? x : y;
      // 6 shows the bottom left first, 8 the top right.
      if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8)
        from_x = last_x - from_x;
      if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7)
        from_y = last_y - from_y;
      std::copy_n(stored.row(from_y) + from_x * pixel, pixel, image.row(y) + x * pixel);
    }
  }
  return image;
}

}  // namespace asbench::loaders
