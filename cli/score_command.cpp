// score and features, as functions of the engine module (cli/modules.h).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <filesystem>
#include <string_view>

#include "baselines/generate.h"
#include "baselines/mini_world/mini_world.h"
#include "cli/errors.h"
#include "cli/report_target.h"
#include "cli/score_options.h"
#include "core/error.h"
#include "core/files.h"
#include "core/interrupt.h"
#include "core/npy.h"
#include "core/print.h"
#include "core/say.h"
#include "core/words.h"
#include "document/pictures.h"
#include "document/result.h"
#include "evaluation/normalise.h"
#include "evaluation/overrides.h"
#include "evaluation/run.h"
#include "features/store.h"
#include "loaders/findings.h"
#include "loaders/selection.h"
#include "reports/score_report.h"

namespace asbench::cli {
namespace {

loaders::Selection selection_of(const SelectionOptions& input) {
  return {.ips = input.ips,
          .stories = input.stories,
          .limit = input.limit,
          .subset = input.subset,
          .seed = input.seed};
}

template <typename Request>
void fill_common(Request& request, const InputOptions& input, const ComputeOptions& compute) {
  request.split = input.split.path;
  request.split_format = input.split.format;
  request.selection = selection_of(input.selection);
  request.outputs = input.outputs.path.value();
  request.layout = input.outputs.layout;
  if (compute.weights) request.weights = *compute.weights;
  request.store =
      compute.cache ? std::filesystem::path(*compute.cache) : features::default_store_folder();
  request.extraction.device = compute.device;
  request.extraction.threads = compute.threads;
  request.extraction.batch = compute.batch;
  request.extraction.decode_threads = compute.decode_threads;
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
  return target;
}

std::string number(const document::ResultValue& value) {
  return value ? fmt::format("{:.4f}", *value) : "-";
}

std::string ceilings_of(const document::Result& result) {
  std::string text;
  for (const auto& metric : result.metrics) {
    if (!metric.real_ceiling) continue;
    text += fmt::format("{}{} {} ({} clips)", text.empty() ? "" : ", ", metric.id,
                        number(metric.real_ceiling->mean), metric.real_ceiling->n_clips);
  }
  return text;
}

void print_metric(const document::ResultMetric& metric, bool normalised) {
  const char* arrow = metric.direction == document::ResultDirection::higher  ? " ^"
                      : metric.direction == document::ResultDirection::lower ? " v"
                                                                             : "";
  print_safe(
      stdout, "{:<27} {:>8}  {:>18}  {:>8}  {:>6}  {:>6}  {:>7}{}{}\n", metric.id + arrow,
      number(metric.mean),
      metric.ci95 ? fmt::format("{:.4f} .. {:.4f}", metric.ci95->low, metric.ci95->high) : "-",
      metric.has_harmeanp ? number(metric.harmeanp) : "", metric.n_evaluated, metric.n_failed,
      metric.n_skipped, normalised ? fmt::format("  {:>10}", number(metric.normalised)) : "",
      metric.of_stories ? fmt::format("  {} of {} only", metric.n_stories,
                                      counted(*metric.of_stories, "story", "stories"))
                        : "");
}

void print_findings(const Findings& findings) {
  const auto kinds = loaders::count_by_kind(findings);
  if (kinds.empty()) return;
  print_safe(stdout, "\nfindings:");
  for (const auto& [kind, count] : kinds) print_safe(stdout, " {} {}", kind, count);
  print_safe(stdout, "\n");
}

void print_table(const document::Result& result, const std::string& out) {
  const auto& coverage = result.coverage;
  print_safe(stdout, "{}: {} of {}, {} of {} shots scored, missing={}{}\n", result.system,
             counted(result.split.stories, "story", "stories"),
             counted(result.split.ips, "IP", "IPs"), coverage.scored_shots, coverage.expected_shots,
             coverage.policy, result.canonical ? "" : ", not canonical");
  if (!result.demo_encoders.empty()) {
    print_safe(stdout, "DEMO ENCODERS ({}): these numbers are for the demo and tests only\n",
               fmt::format("{}", fmt::join(result.demo_encoders, ", ")));
  }
  const auto& between = result.normalised_between;
  print_safe(stdout, "\n{:<27} {:>8}  {:>18}  {:>8}  {:>6}  {:>6}  {:>7}{}\n", "metric", "mean",
             "95 % interval", "HarMeanP", "N", "failed", "skipped", between ? "  normalised" : "");
  for (const auto& metric : result.metrics) print_metric(metric, between.has_value());
  if (between) {
    print_safe(stdout,
               "\nnormalised: (mean - floor) / (ceiling - floor), floor {} = 0, ceiling {} = 1\n",
               between->floor.system, between->ceiling.system);
  }
  if (const std::string ceilings = ceilings_of(result); !ceilings.empty()) {
    print_safe(stdout, "\nreal ceiling (the same metrics on the IPs' own clips): {}\n", ceilings);
  }
  print_findings(coverage.findings);
  for (const auto& change : result.overrides) print_safe(stdout, "not canonical: {}\n", change);
  print_safe(
      stdout,
      "\n^ higher is better, v lower is better; N, failed and skipped count shots, shot pairs or "
      "clips. Wrote {}\n",
      out);
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

int run_score(const ScoreOptions& options, const ReportTarget& target) {
  const OutputTarget out = require_writable_target(options.out);
  if (options.report) static_cast<void>(require_writable_target(*options.report, "--report"));
  install_interrupt_handlers();
  evaluation::ScoreRequest request;
  fill_common(request, options.input, options.compute);
  const auto baseline = baselines::generated_by(options.input.outputs.path.value());
  request.kind = baseline ? document::ResultKind::baseline : document::ResultKind::submission;
  request.system = options.system.value_or(baseline.value_or(""));
  request.defaults = evaluation::load_protocol(options.protocol);
  request.protocol =
      evaluation::apply(request.defaults, {.metrics = options.metrics,
                                           .encoders = options.encoders,
                                           .preprocess = options.preprocess,
                                           .missing = options.missing,
                                           .frames = options.frames,
                                           .background = options.background,
                                           .fvd_variant = options.fvd_variant,
                                           .training_set = options.training_set.has_value()});
  if (options.reference_set) request.data.reference_set = *options.reference_set;
  if (options.training_set) request.data.training_set = *options.training_set;

  // Beside a device there is no place for pictures.
  if (!options.no_frames && out.is_file())
    request.frames_folder = document::picture_folder(options.out);
  document::Result result = evaluation::score(request);
  if (!options.normalise.empty()) {
    evaluation::normalise(result,
                          {.floor = options.normalise.at(0), .ceiling = options.normalise.at(1)});
  }
  warn_of_demo_encoders(result, options.input.split.path);
  const Json document = document::to_json(result);
  write_json_file(options.out, document);
  if (out.is_stdout() && !options.report)
    return kExitDone;  // stdout has the document, and nothing else
  if (target.format == "text")
    print_table(result, options.out);
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
