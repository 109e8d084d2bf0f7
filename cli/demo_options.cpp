#include "cli/demo_options.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/modules.h"

namespace asbench::cli {

void add_demo_command(CLI::App& app, std::function<int()>& chosen) {
  auto options = std::make_shared<DemoOptions>();
  CLI::App* command = app.add_subcommand(
      "demo", "a leaderboard of the built-in systems on a drawn world, without network or weights");
  command->footer(
      "Example:\n"
      "  asbench demo --out asbench-demo\n"
      "Draws 16 short stories of 8 characters, generates what the built-in baselines make of them, "
      "scores every one with the\n"
      "encoders that come with the program, and writes the leaderboard. Called again it goes on "
      "where it was.");
  command->add_option("--out", options->out, "folder for everything that is made")
      ->capture_default_str();
  command->add_option("--threads", options->threads, "0: all cores")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command->callback([options, &chosen] {
    chosen = [options] { return run_in_module(Module::engine, "asbench_run_demo", *options); };
  });
}

}  // namespace asbench::cli
