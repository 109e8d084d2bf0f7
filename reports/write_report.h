#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "core/write_file.h"
#include "document/result.h"
#include "reports/page/page_data.h"
#include "reports/page/pictures.h"
#include "reports/tables/tables.h"

namespace asbench::reports {

/// Checks that `folder` may be written to: it holds no file that a report would write, or a report
/// wrote it before.
/// @throws UsageError naming the file in the way.
void require_report_folder(const std::filesystem::path& folder);

/// The tables as LaTeX, Markdown and CSV, as the files beside the page have them.
[[nodiscard]] CopyTexts copy_texts(const TableOptions& tables);

/// Writes index.html, table.md, table.csv and table.tex aside, to be put in place together.
/// The page offers copy_texts() where `page` says nothing else.
/// @returns the files, the page first. @throws SystemFault when one can't be written.
std::vector<std::filesystem::path> stage_report(StagedFiles& staged,
                                                const std::filesystem::path& folder,
                                                std::span<const document::Result> results,
                                                const Pictures& pictures,
                                                const TableOptions& tables = {},
                                                const PageDataOptions& page = {});

/// The same, and puts them in place: a report that can't be written leaves an older one whole.
std::vector<std::filesystem::path> write_report(const std::filesystem::path& folder,
                                                std::span<const document::Result> results,
                                                const Pictures& pictures,
                                                const TableOptions& tables = {},
                                                const PageDataOptions& page = {});

}  // namespace asbench::reports
