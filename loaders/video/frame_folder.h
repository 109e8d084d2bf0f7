#pragma once

#include <filesystem>

// Folders of frames (decoder.h decodes them). Not for other modules.
namespace asbench::loaders {

/// True for the files of a folder that count as its frames: PNG, JPEG and WebP, in any letter case.
[[nodiscard]] bool has_picture_ending(const std::filesystem::path& file);

}  // namespace asbench::loaders
