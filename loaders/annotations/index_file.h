#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>

#include "loaders/annotations/index.h"

// The kept index as a file. Not for other modules.
namespace asbench::loaders {

/// Reads an index. @returns nothing when there is none at the path, it is of another version, or it
/// is damaged: then it is made again. Any bytes are allowed.
/// @throws SystemFault when the system can't read what is there.
[[nodiscard]] std::optional<AnnotationIndex> read_index(const std::filesystem::path& file);
/// @throws SystemFault.
void write_index(const std::filesystem::path& file, const AnnotationIndex& index);

}  // namespace asbench::loaders
