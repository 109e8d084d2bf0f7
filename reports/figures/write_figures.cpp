#include "reports/figures/write_figures.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/files.h"
#include "reports/tables/escape_text.h"

namespace asbench::reports {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kCaptions = "captions.md";
/// The first line of captions.md.
constexpr std::string_view kMadeBy = "<!-- made by asbench report --figures -->";

bool made_by_report(const fs::path& folder) {
  const fs::path captions = folder / kCaptions;
  return is_file(captions) && read_text_file(captions).starts_with(kMadeBy);
}

std::string captions_markdown(std::span<const Figure> figures) {
  std::string text = fmt::format("{}\n", kMadeBy);
  for (const auto& figure : figures)
    text += fmt::format("\n**{}** ({:.1f} in wide): {}\n", markdown_text(figure.name),
                        figure.width / 72.0, markdown_text(figure.caption));
  return text;
}

}  // namespace

void require_figure_folder(const fs::path& folder, std::span<const Figure> figures) {
  if (made_by_report(folder)) return;
  const auto refuse = [&](const std::string& name) {
    if (!is_there(folder / name)) return;
    throw UsageError(
        fmt::format("--figures {}: {} exists and was not written by a report\n  Choose another "
                    "folder, or overwrite it with --force.",
                    folder.string(), name));
  };
  refuse(std::string(kCaptions));
  for (const auto& figure : figures) {
    for (const char* ending : {".pdf", ".svg"}) refuse(figure.name + ending);
  }
}

std::vector<fs::path> stage_figures(StagedFiles& staged, const fs::path& folder,
                                    std::span<const Figure> figures, TextSetter& text) {
  std::vector<fs::path> written;
  for (const auto& figure : figures) {
    for (const auto& [ending, format] :
         {std::pair{".pdf", FigureFormat::pdf}, std::pair{".svg", FigureFormat::svg}}) {
      written.push_back(folder / (figure.name + ending));
      staged.write(written.back(), render(figure, format, text));
    }
  }
  written.push_back(folder / kCaptions);
  staged.write(written.back(), captions_markdown(figures));
  return written;
}

void write_figure(const fs::path& file, const Figure& figure, TextSetter& text) {
  const FigureFormat format = figure_format(file.filename().string());
  write_file_atomically(file, render(figure, format, text));
}

}  // namespace asbench::reports
