#include "cli/generate_options.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <memory>

#include "baselines/catalogue.h"
#include "cli/known_names.h"
#include "cli/modules.h"
#include "cli/option_values.h"
#include "cli/whole_number.h"
#include "core/error.h"

namespace asbench::cli {
namespace {

constexpr std::array kOfDrawnShots = {"--size", "--frames", "--fps", "--source", "--source-layout"};
constexpr std::array kOfNetworks = {"--model",     "--steps",     "--allow-uneven-steps",
                                    "--noise",     "--dump",      "--last-frames",
                                    "--keyframes", "--frames-as", "--device",
                                    "--dtype",     "--offload",   "--tile",
                                    "--yes"};

/// False for a name that there is none of: what generates says so.
bool is_network(const std::string& name) {
  const auto all = baselines::list_baselines();
  return std::any_of(all.begin(), all.end(), [&](const baselines::BaselineInfo& info) {
    return info.name == name && baselines::is_network(info);
  });
}

/// An option without an effect is a mistake of whoever gave it.
void refuse_options_of_others(const CLI::App& command, const std::string& baseline, bool network) {
  const auto given = [&](const char* name) { return command.get_option(name)->count() > 0; };
  if (network) {
    for (const char* name : kOfDrawnShots) {
      if (given(name)) {
        throw UsageError(
            fmt::format("{} has no effect on {}: its model says what a shot is", name, baseline));
      }
    }
    if (!given("--model"))
      throw UsageError(fmt::format("Missing option --model: {} is a network", baseline));
    return;
  }
  for (const char* name : kOfNetworks) {
    if (given(name))
      throw UsageError(fmt::format("{} has no effect on {}: it is no network", name, baseline));
  }
}

void add_network_groups(CLI::App& command, GenerateOptions& options) {
  command.option_defaults()->group("Networks (animeshootergen, cogvideo-lora, keyframe-i2v)");
  command.add_option("--model", options.model, "folder of the model's weights and configurations");
  command
      .add_option("--steps", options.steps,
                  "steps from noise to a shot (default: the model's, usually 50)")
      ->check(CLI::Range(1, 1000));
  command.add_flag("--allow-uneven-steps", options.allow_uneven_steps,
                   "take numbers of steps that do not divide 1000 evenly");
  command.add_option("--noise", options.noise,
                     "safetensors file with the starting noise of each shot, F32 [F, C, h, w] "
                     "named <story>/<shot>, instead of noise drawn from --seed");
  command.add_option("--last-frames", options.last_frames,
                     "safetensors file with frames U8 [H, W, 3] named <story>/<shot>, which the "
                     "next shot begins with instead of the generated one");
  command.add_option("--keyframes", options.keyframes,
                     "folder of first frames, {story}/shot_{shot:02}.png (or .jpg, .jpeg, .webp); "
                     "required by keyframe-i2v");
  command.add_option("--dump", options.dump,
                     "folder for the condition, latents and frames of each shot as safetensors");
  command.add_option("--frames-as", options.frames_as, "write shots as video or as png (folders)")
      ->check(one_of({"video", "png"}))
      ->capture_default_str();
  command
      .add_option("--device", options.device,
                  "device for the networks: cpu, cuda, cuda:N (GPU number N) or auto")
      ->check(suggests(device_names()))
      ->capture_default_str();
  command
      .add_option("--dtype", options.dtype,
                  "arithmetic of the networks: fp32 or bf16 (default: fp32 on a CPU, the model's "
                  "on a GPU)")
      ->check(one_of({"fp32", "bf16"}));
  command
      .add_option(
          "--offload", options.offload,
          "stage: keep only one stage's networks in device memory (text or language model, VAE "
          "encoder, transformer, VAE decoder): slower, same videos; none: keep all; auto: stage if "
          "they do not fit together")
      ->check(one_of({"auto", "none", "stage"}))
      ->capture_default_str();
  command
      .add_option("--tile", options.tile,
                  "decode in tiles: less memory, slightly other pictures; auto: where it does not "
                  "fit otherwise")
      ->check(one_of({"auto", "off", "on"}))
      ->capture_default_str();
  command.add_flag("--yes", options.yes,
                   "start although one shot is estimated to take more than 10 minutes on this CPU");
}

}  // namespace

void add_generate_command(CLI::App& app, std::function<int()>& chosen) {
  auto options = std::make_shared<GenerateOptions>();
  CLI::App* command = app.add_subcommand(
      "generate", "generate a baseline's videos for a split (see `asbench baselines list`)");
  command->footer(
      "Example (the split is what `asbench demo` leaves behind):\n"
      "  asbench generate --baseline ref-pan --split asbench-demo/world/mini-world --out ref-pan\n"
      "Networks need the folder of a model (docs/animeshootergen.md):\n"
      "  asbench generate --baseline animeshootergen --model MODEL --split SPLIT --out OUT "
      "--device "
      "cuda\n"
      "Score the folder like the videos of any system. The same command resumes an interrupted "
      "run.\n"
      "Exit codes: 0 all videos are there, 2 they are not.");
  command->option_defaults()->group("Input");
  command
      ->add_option("--baseline", options->baseline,
                   "name of the baseline; `asbench baselines list` lists them")
      ->check(suggests(baseline_names()))
      ->required();
  add_split_options(*command, options->split);
  command->add_option("--source", options->source,
                      "folder of real videos of the split's stories, for baselines that reuse them "
                      "(gt-story, copy-prev, ...)");
  command
      ->add_option("--source-layout", options->source_layout,
                   "how the files in --source are named; takes the same values as --layout of "
                   "`asbench score`")
      ->check(suggests(layout_names()))
      ->capture_default_str();

  command->option_defaults()->group("Selection");
  command->add_option("--ips", options->ips,
                      "only the stories of these IPs: ids with commas between them, or the option "
                      "several times; a comma inside an id is understood");
  command->add_option("--stories", options->stories,
                      "only these stories: ids with commas between them, or the option several "
                      "times; a comma inside an id is understood");
  command->add_option("--limit", options->limit, "only the first N stories");

  command->option_defaults()->group("Videos");
  command
      ->add_option("--size", options->size,
                   "WIDTHxHEIGHT in pixels of the shots that the baseline draws")
      ->capture_default_str();
  command
      ->add_option("--frames", options->frames,
                   "number of frames of each shot that the baseline draws")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command
      ->add_option("--fps", options->frames_per_second,
                   "frames per second of the shots that the baseline draws")
      ->check(CLI::Range(1.0, 240.0))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "random seed")
      ->check(whole_number)
      ->capture_default_str();

  add_network_groups(*command, *options);

  command->option_defaults()->group("Output");
  command
      ->add_option("--out", options->out,
                   "folder for the videos, written as {story}/shot_{shot:02}.mp4")
      ->required();
  command->add_flag("--quiet", options->quiet, "show no progress");
  command->add_flag("--json", options->json, "print a summary as JSON");

  command->option_defaults()->group("Speed");
  command
      ->add_option("--threads", options->threads,
                   "drawn baselines: shots generated at the same time; networks: CPU threads (0: "
                   "one per core)")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command->callback([options, command, &chosen] {
    chosen = [options, command] {
      const bool network = is_network(options->baseline);
      refuse_options_of_others(*command, options->baseline, network);
      return network ? run_in_module(Module::engine, "asbench_run_generate_videos", *options)
                     : run_in_module(Module::media, "asbench_run_generate", *options);
    };
  });
}

}  // namespace asbench::cli
