#include "cli/score_options.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <filesystem>
#include <memory>

#include "cli/example_encoder.h"
#include "cli/known_names.h"
#include "cli/modules.h"
#include "cli/option_values.h"
#include "cli/run_file.h"
#include "core/error.h"
#include "core/print.h"
#include "core/write_file.h"

namespace asbench::cli {
namespace {

int write_run_file(const Json& run, const std::string& file) {
  write_json_file(file, run_file_of(run));
  if (output_target(file).is_file())
    print_safe(stdout, "wrote {}; `asbench score --config {}` runs it\n", file, file);
  return kExitDone;
}

}  // namespace

void add_score_groups(CLI::App& command, ScoreOptions& options) {
  add_run_groups(command, options);
  start_group(command, "Output");
  add_out_option(command, options)->required();
  command.add_option("--system", options.system,
                     "name of the system in tables (default: the name of the outputs folder)");
  command
      .add_option("--normalise", options.normalise,
                  "FLOOR.json,CEILING.json: two result documents; adds (mean - floor) / (ceiling "
                  "- floor) to each metric, e.g. wrong-ip.json,gt-story.json")
      ->delimiter(',')
      ->expected(2);
  command.add_option("--real-stories", options.real_stories,
                     "the result document of real stories, scored with the same settings: adds "
                     "what they score, and the distance from it, to adherence and consistency");
  add_no_frames_option(command, options);
  command.add_option("--csv", options.csv,
                     "folder for shots.csv (a row a shot, a column a metric) and clips.csv (a row "
                     "a video: frames, hash, what was found); made where it is not there");
  command.add_flag("--force", options.force,
                   "replace --out and --csv even if they hold another system, split or settings");
  command.add_flag("--json", options.json,
                   "print the metrics of the result document as JSON instead of a table");
  command
      .add_option("--format", options.format,
                  "print the summary as text, markdown, json (as --json) or junit; where scoring "
                  "stops, the same form says why")
      ->check(one_of({"text", "markdown", "json", "junit"}))
      ->excludes("--json")
      ->capture_default_str();
  command.add_option("--report", options.report,
                     "write the summary, or what stopped scoring, to this file instead of stdout "
                     "(for CI: --format markdown --report comment.md)");

  add_speed_group(command, options.compute);
}

void add_score_command(CLI::App& app, std::function<int()>& chosen) {
  auto options = std::make_shared<ScoreOptions>();
  const ExampleEncoder example = example_encoder();
  CLI::App* command =
      app.add_subcommand("score", "score one system's videos and write a result document");
  command->footer(
      "Example (the inputs are what `asbench demo` leaves behind):\n"
      "  asbench score --protocol demo --split asbench-demo/world/mini-world --outputs "
      "asbench-demo/systems/ref-pan --out ref-pan.json\n"
      "Published encoders need their weights first: asbench weights fetch " +
      example.id + "\n" + placeholder_help() +
      "Repeat a run: asbench score --config ref-pan.json\n"
      "Exit codes: 0 scored, 2 nothing was scored.");
  start_group(*command, "Run file");
  const auto run_file = add_run_file_options(*command);
  add_score_groups(*command, *options);
  command->callback([options, command, run_file, &chosen] {
    const Json run = options_of(*command);
    if (run_file->write) {
      chosen = [run, file = *run_file->write] { return write_run_file(run, file); };
      return;
    }
    options->run = without_absolute_paths(run, std::filesystem::current_path());
    chosen = [options] { return run_in_module(Module::engine, "asbench_run_score", *options); };
  });
}

void add_features_command(CLI::App& app, std::function<int()>& chosen) {
  auto options = std::make_shared<FeaturesOptions>();
  CLI::App* command =
      app.add_subcommand("features", "write an encoder's features of all shots as a .npy matrix");
  command->footer(
      "Example (the inputs are what `asbench demo` leaves behind):\n"
      "  asbench features --split asbench-demo/world/mini-world --outputs "
      "asbench-demo/systems/ref-pan "
      "--encoder " +
      example_encoder("demo").id +
      " --out features.npy\n"
      "Writes a float32 matrix [N, D] with one row per sampled frame (one row per clip for a video "
      "network), and\n"
      "features.npy.json with the story, shot, frame and file hash of each row.\n" +
      placeholder_help());
  add_input_group(*command, options->input);
  add_selection_group(*command, options->input);

  start_group(*command, "Encoders");
  command
      ->add_option("--encoder", options->encoder,
                   "checkpoint id or folder of an image encoder, or a video network (VideoMAE or a "
                   "TorchScript file)")
      ->check(suggests(encoder_names()))
      ->required();
  add_weights_option(*command, options->compute);
  command
      ->add_option("--preprocess", options->preprocess,
                   "preprocess images as hf, openai-clip, dino-eval, vbench-dino, vbench-clip or "
                   "vbench-viclip (default: as the "
                   "checkpoint says)")
      ->check(suggests(profile_names()));
  command
      ->add_option("--frames", options->frames,
                   "which frames of a shot are encoded: midpoint:K, ends:K, stride:K, all or "
                   "window:L (default: midpoint:5; for a video network, its own)")
      ->check(suggests(frame_rules()));

  start_group(*command, "Output");
  command->add_option("--out", options->out, ".npy file to write")->required();

  add_speed_group(*command, options->compute);
  command->callback([options, &chosen] {
    chosen = [options] { return run_in_module(Module::engine, "asbench_run_features", *options); };
  });
}

}  // namespace asbench::cli
