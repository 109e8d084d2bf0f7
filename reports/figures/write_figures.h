#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "core/write_file.h"
#include "reports/figures/plot.h"

namespace asbench::reports {

/// Checks that `folder` may be written to: it holds no file with the name of a figure's, or figures
/// were written there before (captions.md says so).
/// @throws UsageError naming the file in the way.
void require_figure_folder(const std::filesystem::path& folder, std::span<const Figure> figures);

/// Writes NAME.pdf and NAME.svg of each figure, and captions.md with what each shows, aside, to be
/// put in place together.
/// @param text  remembers the letters that no font has
/// @returns the files. @throws SystemFault when one can't be written.
std::vector<std::filesystem::path> stage_figures(StagedFiles& staged,
                                                 const std::filesystem::path& folder,
                                                 std::span<const Figure> figures, TextSetter& text);

/// One figure into a file whose name ends in .pdf, .svg or .png. @throws UsageError for another
/// name; SystemFault when it can't be written.
void write_figure(const std::filesystem::path& file, const Figure& figure, TextSetter& text);

}  // namespace asbench::reports
