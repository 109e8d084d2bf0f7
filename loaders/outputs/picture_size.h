#pragma once

#include <filesystem>
#include <optional>
#include <utility>

namespace asbench::loaders {

/// Width and height of a PNG, JPEG or WebP file as its header states them; nothing is decoded.
/// Nothing for what is none of these: decoding the picture names the cause. @throws SystemFault.
[[nodiscard]] std::optional<std::pair<long, long>> picture_size(const std::filesystem::path& file);

}  // namespace asbench::loaders
