#include "cli/generate_options.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/modules.h"

namespace asbench::cli {

void add_generate_command(CLI::App& app, std::function<int()>& chosen) {
  auto options = std::make_shared<GenerateOptions>();
  CLI::App* command =
      app.add_subcommand("generate", "write a built-in system's videos for a split");
  command->footer(
      "Example:\n"
      "  asbench generate --baseline ref-pan --split demo/ --out ref-pan/\n"
      "Then score the folder like any system's. Called again it makes the shots that are not "
      "finished.\n"
      "Exit codes: 0 written, 2 not.");
  command->add_option("--baseline", options->baseline, "asbench baselines list")->required();
  command
      ->add_option("--split", options->split,
                   "the prompts and references: a demo folder, a test-set folder, a manifest")
      ->required();
  command->add_option("--split-format", options->split_format,
                      "demo, test-set or manifest, where the content misleads");
  command->add_option("--out", options->out, "folder for the videos: {story}/shot_{shot:02}.mp4")
      ->required();
  command->add_option(
      "--source", options->source,
      "videos of the split's own stories, for baselines that take shots from there");
  command
      ->add_option("--source-layout", options->source_layout,
                   "how they are named, as --layout of score")
      ->capture_default_str();
  command->add_option("--size", options->size, "WIDTHxHEIGHT of drawn shots")
      ->capture_default_str();
  command->add_option("--frames", options->frames, "of drawn shots")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command->add_option("--fps", options->frames_per_second, "frames a second of drawn shots")
      ->check(CLI::Range(1.0, 240.0))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "of everything drawn by lot")->capture_default_str();
  command->add_option("--threads", options->threads, "shots at the same time; 0: all cores")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command->add_option("--ips", options->ips, "only these IPs (comma-separated)")->delimiter(',');
  command->add_option("--stories", options->stories, "only these stories (comma-separated)")
      ->delimiter(',');
  command->add_option("--limit", options->limit, "only the first N stories");
  command->add_flag("--quiet", options->quiet, "no progress");
  command->add_flag("--json", options->json, "print what was done as JSON");
  command->callback([options, &chosen] {
    chosen = [options] { return run_in_module(Module::media, "asbench_run_generate", *options); };
  });
}

}  // namespace asbench::cli
