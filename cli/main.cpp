// The program: reads the command line and runs one command. OpenCV and LibTorch are loaded by the
// commands that need them (cli/modules.h).
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <iterator>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/baselines_command.h"
#include "cli/boxes_options.h"
#include "cli/compare_command.h"
#include "cli/completion_command.h"
#include "cli/component_options.h"
#include "cli/demo_options.h"
#include "cli/distribution_options.h"
#include "cli/encode_options.h"
#include "cli/errors.h"
#include "cli/gate_command.h"
#include "cli/generate_options.h"
#include "cli/inspect_options.h"
#include "cli/metrics_command.h"
#include "cli/report_options.h"
#include "cli/score_options.h"
#include "cli/split_options.h"
#include "cli/store_options.h"
#include "cli/submit_options.h"
#include "cli/version_text.h"
#include "cli/weights_options.h"
#include "core/error.h"
#include "core/nearest_name.h"
#include "core/print.h"
#include "core/say.h"

namespace {

/// "INT" as CLI11 calls it, in words.
std::string_view kind_of_value(const std::string& type) {
  if (type == "INT") return "a whole number";
  if (type == "UINT") return "a whole number, 0 or more";
  if (type == "FLOAT") return "a number";
  return "another value";
}

/// CLI11's "--threads: Value none not in range 1 to 256" and "--normalise: At least 2 required but
/// received 1" in plain words; other texts as they are.
std::string plain_range(const std::string& text) {
  static const std::regex kRange("([^:]+): Value (.*) not in range (\\S+) to (\\S+)");
  static const std::regex kOther("([^:]+): Value (.*) not (a .*)");
  static const std::regex kFewer("([^:]+): At least (\\d+) required but received (\\d+)");
  const auto trimmed = [](std::string number) {
    if (const auto point = number.find('.'); point != std::string::npos) {
      number.erase(number.find_last_not_of('0') + 1);
      if (number.ends_with('.')) number.pop_back();
    }
    return number;
  };
  std::smatch parts;
  if (std::regex_match(text, parts, kRange)) {
    return fmt::format("{} {}: expected a number from {} to {}", parts.str(1), parts.str(2),
                       trimmed(parts.str(3)), trimmed(parts.str(4)));
  }
  if (std::regex_match(text, parts, kOther))
    return fmt::format("{} {}: expected {}", parts.str(1), parts.str(2), parts.str(3));
  if (std::regex_match(text, parts, kFewer)) {
    return fmt::format("{}: expected {} values, found {}", parts.str(1), parts.str(2),
                       parts.str(3));
  }
  return text;
}

/// "--out", "--json", ...
std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<std::string> names_of(const std::vector<const CLI::App*>& commands) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands) names.push_back(command->get_name());
  return names;
}

/// What is wrong with the arguments of a command without sub-commands. CLI11's own words are kept
/// where they are plain; they name the option first.
std::string problem_of(const CLI::App& command, const CLI::ParseError& error) {
  const std::string text = error.what();
  if (const auto words = command.remaining(); !words.empty()) {
    const std::string& word = words.front();
    if (!word.starts_with('-')) return fmt::format("Unexpected argument '{}'", word);
    return fmt::format(
        "Unknown option '{}'.{}", word,
        asbench::did_you_mean(word.substr(0, word.find('=')), option_names(command)));
  }
  constexpr std::string_view kRequired = " is required";
  if (error.get_name() == "RequiredError" && text.ends_with(kRequired)) {
    const std::string name = text.substr(0, text.size() - kRequired.size());
    return fmt::format("Missing {} {}", name.starts_with('-') ? "option" : "argument", name);
  }
  constexpr std::string_view kNotConverted = "Could not convert: ";
  if (text.starts_with(kNotConverted)) {
    const std::string rest = text.substr(kNotConverted.size());
    const auto equals = rest.find(" = ");
    const std::string name = rest.substr(0, equals);
    const CLI::Option* option = command.get_option_no_throw(name);
    if (equals != std::string::npos && option != nullptr) {
      return fmt::format("{} {}: expected {}", name, rest.substr(equals + 3),
                         kind_of_value(option->get_type_name()));
    }
  }
  constexpr std::string_view kMissing = " required TEXT missing";
  if (error.get_name() == "ArgumentMismatch" && text.ends_with(" missing")) {
    const auto colon = text.find(": ");
    const bool several = text.ends_with(kMissing) && !text.substr(colon).starts_with(": 1 ");
    return fmt::format("{}: {} missing", text.substr(0, colon),
                       several ? "values are" : "its value is");
  }
  return plain_range(text);
}

/// Says what is wrong with the command line, where, and what shows the right one.
void explain(const CLI::App& app, const CLI::ParseError& error) {
  std::string command = "asbench";
  const CLI::App* part = &app;
  for (auto parsed = app.get_subcommands(); !parsed.empty(); parsed = part->get_subcommands()) {
    part = parsed.front();
    command += " " + part->get_name();
  }
  std::string problem;
  const auto commands = part->get_subcommands([](const CLI::App*) { return true; });
  if (!commands.empty()) {
    const auto words = part->remaining();
    const auto names = names_of(commands);
    problem = words.empty() ? std::string("No command given.")
                            : fmt::format("Unknown command '{}'.{}", words.front(),
                                          asbench::did_you_mean(words.front(), names));
    problem += fmt::format(" Commands: {}", fmt::join(names, ", "));
  } else {
    problem = problem_of(*part, error);
  }
  if (!problem.ends_with('?') && !problem.ends_with('.')) problem += '.';
  asbench::say(fmt::format("{}: {}\n  `{} --help` lists {}, with an example.\n", command, problem,
                           command, commands.empty() ? "its options" : "them"));
}

/// Note [The libraries do not say goodbye]
/// OpenBLAS's threads try for ever to get their memory, and at the end of the process it waits for
/// them: under `ulimit -v` a run that is done would hang. Everything is written and flushed here,
/// so the process ends without the libraries' destructors. What counts or checks at the end of a
/// process (coverage, sanitizers) needs them.
int leave(int code) {
#if defined(ASBENCH_COVERAGE) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return code;
#else
  std::fflush(nullptr);
  ::_exit(code);
#endif
}

/// The commands in the order of the help. What is chosen is set by the one that is called.
struct Command {
  std::string_view name;
  void (*add)(CLI::App& app, std::function<int()>& chosen);
};
namespace cli = asbench::cli;
constexpr Command kCommands[] = {
    {"demo", cli::add_demo_command},
    {"split", cli::add_split_command},
    {"inspect", cli::add_inspect_command},
    {"score", cli::add_score_command},
    {"encode", cli::add_encode_command},
    {"plan", cli::add_plan_command},
    {"status", cli::add_status_command},
    {"submit", cli::add_submit_command},
    {"store", cli::add_store_command},
    {"features", cli::add_features_command},
    {"boxes", cli::add_boxes_command},
    {"compare", cli::add_compare_command},
    {"gate",
     [](CLI::App& app, std::function<int()>& chosen) { cli::add_gate_command(app, chosen); }},
    {"report", cli::add_report_command},
    {"agree", cli::add_agree_command},
    {"distribution", cli::add_distribution_command},
    {"generate", cli::add_generate_command},
    {"baselines", cli::add_baselines_command},
    {"metrics",
     [](CLI::App& app, std::function<int()>& chosen) { cli::add_metrics_command(app, chosen); }},
    {"weights",
     [](CLI::App& app, std::function<int()>& chosen) { cli::add_weights_command(app, chosen); }},
    {"component", cli::add_component_command},
    {"completion", cli::add_completion_command},
};

/// Adds the command of that name alone, where there is one: the options of the others take longer
/// to make than some commands to run. Otherwise (`--help`, a misspelt name), and for `completion`,
/// which writes about all, all of them.
void add_commands(CLI::App& app, std::function<int()>& chosen, std::string_view name) {
  const auto* const named =
      std::find_if(std::begin(kCommands), std::end(kCommands),
                   [&](const Command& one) { return one.name == name && name != "completion"; });
  for (const Command& one : kCommands) {
    if (named == std::end(kCommands) || named == &one) one.add(app, chosen);
  }
}

/// Parses the command line and runs the command. @returns the exit code.
int dispatch(int argc, char** argv) {
  using namespace asbench::cli;
  CLI::App app(
      "AnimeShooter-Bench: scores generated multi-shot animation videos that must show the "
      "characters of reference images",
      "asbench");
  app.set_help_all_flag("--help-all", "print the help of every command");
  app.set_version_flag("--version", version_text, "print the version and the libraries it uses");
  app.require_subcommand(1);
  app.footer(
      "Start with `asbench demo`. For your own prompts and videos: `asbench split make`, then "
      "`asbench inspect`, `asbench score`, `asbench report`.\n"
      "`asbench COMMAND --help` explains a command and shows an example.\n"
      "Exit codes: 0 done; 1 `asbench compare` found a regression; 2 wrong usage or input, nothing "
      "was computed.");

  std::function<int()> chosen;
  add_commands(app, chosen, argc > 1 ? argv[1] : "");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {  // --help, --version
      std::ostringstream text;
      app.exit(error, text, text);
      return asbench::cli::run_guarded("", [&] {
        asbench::print_prepared(stdout, text.str());
        return asbench::kExitDone;
      });
    }
    explain(app, error);
    return asbench::kExitFailure;
  }
  const auto commands = app.get_subcommands();
  return leave(run_guarded(commands.front()->get_name(), chosen));
}

}  // namespace

int main(int argc, char** argv) {
  asbench::prepare_process();
  return asbench::cli::run_guarded("", [&] { return dispatch(argc, argv); });
}
