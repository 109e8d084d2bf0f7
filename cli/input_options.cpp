#include "cli/input_options.h"

namespace asbench::cli {

void add_split_options(CLI::App& command, SplitOptions& split) {
  command
      .add_option("--split", split.path,
                  "the prompts and references: a demo folder, a test-set folder, a manifest")
      ->required();
  command.add_option("--split-format", split.format,
                     "demo, test-set or manifest, where the content misleads");
}

CLI::Option* add_outputs_options(CLI::App& command, OutputsOptions& outputs) {
  CLI::Option* option = command.add_option("--outputs", outputs.path, "the system's videos");
  command
      .add_option(
          "--layout", outputs.layout,
          "how they are named: auto, default, animeshootergen-demo, cuts, a template such as "
          "{ip}/{prompt}_{shot:02}.mp4, or a CSV manifest with columns story,shot,path")
      ->capture_default_str();
  return option;
}

void add_selection_options(CLI::App& command, SelectionOptions& selection) {
  command.add_option("--ips", selection.ips, "only these IPs (comma-separated)")->delimiter(',');
  command.add_option("--stories", selection.stories, "only these stories (comma-separated)")
      ->delimiter(',');
  command.add_option("--limit", selection.limit, "only the first N stories");
  command.add_option("--subset", selection.subset, "N stories drawn with --seed, stratified by IP");
  command.add_option("--seed", selection.seed, "of --subset")->capture_default_str();
}

}  // namespace asbench::cli
