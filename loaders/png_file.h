#pragma once

#include <string>

#include "core/image.h"

namespace asbench::loaders {

/// The bytes of a PNG file: RGB, or RGBA with straight alpha. Equal pictures give equal bytes with
/// one version of OpenCV. @throws InternalError for an empty picture. Thread-safe.
[[nodiscard]] std::string encode_png(const Image& image);

}  // namespace asbench::loaders
