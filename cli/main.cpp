// The program: reads the command line and runs one command. OpenCV and LibTorch are loaded by the
// commands that need them (cli/modules.h).
#include <fmt/format.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <cstdio>
#include <functional>
#include <string>

#include "cli/baselines_command.h"
#include "cli/compare_command.h"
#include "cli/component_options.h"
#include "cli/demo_options.h"
#include "cli/distribution_options.h"
#include "cli/errors.h"
#include "cli/generate_options.h"
#include "cli/inspect_options.h"
#include "cli/metrics_command.h"
#include "cli/report_options.h"
#include "cli/score_options.h"
#include "cli/version_text.h"
#include "cli/weights_command.h"
#include "core/error.h"

namespace {

/// Says what is wrong with the command line, where, and what shows the right one.
void explain(const CLI::App& app, const CLI::ParseError& error) {
  std::string command = "asbench";
  const CLI::App* part = &app;
  for (auto parsed = app.get_subcommands(); !parsed.empty(); parsed = part->get_subcommands()) {
    part = parsed.front();
    command += " " + part->get_name();
  }
  std::string problem = error.what();
  const auto commands = part->get_subcommands([](const CLI::App*) { return true; });
  if (!commands.empty()) {
    const auto words = part->remaining();
    problem = words.empty() ? std::string("a command is missing")
                            : fmt::format("{} is no command of it", words.front());
    problem += "; there are";
    for (const CLI::App* known : commands)
      problem += (known == commands.front() ? " " : ", ") + known->get_name();
  }
  fmt::print(stderr, "{}: {}.\n  `{} --help` shows what it takes, with an example.\n", command,
             problem, command);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace asbench::cli;
  CLI::App app("AnimeShooter-Bench: scores reference-guided multi-shot animation", "asbench");
  app.set_help_all_flag("--help-all", "help of every command");
  app.set_version_flag("--version", version_text);
  app.require_subcommand(1);
  app.footer(
      "Start with: asbench demo, then: asbench inspect --split DIR --outputs DIR\n"
      "Exit codes: 0 done, 1 the gate found a regression, 2 nothing could be computed or "
      "compared.");

  std::function<int()> chosen;
  add_demo_command(app, chosen);
  add_inspect_command(app, chosen);
  add_score_command(app, chosen);
  add_features_command(app, chosen);
  add_compare_command(app, chosen);
  add_report_command(app, chosen);
  add_agree_command(app, chosen);
  add_distribution_command(app, chosen);
  add_generate_command(app, chosen);
  add_baselines_command(app, chosen);
  add_metrics_command(app, chosen);
  add_weights_command(app, chosen);
  add_component_command(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    explain(app, error);
    return asbench::kExitFailure;
  }
  const auto commands = app.get_subcommands();
  return run_guarded(commands.front()->get_name(), chosen);
}
