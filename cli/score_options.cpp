#include "cli/score_options.h"

#include <fmt/format.h>

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

void start_group(CLI::App& command, const char* name) {
  command.option_defaults()->group(name);
}

void add_input_options(CLI::App& command, InputOptions& input) {
  start_group(command, "Input");
  add_split_options(command, input.split);
  add_outputs_options(command, input.outputs)->required();
}

void add_selection_group(CLI::App& command, InputOptions& input) {
  start_group(command, "Selection");
  add_selection_options(command, input.selection);
}

void add_weights_option(CLI::App& command, ComputeOptions& compute) {
  command.add_option("--weights", compute.weights,
                     "folder of checkpoints, each in <org>/<name>/ (default: $ASBENCH_WEIGHTS, "
                     "then the Hugging Face cache)");
}

void add_speed_group(CLI::App& command, ComputeOptions& compute) {
  start_group(command, "Speed");
  command
      .add_option("--device", compute.device,
                  "device for the encoders: cpu, cuda, cuda:N (GPU number N) or auto")
      ->check(suggests(device_names()))
      ->capture_default_str();
  command
      .add_option("--threads", compute.threads, "number of threads for the encoders (0: all cores)")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command
      .add_option("--batch", compute.batch,
                  "number of images per batch (0: found once for each encoder and machine: on the "
                  "CPU the fastest, on a GPU the largest that fits)")
      ->check(CLI::Range(0, 4096))
      ->capture_default_str();
  command
      .add_option(
          "--decode-threads", compute.decode_threads,
          "number of clips decoded at the same time while the encoders work, one thread each "
          "(0: all cores when a GPU encodes, else half of them, at most 8)")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
  command
      .add_option("--precision", compute.precision,
                  "arithmetic of the encoders on a GPU: fp32, tf32 or bf16 (the faster the less "
                  "exact; part of every signature; default: as the protocol says, built-in ones: "
                  "fp32)")
      ->check(suggests({"fp32", "tf32", "bf16"}));
  command.add_option("--cache", compute.cache,
                     "folder where extracted features are kept for later runs (default: "
                     "$ASBENCH_CACHE, then ~/.cache/asbench)");
}

int write_run_file(const Json& run, const std::string& file) {
  write_json_file(file, run_file_of(run));
  if (output_target(file).is_file())
    print_safe(stdout, "wrote {}; `asbench score --config {}` runs it\n", file, file);
  return kExitDone;
}

}  // namespace

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
  add_input_options(*command, options->input);
  command->add_option("--reference-set", options->reference_set,
                      "real clips to compare with, for the metrics of sets of clips (fvd, kvd, "
                      "...): a folder of videos, or a .npy matrix of their features (default: the "
                      "split's own clips)");
  command->add_option("--training-set", options->training_set,
                      "data that the system was trained on, to find copied shots in: a folder of "
                      "videos, or a .npy matrix of image features; adds the metric copy_rate");

  add_selection_group(*command, options->input);
  command
      ->add_option("--missing", options->missing,
                   "what to do about missing or broken shots, and stories, references and captions "
                   "that can't be read: fail (stop and list them), zero (shots and stories get "
                   "the worst score) or exclude (they are left out); without a reference or "
                   "caption, metrics that need it have no value (default: as the protocol says; "
                   "built-in ones: fail)")
      ->check(suggests(missing_policies()));

  start_group(*command, "Encoders and metrics");
  command
      ->add_option("--protocol", options->protocol,
                   "settings to start from: animeshooter-v1, demo, or a protocol file")
      ->check(suggests(protocol_names()))
      ->capture_default_str();
  add_weights_option(*command, options->compute);
  command
      ->add_option("--encoder", options->encoders,
                   fmt::format("ROLE=ID: use this encoder in a role, e.g. {}={}; "
                               "video=i3d_torchscript.pt adds the metrics of sets of clips: fvd, "
                               "kvd, jedi, precision, recall, density, coverage (repeatable)",
                               example.role, example.id))
      ->check(suggests(role_encoders()))
      ->take_all();
  command
      ->add_option("--preprocess", options->preprocess,
                   "ROLE=PROFILE: preprocess images for a role as hf, openai-clip or dino-eval; "
                   "for the role video as stylegan-v, cmv, cd-i3d, cd-videomae or hf (repeatable)")
      ->check(suggests(role_profiles()))
      ->take_all();
  command
      ->add_option("--metrics", options->metrics,
                   "compute only these metrics (comma-separated; see `asbench metrics list`; "
                   "default: as the protocol says)")
      ->check(suggests(metric_names()))
      ->delimiter(',');
  command
      ->add_option("--frames", options->frames,
                   "which frames of a shot are encoded: midpoint:K, ends:K, stride:K, all or "
                   "window:L (default: as the protocol says; built-in ones: midpoint:5)")
      ->check(suggests(frame_rules()));
  command
      ->add_option("--background", options->background,
                   "colour behind transparent reference images: black, white, gray, mean (the "
                   "encoder's mean colour) or keep (ignore transparency) (default: as the "
                   "protocol says; built-in ones: black)")
      ->check(suggests(background_names()));
  command
      ->add_option("--fvd-variant", options->fvd_variant,
                   "compute fvd as published by stylegan-v, cmv, cd-i3d or cd-videomae "
                   "(default: as the network was published)")
      ->check(suggests(fvd_variant_names()));

  start_group(*command, "Output");
  command->add_option("--out", options->out, "result document to write (JSON)")->required();
  command->add_option("--system", options->system,
                      "name of the system in tables (default: the name of the outputs folder)");
  command
      ->add_option("--normalise", options->normalise,
                   "FLOOR.json,CEILING.json: two result documents; adds (mean - floor) / (ceiling "
                   "- floor) to each metric, e.g. wrong-ip.json,gt-story.json")
      ->delimiter(',')
      ->expected(2);
  command->add_flag("--no-frames", options->no_frames,
                    "do not save small pictures of the encoded frames in the folder that `asbench "
                    "report` takes them from (result.frames/ for --out result.json)");
  command->add_option("--csv", options->csv,
                      "folder for shots.csv (a row a shot, a column a metric) and clips.csv (a row "
                      "a video: frames, hash, what was found); made where it is not there");
  command->add_flag("--force", options->force,
                    "replace --out and --csv even if they hold another system, split or settings");
  command->add_flag("--json", options->json,
                    "print the metrics of the result document as JSON instead of a table");
  command
      ->add_option("--format", options->format,
                   "print the summary as text, markdown, json (as --json) or junit; where scoring "
                   "stops, the same form says why")
      ->check(one_of({"text", "markdown", "json", "junit"}))
      ->excludes("--json")
      ->capture_default_str();
  command->add_option("--report", options->report,
                      "write the summary, or what stopped scoring, to this file instead of stdout "
                      "(for CI: --format markdown --report comment.md)");

  add_speed_group(*command, options->compute);
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
  add_input_options(*command, options->input);
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
                   "preprocess images as hf, openai-clip or dino-eval (default: as the "
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
