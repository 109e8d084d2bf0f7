#include "cli/baselines_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <memory>

#include "baselines/catalogue.h"
#include "cli/known_names.h"
#include "cli/option_values.h"
#include "core/error.h"
#include "core/print.h"

namespace asbench::cli {
namespace {

using baselines::BaselineInfo;

Json as_json(const BaselineInfo& info) {
  return {{"name", info.name},
          {"kind", info.kind},
          {"does", info.does},
          {"bounds", info.bounds},
          {"exploit", info.exploit},
          {"needs", info.needs},
          {"parameters", info.parameters}};
}

std::string needs_of(const BaselineInfo& info) {
  return info.needs.empty() ? "nothing" : fmt::format("{}", fmt::join(info.needs, ", "));
}

int list(bool json) {
  const auto all = baselines::list_baselines();
  if (json) {
    Json array = Json::array();
    for (const auto& info : all) array.push_back(as_json(info));
    print_prepared(stdout, json_for_terminal(array, 2) + "\n");
    return kExitDone;
  }
  print_safe(stdout, "{:<18}{:<28}{}\n", "baseline", "needs", "what it bounds");
  for (const auto& info : all)
    print_safe(stdout, "{:<18}{:<28}{}\n", info.name, needs_of(info), info.bounds);
  print_safe(
      stdout,
      "\n`asbench baselines show NAME` explains one, `asbench generate --baseline NAME` generates "
      "its videos.\n");
  return kExitDone;
}

int show(const std::string& name, bool json) {
  const BaselineInfo info = baselines::find_baseline(name);
  if (json) {
    print_prepared(stdout, json_for_terminal(as_json(info), 2) + "\n");
    return kExitDone;
  }
  print_safe(stdout, "{} ({})\n  does        {}\n  bound for   {}\n", info.name, info.kind,
             info.does, info.bounds);
  if (!info.exploit.empty()) print_safe(stdout, "  exploit     {}\n", info.exploit);
  print_safe(stdout, "  needs       {}\n", needs_of(info));
  for (const auto& [key, value] : info.parameters.items())
    print_safe(stdout, "  parameter   {} = {}\n", key, value.dump());
  return kExitDone;
}

}  // namespace

void add_baselines_command(CLI::App& app, std::function<int()>& chosen) {
  CLI::App* command = app.add_subcommand("baselines", "list and explain the built-in baselines");
  command->require_subcommand(1);
  command->footer("Example:\n  asbench baselines show wrong-ip");
  struct Options {
    bool json = false;
    std::string name;
  };
  const auto options = std::make_shared<Options>();  // lives as long as the parser's callbacks
  CLI::App* lister = command->add_subcommand("list", "list the baselines, one per line");
  lister->add_flag("--json", options->json, "print JSON instead of text");
  lister->callback([options, &chosen] { chosen = [options] { return list(options->json); }; });
  CLI::App* shower = command->add_subcommand(
      "show", "explain one baseline: what it does, what it needs and what it bounds");
  shower
      ->add_option("NAME", options->name,
                   "name of a baseline, as `asbench baselines list` prints it")
      ->check(suggests(baseline_names()))
      ->required();
  shower->add_flag("--json", options->json, "print JSON instead of text");
  shower->callback(
      [options, &chosen] { chosen = [options] { return show(options->name, options->json); }; });
}

}  // namespace asbench::cli
