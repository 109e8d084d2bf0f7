#include "cli/inspect_options.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/modules.h"

namespace asbench::cli {

void add_inspect_command(CLI::App& app, std::function<int()>& chosen) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App* command = app.add_subcommand(
      "inspect", "say what is there, missing or broken, before any encoder runs");
  command->footer(
      "Example:\n"
      "  asbench inspect --split demo/ --outputs demo/\n"
      "Every video is decoded to its end. Exit codes: 0 all that scoring needs is there, 2 "
      "something "
      "is missing or broken.");
  add_split_options(*command, options->split);
  add_outputs_options(*command, options->outputs);
  command->add_option("--write", options->write, "save the split as a manifest in this file");
  command->add_option("--threads", options->threads, "clips decoded at the same time")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command->add_flag("--all", options->all, "list every finding, not only the first ten of a kind");
  command->add_flag("--json", options->json, "print everything as one JSON document");
  command->callback([options, &chosen] {
    chosen = [options] { return run_in_module(Module::media, "asbench_run_inspect", *options); };
  });
}

}  // namespace asbench::cli
