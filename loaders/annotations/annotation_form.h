#pragma once

#include <filesystem>
#include <string>

namespace asbench::loaders {

/// True for what AnimeShooter's annotations are published as: a file, a folder with such files in
/// it or below it, or a zip archive. Decides by content: the first files are looked into.
/// @throws SystemFault when the system can't read what is there.
[[nodiscard]] bool looks_like_annotations(const std::filesystem::path& path);

/// What a split of such a path is called: the name of the file or folder, without ".json" or
/// ".zip".
[[nodiscard]] std::string name_of_annotations(const std::filesystem::path& path);

}  // namespace asbench::loaders
