#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/image.h"

namespace asbench::loaders {

/// A picture and what its file says about it.
struct PictureFile {
  Image image;          ///< upright
  int orientation = 1;  ///< the EXIF orientation that was applied, 1 to 8; 1: pixels as stored
};

/// Reads a PNG, JPEG or WebP file: references, frames of frame folders.
///
/// @returns RGBA (straight alpha) where the file has alpha or a transparent colour, else RGB;
///   palette and grey pictures are expanded. An EXIF orientation is applied, so that the picture is
///   as every viewer shows it; no colour profile or gamma is, as in Pillow.
/// @throws BadInput naming the path and the cause: not there, another format, an animation, a Git
///   LFS pointer or an HTML page in the file's place, more than 8 bits a channel, an absurd size (a
///   side above 16384, more than 2^28 pixels), truncated or damaged (also where a lenient decoder
///   would fill the rest with grey). Thread-safe.
[[nodiscard]] PictureFile read_picture_file(const std::filesystem::path& path);

/// The same from the bytes of a file: everything it throws is about them, never about the system.
[[nodiscard]] PictureFile decode_picture(const std::string& bytes, std::string_view where);

/// Its pixels alone.
[[nodiscard]] Image read_image(const std::filesystem::path& path);

}  // namespace asbench::loaders
