#pragma once

#include <string_view>

#include "core/image.h"

// The orientation tag of EXIF (CIPA DC-008, tag 0x0112), which cameras and telephones write instead
// of turning the pixels. Not for other modules.
namespace asbench::loaders {

/// @param exif  a TIFF structure, with or without "Exif\0\0" in front: a JPEG's APP1 segment, a
///   PNG's eXIf chunk, a WebP's EXIF chunk. Any bytes are allowed; nothing outside is read.
/// @returns 1 (as stored) to 8, 1 also without a tag, with a damaged one and with other values, as
///   viewers do. Thread-safe.
[[nodiscard]] int exif_orientation(std::string_view exif);

/// The picture as it is meant to be seen: 1 as it is, 2 mirrored left-right, 3 turned by 180
/// degrees, 4 mirrored top-bottom, 5 transposed, 6 turned by 90 degrees clockwise, 7 transposed
/// along the other diagonal, 8 turned by 90 degrees counter-clockwise. 5 to 8 swap the sides.
[[nodiscard]] Image upright(Image stored, int orientation);

}  // namespace asbench::loaders
