#include "cli/generate_options.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/known_names.h"
#include "cli/modules.h"
#include "cli/option_values.h"
#include "cli/whole_number.h"

namespace asbench::cli {

void add_generate_command(CLI::App& app, std::function<int()>& chosen) {
  auto options = std::make_shared<GenerateOptions>();
  CLI::App* command = app.add_subcommand(
      "generate", "generate a baseline's videos for a split (see `asbench baselines list`)");
  command->footer(
      "Example (the split is what `asbench demo` leaves behind):\n"
      "  asbench generate --baseline ref-pan --split asbench-demo/world/mini-world --out ref-pan\n"
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
                   "number of shots to generate at the same time (0: one per core)")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command->callback([options, &chosen] {
    chosen = [options] { return run_in_module(Module::media, "asbench_run_generate", *options); };
  });
}

}  // namespace asbench::cli
