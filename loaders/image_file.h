#pragma once

#include <filesystem>

#include "core/image.h"

namespace asbench::loaders {

/// Reads a PNG, JPEG or WebP file: references, frames of frame folders.
///
/// @returns RGBA (straight alpha) where the file has alpha or a transparent colour, else RGB;
/// palette
///   and grey pictures are expanded. No colour profile, gamma or orientation tag is applied, as in
///   Pillow.
/// @throws BadInput naming the path and the cause: not there, another format, more than 8 bits a
///   channel, an absurd size (a side above 16384, more than 2^28 pixels), truncated or damaged
///   (also where a lenient decoder would fill the rest with grey). Thread-safe.
[[nodiscard]] Image read_image(const std::filesystem::path& path);

}  // namespace asbench::loaders
