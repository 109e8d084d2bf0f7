#include "cli/compare_command.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/known_names.h"
#include "cli/option_values.h"
#include "cli/report_target.h"
#include "core/error.h"
#include "core/json.h"
#include "core/print.h"
#include "document/result.h"
#include "reports/comparison/compare.h"
#include "reports/comparison/comparison_output.h"
#include "reports/comparison/gate.h"

namespace asbench::cli {
namespace {

struct CompareCommand {
  std::string base;
  std::string candidate;
  std::string gate = "default";
  std::vector<std::string> allow;
  std::string format = "text";
  std::optional<std::string> out;
  std::optional<std::string> csv;
  std::string story_link;
};

std::string formatted(const reports::Comparison& comparison, const CompareCommand& command) {
  if (command.format == "markdown")
    return reports::comparison_markdown(comparison, {.story_link = command.story_link});
  if (command.format == "json")
    return json_for_terminal(reports::comparison_json(comparison)) + "\n";
  if (command.format == "junit") return reports::comparison_junit(comparison);
  return reports::comparison_text(comparison);
}

int run(const CompareCommand& command, const ReportTarget& target) {
  const auto gate = reports::load_gate(command.gate);
  const auto base = document::read_result(command.base);
  const auto candidate = document::read_result(command.candidate);
  const auto comparison = reports::compare(base, candidate, gate,
                                           {.allow = {command.allow.begin(), command.allow.end()}});
  if (command.csv) write_file_atomically(*command.csv, reports::comparison_csv(comparison));
  deliver(target, formatted(comparison, command));
  return comparison.regressed() ? kExitRegression : kExitDone;
}

}  // namespace

void add_compare_command(CLI::App& app, std::function<int()>& chosen) {
  auto options = std::make_shared<CompareCommand>();
  CLI::App* command =
      app.add_subcommand("compare", "test whether a candidate is worse than a base (for CI)");
  command->footer(
      "Example:\n"
      "  asbench compare main.json candidate.json --format markdown --out comment.md\n"
      "Exit codes: 0 no regression found, 1 regression, 2 the two cannot be compared; what is "
      "written "
      "then says why.\n"
      "`asbench gate check GATE` says in words what a gate tests.");
  command->add_option("BASE", options->base, "result document to compare with")->required();
  command->add_option("CANDIDATE", options->candidate, "result document to test")->required();
  command
      ->add_option("--gate", options->gate,
                   "which metrics are tested and how: default, demo, or a gate file (JSON, schema "
                   "asbench/gate@1; `asbench gate show default > gate.json` gives one to change)")
      ->check(suggests(gate_names()))
      ->capture_default_str();
  command
      ->add_option("--allow", options->allow,
                   "compare although these fields differ (comma-separated; the error message of a "
                   "refused comparison names them); the output says so")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--format", options->format, "output format: text, markdown, json or junit")
      ->check(one_of({"text", "markdown", "json", "junit"}))
      ->capture_default_str();
  command->add_option("--out", options->out,
                      "write the comparison, or what stopped it, to this file instead of stdout");
  command->add_option("--csv", options->csv,
                      "also write the values and differences of every story to this CSV file");
  command->add_option("--story-link", options->story_link,
                      "for --format markdown: URL that story names link to, with {story} in the "
                      "place of the id, e.g. report/index.html#story={story}");
  command->callback([options, &chosen] {
    chosen = [options] {
      const ReportTarget target{"compare", options->format, options->out};
      return with_stop_report(target, [&] { return run(*options, target); });
    };
  });
}

}  // namespace asbench::cli
