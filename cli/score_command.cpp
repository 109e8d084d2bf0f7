// score and features, as functions of the engine module (cli/modules.h).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <filesystem>
#include <string_view>

#include "baselines/generate.h"
#include "baselines/mini_world/mini_world.h"
#include "cli/errors.h"
#include "cli/score_options.h"
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
#include "evaluation/normalise.h"
#include "evaluation/overrides.h"
#include "evaluation/run.h"
#include "features/store.h"
#include "loaders/selection.h"
#include "reports/tables/shot_csv.h"

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

/// Writes beside the file and takes it back: only this tells whether the disk takes it.
void require_writable(const std::filesystem::path& file) {
  StagedFiles tried;
  tried.write(file, "");
}

/// Checked first, so that a long run does not fail at its last step. Also removes what killed runs
/// left half-written beside it.
OutputTarget require_writable_target(const std::string& path) {
  if (is_folder(path))
    throw UsageError(fmt::format("--out {}: this is a folder; name a file to write", path));
  OutputTarget target = output_target(path);
  if (!target.is_file()) return target;
  const std::filesystem::path folder = std::filesystem::absolute(target.file).parent_path();
  if (!is_folder(folder)) {
    throw UsageError(
        fmt::format("--out {}: no such folder: {}. Create it first.", path, folder.string()));
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

/// The tables first: where they can't be written, no document says that the run is done.
void write_result_files(const ScoreOptions& options, const document::Result& result) {
  const Json document = document::to_json(result);
  if (options.csv) {
    StagedFiles tables;
    reports::stage_csv(tables, *options.csv, result);
    tables.commit();
  }
  write_json_file(options.out, document);
}

int run_score(const ScoreOptions& options) {
  const OutputTarget out = require_writable_target(options.out);
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

  if (!options.normalise.empty()) {
    request.normalise_by = {.floor = options.normalise.at(0), .ceiling = options.normalise.at(1)};
  }
  // Beside a device there is no place for pictures, and it holds nothing that could be lost.
  if (!options.no_frames && out.is_file())
    request.frames_folder = document::picture_folder(options.out);
  if (!options.force && out.is_file()) request.replaces = out.file;
  request.note = [](const std::string& text) { say("asbench score: note: " + text + "\n"); };
  require_csv_target(options, evaluation::system_name(request));
  document::Result result = evaluation::score(request);
  result.provenance.run = options.run;
  warn_of_demo_encoders(result, options.input.split.path);
  write_result_files(options, result);
  if (out.is_stdout()) return kExitDone;  // stdout has the document, and nothing else
  if (options.json) {
    print_prepared(stdout, json_for_terminal(document::metrics_json(result), 1) + "\n");
  } else {
    print_score_table(result, options.out);
  }
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
  return run_guarded("score", [&] { return run_score(*options); });
}

extern "C" __attribute__((visibility("default"))) int asbench_run_features(
    const FeaturesOptions* options) {
  return run_guarded("features", [&] { return run_features(*options); });
}

}  // namespace asbench::cli
