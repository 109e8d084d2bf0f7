#include "cli/score_options.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/modules.h"

namespace asbench::cli {
namespace {

void add_input_options(CLI::App& command, InputOptions& input) {
  add_split_options(command, input.split);
  add_outputs_options(command, input.outputs)->required();
  add_selection_options(command, input.selection);
}

void add_compute_options(CLI::App& command, ComputeOptions& compute) {
  command.add_option("--weights", compute.weights,
                     "folder of checkpoints, <org>/<name>/ below it (else $ASBENCH_WEIGHTS, else "
                     "the Hugging Face cache)");
  command.add_option("--cache", compute.cache,
                     "feature store (else $ASBENCH_CACHE, else ~/.cache/asbench)");
  command.add_option("--device", compute.device, "cpu, cuda, cuda:N or auto")
      ->capture_default_str();
  command.add_option("--threads", compute.threads, "of the encoders; 0: all cores")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command
      .add_option("--batch", compute.batch,
                  "images a batch; 0: measured once per encoder and machine")
      ->check(CLI::Range(0, 4096))
      ->capture_default_str();
  command.add_option("--decode-threads", compute.decode_threads, "that decode ahead")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
}

}  // namespace

void add_score_command(CLI::App& app, std::function<int()>& chosen) {
  auto options = std::make_shared<ScoreOptions>();
  CLI::App* command = app.add_subcommand("score", "score one system's videos");
  command->footer(
      "Example:\n"
      "  asbench score --split demo/ --outputs demo/ --weights weights/ --out result.json "
      "--missing zero\n"
      "Exit codes: 0 scored, 2 nothing could be scored.");
  add_input_options(*command, options->input);
  add_compute_options(*command, options->compute);
  command->add_option("--out", options->out, "the result document to write")->required();
  command->add_option("--system", options->system,
                      "name of the system (else the name of the outputs' folder)");
  command->add_option("--protocol", options->protocol, "a built-in protocol or a protocol file")
      ->capture_default_str();
  command
      ->add_option("--metrics", options->metrics,
                   "only these metrics (comma-separated; asbench metrics list)")
      ->delimiter(',');
  command
      ->add_option("--encoder", options->encoders,
                   "ROLE=ID, e.g. clip=openai/clip-vit-large-patch14; video=i3d_torchscript.pt "
                   "adds fvd, kvd, jedi, precision, recall, density, coverage")
      ->take_all();
  command
      ->add_option("--preprocess", options->preprocess,
                   "ROLE=PROFILE: hf, openai-clip, dino-eval; for video: stylegan-v, cmv, cd-i3d, "
                   "cd-videomae, hf")
      ->take_all();
  command->add_option("--missing", options->missing,
                      "absent or broken shots: fail, zero or exclude");
  command->add_option("--frames", options->frames, "frame rule: midpoint:K, ends:K, stride:K, all");
  command->add_option("--background", options->background,
                      "behind transparent references: black, white, gray, mean, keep");
  command->add_option("--reference-set", options->reference_set,
                      "real clips for fvd and its kin: a folder of videos or a .npy matrix of "
                      "their features (else the split's own clips)");
  command->add_option("--fvd-variant", options->fvd_variant,
                      "stylegan-v, cmv, cd-i3d or cd-videomae: preprocessing, clip and divisor as "
                      "published (else the network's own)");
  command->add_option(
      "--training-set", options->training_set,
      "adds copy_rate: a folder of videos or a .npy matrix of DINO features to look shots up in");
  command->add_flag("--no-frames", options->no_frames,
                    "don't write small pictures of the sampled frames into OUT.frames/");
  command
      ->add_option("--normalise", options->normalise,
                   "FLOOR.json,CEILING.json: adds (mean - floor) / (ceiling - floor) beside each "
                   "mean, e.g. wrong-ip.json,gt-story.json")
      ->delimiter(',')
      ->expected(2);
  command->add_flag("--json", options->json,
                    "print the document's metrics as JSON instead of the table");
  command->callback([options, &chosen] {
    chosen = [options] { return run_in_module(Module::engine, "asbench_run_score", *options); };
  });
}

void add_features_command(CLI::App& app, std::function<int()>& chosen) {
  auto options = std::make_shared<FeaturesOptions>();
  CLI::App* command = app.add_subcommand("features", "extract one feature matrix");
  command->footer(
      "Example:\n"
      "  asbench features --split demo/ --outputs demo/ --encoder facebook/dino-vitb16 --out "
      "dino.npy\n"
      "Writes [N, D] float32, a row a sampled frame (a clip under a video network), and "
      "dino.npy.json with the rows' ids and file hashes.");
  add_input_options(*command, options->input);
  add_compute_options(*command, options->compute);
  command
      ->add_option("--encoder", options->encoder,
                   "checkpoint id or folder; a video network (VideoMAE, a TorchScript file) gives "
                   "a row a clip")
      ->required();
  command->add_option("--out", options->out, "the .npy file to write")->required();
  command->add_option("--frames", options->frames,
                      "frame rule: midpoint:K, ends:K, stride:K, all, window:L (else midpoint:5, "
                      "for a video network its own)");
  command->add_option("--preprocess", options->preprocess, "profile: hf, openai-clip, dino-eval");
  command->callback([options, &chosen] {
    chosen = [options] { return run_in_module(Module::engine, "asbench_run_features", *options); };
  });
}

}  // namespace asbench::cli
