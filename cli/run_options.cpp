#include "cli/run_options.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/known_names.h"
#include "cli/option_values.h"

namespace asbench::cli {

void start_group(CLI::App& command, const char* name) {
  command.option_defaults()->group(name);
}

void add_input_group(CLI::App& command, InputOptions& input) {
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

void add_run_groups(CLI::App& command, RunOptions& run) {
  const ExampleEncoder example = example_encoder();
  add_input_group(command, run.input);
  command.add_option("--reference-set", run.reference_set,
                     "real clips to compare with, for the metrics of sets of clips (fvd, kvd, "
                     "...): a folder of videos, or a .npy matrix of their features (default: the "
                     "split's own clips)");
  command.add_option("--training-set", run.training_set,
                     "data that the system was trained on, to find copied shots in: a folder of "
                     "videos, or a .npy matrix of image features; adds the metric copy_rate");
  command.add_option("--masks", run.masks,
                     "where the shots' characters are, a PNG a frame "
                     "(STORY/shot_NN/CHARACTER/FRAME.png) or run lengths a shot "
                     "(STORY/shot_NN.json): adds the metrics of subjects and backgrounds");
  command.add_option("--boxes", run.boxes,
                     "the same as boxes, CSV or JSON: story, shot, frame, character, x, y, w, h "
                     "(`asbench boxes template` writes the rows to fill in)");

  add_selection_group(command, run.input);
  command
      .add_option("--missing", run.missing,
                  "what to do about missing or broken shots, and stories, references and captions "
                  "that can't be read: fail (stop and list them), zero (shots and stories get "
                  "the worst score) or exclude (they are left out); without a reference or "
                  "caption, metrics that need it have no value (default: as the protocol says; "
                  "built-in ones: fail)")
      ->check(suggests(missing_policies()));

  start_group(command, "Encoders and metrics");
  command
      .add_option("--protocol", run.protocol,
                  "settings to start from: animeshooter-v1, animeshooter-paper, vbench, demo, or a "
                  "protocol file")
      ->check(suggests(protocol_names()))
      ->capture_default_str();
  add_weights_option(command, run.compute);
  command
      .add_option("--encoder", run.encoders,
                  fmt::format("ROLE=ID: use this encoder in a role, e.g. {}={}; "
                              "video=i3d_torchscript.pt adds the metrics of sets of clips: fvd, "
                              "kvd, jedi, precision, recall, density, coverage; "
                              "interpolation=amt-s.torchscript adds vbench_smoothness (repeatable)",
                              example.role, example.id))
      ->check(suggests(role_encoders()))
      ->take_all();
  command
      .add_option(
          "--preprocess", run.preprocess,
          "ROLE=PROFILE: preprocess images for a role as hf, openai-clip, dino-eval, vbench-dino, "
          "vbench-clip or vbench-viclip; "
          "for the role video as stylegan-v, cmv, cd-i3d, cd-videomae or hf (repeatable)")
      ->check(suggests(role_profiles()))
      ->take_all();
  command
      .add_option("--metrics", run.metrics,
                  "compute only these metrics (comma-separated; see `asbench metrics list`; "
                  "default: as the protocol says)")
      ->check(suggests(metric_names()))
      ->delimiter(',');
  command
      .add_option("--frames", run.frames,
                  "which frames of a shot are encoded: midpoint:K, ends:K, stride:K, all or "
                  "window:L (default: as the protocol says; built-in ones: midpoint:5)")
      ->check(suggests(frame_rules()));
  command
      .add_option("--background", run.background,
                  "colour behind transparent reference images: black, white, gray, mean (the "
                  "encoder's mean colour) or keep (ignore transparency) (default: as the "
                  "protocol says; built-in ones: black)")
      ->check(suggests(background_names()));
  command
      .add_option("--fvd-variant", run.fvd_variant,
                  "compute fvd as published by stylegan-v, cmv, cd-i3d or cd-videomae "
                  "(default: as the network was published)")
      ->check(suggests(fvd_variant_names()));
}

CLI::Option* add_out_option(CLI::App& command, RunOptions& run) {
  return command.add_option("--out", run.out, "result document to write (JSON)");
}

void add_no_frames_option(CLI::App& command, RunOptions& run) {
  command.add_flag("--no-frames", run.no_frames,
                   "do not save small pictures of the encoded frames in the folder that `asbench "
                   "report` takes them from (result.frames/ for --out result.json)");
}

}  // namespace asbench::cli
