// score and features, as functions of the engine module (cli/modules.h).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baselines/generate.h"
#include "baselines/mini_world/mini_world.h"
#include "cli/errors.h"
#include "cli/report_target.h"
#include "cli/score_options.h"
#include "cli/score_request.h"
#include "cli/score_table.h"
#include "core/error.h"
#include "core/files.h"
#include "core/interrupt.h"
#include "core/npy.h"
#include "core/print.h"
#include "core/say.h"
#include "core/write_file.h"
#include "document/pictures.h"
#include "document/result.h"
#include "document/story_spool.h"
#include "evaluation/normalise.h"
#include "evaluation/run.h"
#include "features/extractor.h"
#include "loaders/split.h"
#include "reports/comparison/gate.h"
#include "reports/comparison/significance.h"
#include "reports/score_report.h"
#include "reports/tables/shot_csv.h"

namespace asbench::cli {
namespace {

/// Writes beside the file and takes it back: only this tells whether the disk takes it.
void require_writable(const std::filesystem::path& file) {
  StagedFiles tried;
  tried.write(file, "");
}

/// Checked first, so that a long run does not fail at its last step. Also removes what killed runs
/// left half-written beside it.
OutputTarget require_writable_target(const std::string& path, std::string_view option = "--out") {
  if (is_folder(path))
    throw UsageError(fmt::format("{} {}: this is a folder; name a file to write", option, path));
  OutputTarget target = output_target(path);
  if (!target.is_file()) return target;
  const std::filesystem::path folder = std::filesystem::absolute(target.file).parent_path();
  if (!is_folder(folder)) {
    throw UsageError(
        fmt::format("{} {}: no such folder: {}. Create it first.", option, path, folder.string()));
  }
  remove_abandoned_temporaries(folder);
  require_writable(target.file);
  return target;
}

void require_csv_target(const ScoreOptions& options, const std::string& system) {
  if (!options.csv) return;
  const std::filesystem::path folder = *options.csv;
  if (is_there(folder) && !is_folder(folder)) {
    throw UsageError(fmt::format(
        "--csv {}: this is a file; name a folder for shots.csv and clips.csv", *options.csv));
  }
  if (!options.force) reports::require_csv_folder(folder, system);
  require_writable(folder / "shots.csv");
}

/// The small encoders were trained for the demo's world; elsewhere their numbers mean nothing.
void warn_of_demo_encoders(const document::Result& result, const std::string& split) {
  if (result.demo_encoders.empty() || baselines::is_mini_world(split)) return;
  say(fmt::format(
      "asbench score: warning: {} are small encoders for the demo and tests, trained on "
      "drawn characters only.\n"
      "  This split is not the demo's: don't report these numbers. --protocol "
      "animeshooter-v1 uses published encoders.\n",
      fmt::join(result.demo_encoders, " and ")));
}

/// Said before the work begins, so that nobody scores for hours what the gate can't tell apart.
void warn_of_too_few_ips(const loaders::Split& split, const std::vector<std::string>& metrics) {
  std::set<std::string_view> ips;
  for (const auto& story : split.stories) ips.insert(story.ip);
  const auto warning =
      reports::too_few_ips(reports::load_gate("default"), metrics, static_cast<int>(ips.size()));
  if (warning) say(fmt::format("asbench score: {}\n", *warning));
}

/// A GPU was asked for, and the training set was searched on the CPU: the rows are the same, the
/// time is not.
void note_search_on_cpu(const document::Result& result) {
  const std::string& search = result.provenance.search;
  if (search.find("not on cuda:") == std::string::npos) return;
  say(fmt::format("asbench score: the training set was searched by {}\n", search));
}

std::string summary_of(const document::Result& result, const std::string& format) {
  if (format == "markdown") return reports::score_markdown(result);
  if (format == "junit") return reports::score_junit(result);
  return json_for_terminal(document::metrics_json(result), 1) + "\n";
}

/// Where the summary goes. @throws UsageError for a file without a form that files have.
ReportTarget report_target(const ScoreOptions& options) {
  const std::string format = options.json ? "json" : options.format;
  if (options.report && format == "text") {
    throw UsageError(
        fmt::format("--report {}: the table is for stdout\n  Name the form of the file: --format "
                    "markdown, json "
                    "or junit.",
                    *options.report));
  }
  return {"score", format, options.report};
}

/// The tables first: where they can't be written, no document says that the run is done.
void write_result_files(const ScoreOptions& options, const document::Result& result,
                        document::StorySpool& stories) {
  document::check_result(result, stories);
  if (options.csv) {
    StagedFiles tables;
    reports::stage_csv(tables, *options.csv, result,
                       [&](const auto& use) { stories.for_each(use); });
    tables.commit();
  }
  document::write_result(options.out, result, stories);
}

int run_score(const ScoreOptions& options, const ReportTarget& target) {
  const OutputTarget out = require_writable_target(options.out);
  if (options.report) static_cast<void>(require_writable_target(*options.report, "--report"));
  install_interrupt_handlers();
  evaluation::ScoreRequest request = request_of(options);
  const auto baseline = baselines::generated_by(options.input.outputs.path.value());
  request.kind = baseline ? document::ResultKind::baseline : document::ResultKind::submission;
  request.system = options.system.value_or(baseline.value_or(""));
  if (!options.normalise.empty()) {
    request.normalise_by = {.floor = options.normalise.at(0), .ceiling = options.normalise.at(1)};
  }
  if (options.real_stories) request.real_stories = *options.real_stories;
  // Beside a device there is no place for pictures, and it holds nothing that could be lost.
  if (!options.no_frames && out.is_file())
    request.frames_folder = document::picture_folder(options.out);
  request.before_scoring = [&](const loaders::Split& split) {
    warn_of_too_few_ips(split, request.protocol.metrics);
  };
  if (!options.force && out.is_file()) request.replaces = out.file;
  require_csv_target(options, evaluation::system_name(request));
  document::StorySpool stories(options.out);
  document::Result result = evaluation::score(
      request, [&](document::ResultStory story) { stories.add(std::move(story)); });
  result.provenance.run = options.run;
  warn_of_demo_encoders(result, options.input.split.path);
  note_search_on_cpu(result);
  write_result_files(options, result, stories);
  if (out.is_stdout() && !options.report)
    return kExitDone;  // stdout has the document, and nothing else
  if (target.format == "text")
    print_score_table(result, options.out);
  else
    deliver(target, summary_of(result, target.format));
  return kExitDone;
}

int run_features(const FeaturesOptions& options) {
  const OutputTarget out = require_writable_target(options.out);
  install_interrupt_handlers();
  evaluation::FeatureRequest request;
  fill_common(request, options.input, options.compute);
  request.encoder = options.encoder;
  request.preprocess = options.preprocess;
  request.frames = options.frames;
  if (options.compute.precision) request.dtype = features::dtype_of(*options.compute.precision);
  const auto table = evaluation::extract_features(request);
  write_npy(options.out, table.matrix.rows, table.matrix.cols, table.matrix.values);
  if (!out.is_file()) {
    say(
        fmt::format("asbench features: {} is not a file: the sidecar that names its rows is not "
                    "written\n",
                    options.out));
    return kExitDone;
  }
  write_json_file(options.out + ".json", table.sidecar);
  print_safe(stdout, "wrote {} [{}, {}] float32 and {}.json\n", options.out, table.matrix.rows,
             table.matrix.cols, options.out);
  return kExitDone;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int asbench_run_score(
    const ScoreOptions* options) {
  return run_guarded("score", [&] {
    const ReportTarget target = report_target(*options);
    return with_stop_report(target, [&] { return run_score(*options, target); });
  });
}

extern "C" __attribute__((visibility("default"))) int asbench_run_features(
    const FeaturesOptions* options) {
  return run_guarded("features", [&] { return run_features(*options); });
}

}  // namespace asbench::cli
