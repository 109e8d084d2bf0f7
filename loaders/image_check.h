#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Checks that read_image() makes before it hands a picture file to a decoder. Not for other
// modules.
namespace asbench::loaders {

/// The parts of a picture file that are decoded, checked for completeness.
struct CheckedPicture {
  std::string bytes;  ///< what to decode: a PNG without its ancillary chunks, else the file
  long width = 0;     ///< 0 when the format keeps it in its coded data (WebP)
  long height = 0;
  int bits = 8;         ///< per channel
  int orientation = 1;  ///< of its EXIF data (loaders/exif_orientation.h); 1: as stored
  /// Grey PNG with one transparent level, as an 8-bit level: OpenCV drops it.
  std::optional<std::uint8_t> transparent_grey;
};

/// Walks the file's structure. @throws BadInput naming `where`: another format (by name, where it
/// is known), an animation, a pointer or a page in the place of the file, truncated, a wrong
/// checksum.
[[nodiscard]] CheckedPicture check_picture(std::string_view bytes, std::string_view where);

}  // namespace asbench::loaders
