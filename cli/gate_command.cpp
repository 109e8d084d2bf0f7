#include "cli/gate_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "core/print.h"
#include "core/words.h"
#include "document/result.h"
#include "reports/comparison/gate.h"
#include "reports/comparison/gate_check.h"

namespace asbench::cli {
namespace {

int list() {
  for (const auto& name : reports::built_in_gates()) {
    const Json gate = parse_json(reports::gate_text(name), name);
    print_safe(stdout, "{:<10}{}\n", name, gate.value("description", ""));
  }
  print_safe(stdout,
             "\n`asbench gate check NAME` says what a gate tests; `asbench gate show NAME > "
             "gate.json` gives a file to change.\n");
  return kExitDone;
}

int show(const std::string& name) {
  std::istringstream text(reports::gate_text(name));
  for (std::string line; std::getline(text, line);) print_safe(stdout, "{}\n", line);
  return kExitDone;
}

/// Metrics that neither come with the program nor stand in the document.
void require_known(const reports::Gate& gate, const metrics::Catalogue& catalogue,
                   const std::string& where) {
  std::vector<std::string> known;
  for (const metrics::Metric& metric : catalogue.all()) known.push_back(metric.id);
  std::vector<std::string> unknown;
  for (const auto& [id, rule] : gate.metrics) {
    if (std::find(known.begin(), known.end(), id) == known.end()) unknown.push_back(id);
  }
  if (unknown.empty()) return;
  throw BadInput(fmt::format(
      "{}: no such metric: {}\n  The built-in ones are: {}.\n  A metric that your own protocol "
      "declares is known from a document that has it: --base R.json.",
      where, fmt::join(unknown, ", "), fmt::join(known, ", ")));
}

std::string limit_cell(const std::optional<double>& limit) {
  return limit ? fmt::format("{:g}", *limit) : "-";
}

void print_power(const reports::Gate& gate, const document::Result& base) {
  const auto rows = reports::gate_power(gate, base);
  print_safe(stdout, "\nOn the stories of {} ({}):\n", base.where, base.system);
  print_safe(stdout, "  {:<26}{:>9}{:>9}{:>12}{:>9}{:>11}{:>14}\n", "metric", "mean", "IPs",
             "detectable", "limit", "IP limit", "story limit");
  bool hopeless = false;
  for (const auto& row : rows) {
    hopeless = hopeless || !row.can_be_significant;
    const std::string detectable = !row.can_be_significant ? "none"
                                   : row.detectable        ? fmt::format("{:.4f}", *row.detectable)
                                                           : "unknown";
    print_safe(stdout, "  {:<26}{:>9}{:>9}{:>12}{:>9}{:>11}{:>14}\n", row.metric,
               row.base ? fmt::format("{:.4f}", *row.base) : "-", row.ips, detectable,
               limit_cell(row.limit), limit_cell(row.ip_limit), limit_cell(row.story_limit));
  }
  print_safe(
      stdout,
      "  detectable: the true drop of the mean that the test finds four times in five, if the "
      "candidate differs from\n"
      "  the base as a further run of the same system would. That is reckoned from how much the "
      "stories of one IP\n"
      "  differ; `asbench compare` of two runs of one system (two seeds) shows it as measured.\n");
  if (hopeless)
    print_safe(
        stdout,
        "  none: with so few IPs and so many tested metrics no drop can be significant; only "
        "limits act there.\n");
}

int check(const std::string& name, const std::optional<std::string>& base_path,
          const metrics::Catalogue& catalogue) {
  const reports::Gate gate = reports::load_gate(name);
  std::optional<document::Result> base;
  if (base_path)
    base = document::read_result(*base_path);
  else
    require_known(gate, catalogue, name);
  print_safe(stdout, "gate {}: {} listed; alpha {}, {}-sided\n", gate.name,
             counted(static_cast<int>(gate.metrics.size()), "metric", "metrics"), gate.alpha,
             gate.sides == reports::TestSides::two ? "two" : "one");
  for (const auto& section : reports::gate_in_words(gate)) {
    print_safe(stdout, "\n{}\n", section.title);
    for (const auto& line : section.lines) print_safe(stdout, "  {}\n", line);
  }
  if (base) print_power(gate, *base);
  return kExitDone;
}

}  // namespace

void add_gate_command(CLI::App& app, std::function<int()>& chosen,
                      const metrics::Catalogue& catalogue) {
  struct Options {
    std::string name;
    std::optional<std::string> base;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("gate", "say what the gates of `asbench compare` test");
  command->require_subcommand(1);
  command->footer("Example:\n  asbench gate check default --base main.json");
  CLI::App* lister = command->add_subcommand("list", "list the built-in gates");
  lister->callback([&chosen] { chosen = [] { return list(); }; });
  CLI::App* shower = command->add_subcommand("show", "print a gate's file, to copy and change");
  shower->add_option("NAME", options->name, "built-in gate, or a gate file")->required();
  shower->callback([options, &chosen] { chosen = [options] { return show(options->name); }; });
  CLI::App* checker = command->add_subcommand(
      "check", "say in words what a gate tests, and what it could find on a document's stories");
  checker->footer(
      "Example:\n  asbench gate check ci/gate.json --base ci/main.json\n"
      "Exit codes: 0 the gate is sound, 2 it is not (also: it names a metric that does "
      "not exist).");
  checker->add_option("GATE", options->name, "built-in gate, or a gate file")->required();
  checker->add_option("--base", options->base,
                      "result document to compare with later: adds the smallest drop that the test "
                      "finds on its stories");
  checker->callback([options, &chosen, &catalogue] {
    chosen = [options, &catalogue] { return check(options->name, options->base, catalogue); };
  });
}

}  // namespace asbench::cli
