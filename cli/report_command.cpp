// report and agree, as functions of the media module (cli/modules.h): contact sheets are drawn with
// OpenCV.
#include <fmt/format.h>

#include <cstdio>

#include "cli/errors.h"
#include "cli/ratings_file.h"
#include "cli/report_options.h"
#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/print.h"
#include "core/say.h"
#include "core/write_file.h"
#include "document/pictures.h"
#include "document/result.h"
#include "reports/agreement/agreement.h"
#include "reports/contact_sheet.h"
#include "reports/leaderboard/published.h"
#include "reports/leaderboard/ranking.h"
#include "reports/tables/frame_rule_spread.h"
#include "reports/write_report.h"

namespace asbench::cli {
namespace fs = std::filesystem;
namespace {

std::vector<document::Result> read_results(const std::vector<std::string>& files) {
  std::vector<document::Result> results;
  for (const auto& file : files) results.push_back(document::read_result(file));
  reports::require_reportable(results);
  return results;
}

/// "ratings.csv#1a2b3c4d": a part of the ratings' signatures.
std::string source_of(const fs::path& file) {
  return fmt::format("{}#{}", file.filename().string(), sha256_file(file).substr(0, 8));
}

int run_report(const ReportOptions& options) {
  const fs::path out = options.out;
  if (!options.force) reports::require_report_folder(out);
  auto results = read_results(options.results);
  std::vector<fs::path> folders;
  for (const auto& file : options.results) folders.push_back(document::picture_folder(file));
  if (options.scores) {
    const auto ratings = read_ratings(*options.scores, results);
    reports::attach_ratings(results, ratings, source_of(*options.scores));
    if (const auto unmatched = reports::unmatched_ratings(results, ratings); unmatched.ratings > 0)
      say(fmt::format("asbench report: warning: {}\n", reports::unmatched_text(unmatched)));
  }
  if (options.reported) {
    auto published = reports::published_results();
    results.insert(results.end(), std::make_move_iterator(published.begin()),
                   std::make_move_iterator(published.end()));
  }
  const reports::Pictures pictures(folders);
  reports::TableOptions tables{.metrics = options.metrics,
                               .columns = {},
                               .digits = options.digits,
                               .intervals = options.intervals};
  for (const auto& column : options.columns)
    tables.columns.push_back(reports::table_column(column));
  for (const fs::path& folder : {out, out / "sheets"}) remove_abandoned_temporaries(folder);
  // All of it is written aside before the first file of an older report is replaced.
  StagedFiles staged;
  const auto written = reports::stage_report(staged, out, results, pictures, tables);
  std::vector<fs::path> sheets;
  if (options.sheets)
    sheets = reports::stage_contact_sheets(staged, out / "sheets", results, pictures);
  staged.commit();
  for (const auto& file : written) print_safe(stdout, "{}\n", file.string());
  if (!sheets.empty())
    print_safe(stdout, "{}  ({} contact sheets)\n", (out / "sheets").string(), sheets.size());
  const std::string spread = reports::frame_rule_spread_text(results, options.digits);
  if (!spread.empty()) print_prepared(stdout, "\n" + spread);
  return kExitDone;
}

int run_agree(const AgreeOptions& options) {
  const auto results = read_results(options.results);
  const auto found = reports::agreement(results, read_ratings(options.scores, results),
                                        {.replicates = options.replicates,
                                         .seed = options.seed,
                                         .allow_unmatched = options.allow_unmatched});
  print_prepared(stdout, options.json ? json_for_terminal(reports::agreement_json(found)) + "\n"
                                      : reports::agreement_text(found));
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
