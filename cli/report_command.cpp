// report and agree, as functions of the media module (cli/modules.h): contact sheets and figures
// are drawn with OpenCV and Pango.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <iterator>

#include "cli/errors.h"
#include "cli/ratings_file.h"
#include "cli/report_options.h"
#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/nearest_name.h"
#include "core/print.h"
#include "core/say.h"
#include "core/words.h"
#include "core/write_file.h"
#include "document/pictures.h"
#include "document/result.h"
#include "reports/agreement/agreement.h"
#include "reports/agreement/agreement_tables.h"
#include "reports/contact_sheet.h"
#include "reports/figures/result_figures.h"
#include "reports/figures/write_figures.h"
#include "reports/leaderboard/published.h"
#include "reports/leaderboard/ranking.h"
#include "reports/paper/bibliography.h"
#include "reports/paper/methods.h"
#include "reports/tables/frame_rule_spread.h"
#include "reports/write_report.h"

namespace asbench::cli {
namespace fs = std::filesystem;
namespace {

std::vector<document::Result> read_results(const std::vector<std::string>& files) {
  std::vector<document::Result> results;
  for (const auto& file : files) results.push_back(document::read_result(file));
  if (!results.empty()) reports::require_reportable(results);
  return results;
}

/// "ratings.csv#1a2b3c4d": a part of the ratings' signatures.
std::string source_of(const fs::path& file) {
  return fmt::format("{}#{}", file.filename().string(), sha256_file(file).substr(0, 8));
}

/// Texts of a report beside page and tables, by the names that they have in a folder.
using FurtherTexts = std::vector<std::pair<std::string, std::string>>;

const std::vector<std::string> kTableFormats = {"latex", "markdown", "csv"};

std::string methods_name(reports::TextFormat format) {
  switch (format) {
    case reports::TextFormat::plain:
      return "methods.txt";
    case reports::TextFormat::markdown:
      return "methods.md";
    case reports::TextFormat::latex:
      return "methods.tex";
  }
  return {};
}

/// What is wrong with the choice of outputs, before anything is read.
void require_one_output(const ReportOptions& options) {
  const int printed = (options.format.empty() ? 0 : 1) + (options.bibtex ? 1 : 0) +
                      (options.methods.empty() ? 0 : 1);
  if (!options.format.empty() &&
      std::find(kTableFormats.begin(), kTableFormats.end(), options.format) == kTableFormats.end())
    throw UsageError(fmt::format("--format {}: unknown format.{} Choose from: {}.", options.format,
                                 did_you_mean(options.format, kTableFormats),
                                 fmt::join(kTableFormats, ", ")));
  if (!options.out.empty() && !options.format.empty())
    throw UsageError(
        "--format prints the table, --out writes it into a folder in every format: give one of "
        "them");
  if (options.out.empty() && options.figures)
    throw UsageError("--figures: figures are part of a report: give --out DIR too");
  if (options.out.empty() && printed != 1)
    throw UsageError(fmt::format(
        "{}: give --out DIR (page, tables, contact sheets), --format latex|markdown|csv (print the "
        "table), --bibtex or --methods (print these){}",
        printed == 0 ? "Nothing to write" : "Several texts for one output",
        printed == 0 ? "" : "; with --out they are files"));
  if (!options.table.set.empty() && !options.metrics.empty())
    throw UsageError("--table and --metrics both choose metrics: give one of them");
}

/// Without documents there are the paper's rows, which have a table and nothing else.
void require_results(const ReportOptions& options) {
  if (!options.results.empty()) return;
  const bool published = options.reported || shows_published(options.table);
  if (published && !options.format.empty() && !options.scores) return;
  throw UsageError(
      "Missing argument RESULTS: name the result documents of `asbench score`.\n  Without any, "
      "only "
      "a table of the paper's rows can be printed: --table paper2 --format markdown");
}

/// The metrics that the tables show; empty: those of the leaderboard.
std::vector<std::string> shown_metrics(const reports::TableOptions& tables) {
  if (!tables.set) return tables.metrics;
  std::vector<std::string> metrics;
  for (const auto& group : tables.set->groups) {
    for (const auto& column : group.columns) {
      if (!column.optional &&
          std::find(metrics.begin(), metrics.end(), column.metric) == metrics.end())
        metrics.push_back(column.metric);
    }
  }
  return metrics;
}

FurtherTexts further_texts(const std::vector<document::Result>& results,
                           const ReportOptions& options, const reports::TableOptions& tables) {
  FurtherTexts texts;
  if (options.bibtex) texts.emplace_back("references.bib", reports::bibtex(results));
  if (!options.methods.empty()) {
    const auto format = reports::text_format(options.methods);
    texts.emplace_back(methods_name(format),
                       reports::methods_paragraph(results, shown_metrics(tables), format));
  }
  return texts;
}

/// What is printed where no folder is written.
int print_report(const std::vector<document::Result>& results, const ReportOptions& options,
                 const reports::TableOptions& tables) {
  for (const auto& [name, text] : further_texts(results, options, tables))
    print_prepared(stdout, text);
  if (options.format == "latex") print_prepared(stdout, reports::table_latex(results, tables));
  if (options.format == "markdown")
    print_prepared(stdout, reports::table_markdown(results, tables));
  if (options.format == "csv") print_prepared(stdout, reports::table_csv(results, tables));
  return kExitDone;
}

/// Files of a folder that no report wrote must not be replaced by its further texts either.
void require_free(const fs::path& out, const FurtherTexts& texts) {
  for (const auto& [name, text] : texts) {
    if (is_there(out / name) && !is_there(out / "index.html"))
      throw UsageError(fmt::format(
          "--out {}: {} exists and was not written by a report\n  Choose another folder, or "
          "overwrite it with --force.",
          out.string(), name));
  }
}

/// Charts of metrics and ratings; none where the metrics were measured in several ways, so that
/// stories of all systems can't be pooled.
std::vector<reports::Figure> figures_of_ratings(const std::vector<document::Result>& results,
                                                const std::vector<reports::Rating>& ratings,
                                                const reports::FigureOptions& options) {
  try {
    const auto agreement = reports::agreement(results, ratings, {.allow_unmatched = true});
    return reports::agreement_figures(results, ratings, agreement, options);
  } catch (const NotComparable& problem) {
    say(fmt::format("asbench report: warning: no figure of metrics and ratings: {}\n",
                    problem.what()));
    return {};
  }
}

void warn_of_missing_letters(const std::string& command, const reports::TextSetter& text) {
  if (const auto warning = reports::missing_letters_text(text.missing()); !warning.empty())
    say(fmt::format("asbench {}: warning: {}\n", command, warning));
}

/// All figures of a report. @param of_ratings  made before the ratings became metrics
std::vector<reports::Figure> all_figures(const std::vector<document::Result>& results,
                                         std::vector<reports::Figure> of_ratings,
                                         const ReportOptions& options) {
  auto figures = reports::result_figures(results, {.metrics = options.metrics});
  std::move(of_ratings.begin(), of_ratings.end(), std::back_inserter(figures));
  if (figures.empty())
    throw UsageError(fmt::format(
        "--figures {}: the documents hold nothing to draw\n  Figures need a metric with values of "
        "two shots, of two distances, or of the families adherence and text.",
        *options.figures));
  if (!options.force) reports::require_figure_folder(*options.figures, figures);
  return figures;
}

int run_report(const ReportOptions& options) {
  require_results(options);
  require_one_output(options);
  const fs::path out = options.out;
  if (!out.empty() && !options.force) reports::require_report_folder(out);
  auto results = read_results(options.results);
  std::vector<reports::Figure> figures;
  std::vector<fs::path> folders;
  for (const auto& file : options.results) folders.push_back(document::picture_folder(file));
  if (options.scores) {
    const auto ratings = read_ratings(*options.scores, results);
    if (options.figures)
      figures = figures_of_ratings(results, ratings, {.metrics = options.metrics});
    reports::attach_ratings(results, ratings, source_of(*options.scores));
    if (const auto unmatched = reports::unmatched_ratings(results, ratings); unmatched.ratings > 0)
      say(fmt::format("asbench report: warning: {}\n", reports::unmatched_text(unmatched)));
  }
  if (options.reported || shows_published(options.table)) {
    auto published = reports::published_results();
    results.insert(results.end(), std::make_move_iterator(published.begin()),
                   std::make_move_iterator(published.end()));
  }
  const auto names = display_names(options.table, results);
  reports::rename_systems(results, names);
  reports::TableOptions tables{.metrics = options.metrics, .columns = {}, .digits = options.digits};
  for (const auto& column : options.columns)
    tables.columns.push_back(reports::table_column(column));
  apply(options.table, results, names, tables);
  if (out.empty()) return print_report(results, options, tables);
  const FurtherTexts further = further_texts(results, options, tables);
  if (!options.force) require_free(out, further);
  const reports::Pictures pictures(folders);
  std::optional<reports::TextSetter> setter;
  if (options.sheets || options.figures) setter.emplace();
  if (options.figures) figures = all_figures(results, std::move(figures), options);
  for (const fs::path& folder : {out, out / "sheets"}) remove_abandoned_temporaries(folder);
  if (options.figures) remove_abandoned_temporaries(*options.figures);
  // All of it is written aside before the first file of an older report is replaced.
  StagedFiles staged;
  auto written = reports::stage_report(staged, out, results, pictures, tables);
  for (const auto& [name, content] : further) {
    written.push_back(out / name);
    staged.write(written.back(), content);
  }
  std::vector<fs::path> sheets;
  if (options.sheets)
    sheets = reports::stage_contact_sheets(staged, out / "sheets", results, pictures, *setter);
  if (options.figures) reports::stage_figures(staged, *options.figures, figures, *setter);
  staged.commit();
  for (const auto& file : written) print_safe(stdout, "{}\n", file.string());
  if (!sheets.empty())
    print_safe(stdout, "{}  ({} contact sheets)\n", (out / "sheets").string(), sheets.size());
  if (options.figures)
    print_safe(stdout, "{}  ({}, each as PDF and SVG)\n", *options.figures,
               counted(static_cast<std::int64_t>(figures.size()), "figure", "figures"));
  if (setter) warn_of_missing_letters("report", *setter);
  const std::string spread = reports::frame_rule_spread_text(results, options.digits);
  if (!spread.empty()) print_prepared(stdout, "\n" + spread);
  return kExitDone;
}

int run_agree(const AgreeOptions& options) {
  const auto format = reports::agreement_format(options.json ? "json" : options.format);
  if (options.figure) static_cast<void>(reports::figure_format(*options.figure));
  const auto results = read_results(options.results);
  const auto ratings = read_ratings(options.scores, results);
  const auto found = reports::agreement(results, ratings,
                                        {.replicates = options.replicates,
                                         .seed = options.seed,
                                         .allow_unmatched = options.allow_unmatched});
  if (options.figure) {
    reports::TextSetter text;
    reports::write_figure(
        *options.figure,
        reports::agreement_scatter(results, ratings, found, {.metrics = options.figure_metrics}),
        text);
    warn_of_missing_letters("agree", text);
  }
  print_prepared(stdout, reports::agreement_output(found, format));
  return kExitDone;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int asbench_run_report(
    const ReportOptions* options) {
  return run_guarded("report", [&] { return run_report(*options); });
}

extern "C" __attribute__((visibility("default"))) int asbench_run_agree(
    const AgreeOptions* options) {
  return run_guarded("agree", [&] { return run_agree(*options); });
}

}  // namespace asbench::cli
