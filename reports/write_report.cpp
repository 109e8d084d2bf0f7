#include "reports/write_report.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>

#include "core/error.h"
#include "core/files.h"
#include "reports/page/page.h"
#include "reports/paper/bibliography.h"

namespace asbench::reports {
namespace fs = std::filesystem;
namespace {

constexpr std::array kFiles = {"index.html", "table.md", "table.csv", "table.tex"};

/// The line near the beginning of template.html that names its generator.
constexpr std::string_view kGenerator = "<meta name=\"generator\" content=\"asbench report\">";

bool made_by_report(const fs::path& folder) {
  const fs::path page = folder / "index.html";
  return is_file(page) &&
         read_text_file(page).substr(0, 1000).find(kGenerator) != std::string::npos;
}

}  // namespace

void require_report_folder(const fs::path& folder) {
  if (made_by_report(folder)) return;
  for (const char* name : kFiles) {
    if (!is_there(folder / name)) continue;
    throw UsageError(
        fmt::format("--out {}: {} exists and was not written by a report\n  Choose another folder, "
                    "or overwrite it with --force.",
                    folder.string(), name));
  }
}

CopyTexts copy_texts(const TableOptions& tables) {
  return [tables](std::span<const document::Result> systems) -> std::vector<CopyText> {
    try {
      return {{"LaTeX", table_latex(systems, tables)},
              {"Markdown", table_markdown(systems, tables)},
              {"CSV", table_csv(systems, tables)},
              {"BibTeX", bibtex(systems)}};
    } catch (const UsageError&) {
      return {};  // this table has none of the columns asked for, another one has: nothing to copy
    }
  };
}

std::vector<fs::path> stage_report(StagedFiles& staged, const fs::path& folder,
                                   std::span<const document::Result> results,
                                   const Pictures& pictures, const TableOptions& tables,
                                   const PageDataOptions& page) {
  if (is_there(folder) && !is_folder(folder))
    throw SystemFault("the folder can't be created", folder, ENOTDIR);
  PageDataOptions with_copies = page;
  if (!with_copies.copies) with_copies.copies = copy_texts(tables);
  const std::array<std::string, kFiles.size()> texts = {
      page_html(results, pictures, with_copies), table_markdown(results, tables),
      table_csv(results, tables), table_latex(results, tables)};
  std::vector<fs::path> written;
  for (std::size_t i = 0; i < kFiles.size(); ++i) {
    written.push_back(folder / kFiles[i]);
    staged.write(written.back(), texts[i]);
  }
  return written;
}

std::vector<fs::path> write_report(const fs::path& folder,
                                   std::span<const document::Result> results,
                                   const Pictures& pictures, const TableOptions& tables,
                                   const PageDataOptions& page) {
  StagedFiles staged;
  auto written = stage_report(staged, folder, results, pictures, tables, page);
  staged.commit();
  return written;
}

}  // namespace asbench::reports
