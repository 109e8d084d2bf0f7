#include "cli/demo_options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/modules.h"

namespace asbench::cli {

void add_demo_command(CLI::App& app, std::function<int()>& chosen) {
  auto options = std::make_shared<DemoOptions>();
  CLI::App* command = app.add_subcommand(
      "demo", "try everything without data or downloads: make a leaderboard of the baselines");
  command->footer(
      "Example:\n"
      "  asbench demo --out asbench-demo\n"
      "Draws 16 short stories of 8 cartoon characters, generates the videos of 15 baselines, "
      "scores "
      "them with small encoders\n"
      "that come with the program, and writes a leaderboard page. The same command resumes an "
      "interrupted run.");
  command->add_option("--out", options->out, "folder for everything that the demo writes")
      ->capture_default_str();
  command->add_option("--threads", options->threads, "number of threads (0: all cores)")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command->callback([options, &chosen] {
    chosen = [options] { return run_in_module(Module::engine, "asbench_run_demo", *options); };
  });
}

}  // namespace asbench::cli
