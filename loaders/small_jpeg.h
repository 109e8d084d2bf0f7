#pragma once

#include <filesystem>

#include "core/image.h"

namespace asbench::loaders {

/// Writes a picture for people to look at: scaled down (area average, never up) until its longer
/// side is at most `longest_side` pixels, JPEG of quality 80, under a temporary name first. RGBA
/// lies on mid grey.
/// @throws BadInput when the file can't be written. Thread-safe for different paths.
void write_small_jpeg(const std::filesystem::path& path, const Image& image, int longest_side);

}  // namespace asbench::loaders
