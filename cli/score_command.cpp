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
#include "core/error.h"
#include "core/interrupt.h"
#include "core/npy.h"
#include "evaluation/frame_sidecar.h"
#include "evaluation/normalise.h"
#include "evaluation/overrides.h"
#include "evaluation/run.h"
#include "features/store.h"

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

/// Checked first, so that a long run does not fail at its last step.
void require_writable_target(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::absolute(path).parent_path();
  if (std::filesystem::is_directory(path))
    throw UsageError(fmt::format("--out {}: this is a folder; name a file to write", path));
  if (!std::filesystem::is_directory(folder)) {
    throw UsageError(
        fmt::format("--out {}: no such folder: {}. Create it first.", path, folder.string()));
  }
}

std::string number(const Json& value) {
  return value.is_null() ? "-" : fmt::format("{:.4f}", value.get<double>());
}

std::string ceilings_of(const Json& document) {
  std::string text;
  for (const auto& [name, metric] : document.at("metrics").items()) {
    if (!metric.contains("real_ceiling") || metric.at("real_ceiling").is_null()) continue;
    const Json& ceiling = metric.at("real_ceiling");
    text += fmt::format("{}{} {} ({} clips)", text.empty() ? "" : ", ", name,
                        number(ceiling.at("mean")), ceiling.at("n_clips").get<int>());
  }
  return text;
}

/// "1 story", "2 stories".
std::string counted(int number, std::string_view one, std::string_view several) {
  return fmt::format("{} {}", number, number == 1 ? one : several);
}

void print_table(const Json& document, const std::string& out) {
  const Json& coverage = document.at("coverage");
  fmt::print("{}: {} of {}, {} of {} shots scored, missing={}{}\n",
             document.at("system").at("name").get<std::string>(),
             counted(document.at("split").at("stories").get<int>(), "story", "stories"),
             counted(document.at("split").at("ips").get<int>(), "IP", "IPs"),
             coverage.at("scored_shots").get<int>(), coverage.at("expected_shots").get<int>(),
             coverage.at("policy").get<std::string>(),
             document.at("canonical").get<bool>() ? "" : ", not canonical");
  if (document.contains("demo_encoders")) {
    fmt::print("DEMO ENCODERS ({}): these numbers are for the demo and tests only\n",
               fmt::join(document.at("demo_encoders").get<std::vector<std::string>>(), ", "));
  }
  const bool normalised = document.contains("normalised_between");
  fmt::print("\n{:<27} {:>8}  {:>18}  {:>8}  {:>6}  {:>6}  {:>7}{}\n", "metric", "mean",
             "95 % interval", "HarMeanP", "N", "failed", "skipped",
             normalised ? "  normalised" : "");
  for (const auto& [name, metric] : document.at("metrics").items()) {
    const Json& interval = metric.at("ci95");
    const std::string direction = metric.at("direction").get<std::string>();
    const char* arrow = direction == "higher" ? " ^" : direction == "lower" ? " v" : "";
    fmt::print("{:<27} {:>8}  {:>18}  {:>8}  {:>6}  {:>6}  {:>7}{}\n", name + arrow,
               number(metric.at("mean")),
               interval.is_null() ? "-"
                                  : fmt::format("{:.4f} .. {:.4f}", interval[0].get<double>(),
                                                interval[1].get<double>()),
               metric.contains("harmeanp") ? number(metric.at("harmeanp")) : "",
               metric.at("n_evaluated").get<int>(), metric.at("n_failed").get<int>(),
               metric.at("n_skipped").get<int>(),
               normalised ? fmt::format("  {:>10}", number(metric.at("normalised"))) : "");
  }
  if (normalised) {
    const auto anchor = [&](const char* end) {
      return document.at("normalised_between").at(end).at("system").get<std::string>();
    };
    fmt::print("\nnormalised: (mean - floor) / (ceiling - floor), floor {} = 0, ceiling {} = 1\n",
               anchor("floor"), anchor("ceiling"));
  }
  if (const std::string ceilings = ceilings_of(document); !ceilings.empty()) {
    fmt::print("\nreal ceiling (the same metrics on the IPs' own clips): {}\n", ceilings);
  }
  std::map<std::string, int> kinds;
  for (const auto& finding : coverage.at("findings"))
    ++kinds[finding.at("kind").get<std::string>()];
  if (!kinds.empty()) {
    fmt::print("\nfindings:");
    for (const auto& [kind, count] : kinds) fmt::print(" {} {}", kind, count);
    fmt::print("\n");
  }
  for (const auto& change : document.at("overrides"))
    fmt::print("not canonical: {}\n", change.get<std::string>());
  fmt::print(
      "\n^ higher is better, v lower is better; N, failed and skipped count shots, shot pairs or "
      "clips. Wrote {}\n",
      out);
}

/// The small encoders were trained for the demo's world; elsewhere their numbers mean nothing.
void warn_of_demo_encoders(const Json& document, const std::string& split) {
  if (!document.contains("demo_encoders") || baselines::is_mini_world(split)) return;
  fmt::print(stderr,
             "asbench score: warning: {} are small encoders for the demo and tests, trained on "
             "drawn characters only.\n"
             "  This split is not the demo's: don't report these numbers. --protocol "
             "animeshooter-v1 uses published encoders.\n",
             fmt::join(document.at("demo_encoders").get<std::vector<std::string>>(), " and "));
}

int run_score(const ScoreOptions& options) {
  require_writable_target(options.out);
  install_interrupt_handlers();
  evaluation::ScoreRequest request;
  fill_common(request, options.input, options.compute);
  const auto baseline = baselines::generated_by(options.input.outputs.path.value());
  request.kind = baseline ? "baseline" : "submission";
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

  if (!options.no_frames) request.frames_folder = evaluation::sidecar_folder(options.out);
  Json document = evaluation::score(request);
  if (!options.normalise.empty()) {
    evaluation::normalise(document,
                          {.floor = options.normalise.at(0), .ceiling = options.normalise.at(1)});
  }
  warn_of_demo_encoders(document, options.input.split.path);
  write_json_file(options.out, document);
  if (options.json) {
    fmt::print("{}\n", document.at("metrics").dump(1));
  } else {
    print_table(document, options.out);
  }
  return kExitDone;
}

int run_features(const FeaturesOptions& options) {
  require_writable_target(options.out);
  install_interrupt_handlers();
  evaluation::FeatureRequest request;
  fill_common(request, options.input, options.compute);
  request.encoder = options.encoder;
  request.preprocess = options.preprocess;
  request.frames = options.frames;
  const auto table = evaluation::extract_features(request);
  write_npy(options.out, table.matrix.rows, table.matrix.cols, table.matrix.values);
  write_json_file(options.out + ".json", table.sidecar);
  fmt::print("wrote {} [{}, {}] float32 and {}.json\n", options.out, table.matrix.rows,
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
