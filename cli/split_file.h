#pragma once

#include <filesystem>
#include <string>

#include "loaders/split.h"

// Files that a command writes for a person to keep: manifests, their cards, box templates.
namespace asbench::cli {

/// @throws UsageError when `out` is a folder, or lies in a folder that is not there.
void require_place(const std::string& out);

/// The split as the file `out` will have it: paths relative to its folder.
[[nodiscard]] std::string manifest_text(const loaders::Split& split, const std::string& out);

/// @returns true when the file has this text already.
/// @throws UsageError when it has other content and `force` is not given.
bool require_replaceable(const std::string& out, const std::string& text, bool force,
                         const char* option = "--out");

/// Writes the text unless the file has it already. @returns "written" or "unchanged".
/// @throws what require_replaceable() and write_file_atomically() throw.
[[nodiscard]] std::string write_result(const std::string& out, const std::string& text, bool force,
                                       const char* option = "--out");

/// "split.references" beside "split.json": where the reference pictures of a manifest go that are
/// made of source videos.
[[nodiscard]] std::filesystem::path pictures_folder(const std::string& out);

/// How the frames of shots were chosen, in lines for people.
[[nodiscard]] std::string source_text(const loaders::SourceStamp& source);

}  // namespace asbench::cli
