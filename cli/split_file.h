#pragma once

#include <string>

#include "loaders/split.h"

// Manifests as `split make`, `split merge` and the draw write them.
namespace asbench::cli {

/// @throws UsageError when `out` is a folder, or lies in a folder that is not there.
void require_place(const std::string& out);

/// The split as the file `out` will have it: paths relative to its folder.
[[nodiscard]] std::string manifest_text(const loaders::Split& split, const std::string& out);

/// Writes the text unless the file has it already. @returns "written" or "unchanged".
/// @throws UsageError when the file has other content and `force` is not given, and what
///   write_file_atomically() throws.
[[nodiscard]] std::string write_result(const std::string& out, const std::string& text, bool force,
                                       const char* option = "--out");

}  // namespace asbench::cli
