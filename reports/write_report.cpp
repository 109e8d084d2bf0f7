#include "reports/write_report.h"

#include <fmt/format.h>

#include <array>

#include "core/error.h"
#include "reports/page/page.h"

namespace asbench::reports {
namespace fs = std::filesystem;
namespace {

constexpr std::array kFiles = {"index.html", "table.md", "table.csv", "table.tex"};

/// The line near the beginning of template.html that names its generator.
constexpr std::string_view kGenerator = "<meta name=\"generator\" content=\"asbench report\">";

bool made_by_report(const fs::path& folder) {
  std::error_code error;
  const fs::path page = folder / "index.html";
  return fs::is_regular_file(page, error) &&
         read_text_file(page).substr(0, 1000).find(kGenerator) != std::string::npos;
}

}  // namespace

void require_report_folder(const fs::path& folder) {
  std::error_code error;
  if (made_by_report(folder)) return;
  for (const char* name : kFiles) {
    if (!fs::exists(folder / name, error)) continue;
    throw UsageError(
        fmt::format("--out {}: {} exists and was not written by a report\n  Choose another folder, "
                    "or overwrite it with --force.",
                    folder.string(), name));
  }
}

std::vector<fs::path> write_report(const fs::path& folder,
                                   std::span<const document::Result> results,
                                   const Pictures& pictures, const TableOptions& tables,
                                   const PageDataOptions& page) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw BadInput(
        fmt::format("--out {}: the folder can't be created: {}", folder.string(), error.message()));
  // Everything is computed before the first file is written.
  const std::array<std::string, kFiles.size()> texts = {
      page_html(results, pictures, page), table_markdown(results, tables),
      table_csv(results, tables), table_latex(results, tables)};
  std::vector<fs::path> written;
  for (std::size_t i = 0; i < kFiles.size(); ++i) {
    written.push_back(folder / kFiles[i]);
    write_file_atomically(written.back(), texts[i]);
  }
  return written;
}

}  // namespace asbench::reports
