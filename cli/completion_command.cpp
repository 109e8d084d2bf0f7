#include "cli/completion_command.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>
#include <string>

#include "cli/completion.h"
#include "cli/option_values.h"
#include "core/error.h"
#include "core/print.h"

namespace asbench::cli {
namespace {

int run(CLI::App& app, const std::string& shell) {
  const auto commands = completed_commands(app);
  print_prepared(stdout, shell == "bash"  ? bash_completion(commands)
                         : shell == "zsh" ? zsh_completion(commands)
                                          : fish_completion(commands));
  return kExitDone;
}

}  // namespace

void add_completion_command(CLI::App& app, std::function<int()>& chosen) {
  CLI::App* command = app.add_subcommand(
      "completion", "print what makes a shell complete commands, options and names");
  command->footer(
      "Example:\n"
      "  asbench completion bash > ~/.local/share/bash-completion/completions/asbench\n"
      "`cmake --install` puts all three where the shells look. docs/install.md says more.");
  const auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->check(one_of({"bash", "zsh", "fish"}))
      ->required();
  command->callback(
      [shell, &app, &chosen] { chosen = [shell, &app] { return run(app, *shell); }; });
}

}  // namespace asbench::cli
