#include "cli/metrics_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/option_values.h"
#include "core/error.h"
#include "core/json.h"
#include "core/print.h"
#include "metrics/catalogue.h"

namespace asbench::cli {

namespace {

using metrics::Metric;

/// "0 to 1", "0 or more", "unbounded".
std::string range_of(const Metric& metric) {
  const bool low = std::isfinite(metric.range_low), high = std::isfinite(metric.range_high);
  if (!low && !high) return "unbounded";
  if (!high) return fmt::format("{} or more", metric.range_low);
  if (!low) return fmt::format("{} or less", metric.range_high);
  return fmt::format("{} to {}", metric.range_low, metric.range_high);
}

std::string_view kind_in_words(metrics::Kind kind) {
  switch (kind) {
    case metrics::Kind::headline:
      return "headline: systems are compared by it";
    case metrics::Kind::control:
      return "control: read beside headlines, never alone";
    case metrics::Kind::set:
      return "set: one number of all clips of a system";
  }
  return "";
}

std::string_view direction_in_words(metrics::Direction direction) {
  return direction == metrics::Direction::none ? "neither: no preferred direction"
                                               : metrics::to_string(direction);
}

/// "frame>shot>story>system" as signatures have it, in words.
std::string levels_in_words(const Metric& metric) {
  if (metric.set_level())
    return fmt::format("all clips together give one number; N counts {}", metric.unit);
  std::string levels;
  for (const char c : metric.aggregation)
    levels += c == '>' ? std::string(" > ") : std::string(1, c);
  return fmt::format("{}, averaged in this order; N counts {}", levels, metric.unit);
}

void print_controls(const Metric& metric) {
  if (!metric.controls.empty()) {
    print_safe(stdout,
               "  controls    a system is not ranked and gets no marks here unless these are "
               "measured and within their limits: {}\n",
               fmt::format("{}", fmt::join(metric.controls, ", ")));
  }
  if (const auto& limit = metric.withholds_marks) {
    print_safe(stdout, "  limit       a system {} {} gets no marks where this is a control\n",
               limit->above ? "above" : "below", limit->above ? *limit->above : *limit->below);
  }
}

Json as_json(const Metric& metric) {
  const metrics::MetricSettings defaults;
  Json json;
  json["id"] = metric.id;
  json["version"] = metric.version;
  json["title"] = metric.title;
  json["kind"] = metrics::to_string(metric.kind);
  json["direction"] = metrics::to_string(metric.direction);
  json["range"] = {metric.range_low, metric.range_high};
  json["definition"] = metrics::definition_under(metric, defaults);
  json["source"] = metric.source;
  json["cites"] = metric.cites;
  json["aggregation"] = metric.aggregation;
  json["unit"] = metric.unit;
  json["measure"] = metric.measure;
  json["roles"] = metric.roles;
  json["family"] = metric.family;
  json["parts"] = metric.parts;
  json["controls"] = metric.controls;
  json["leaderboard"] = metric.leaderboard;
  json["withholds_marks"] = nullptr;
  if (const auto& limit = metric.withholds_marks) {
    json["withholds_marks"] = Json::object();
    if (limit->above) json["withholds_marks"]["above"] = *limit->above;
    if (limit->below) json["withholds_marks"]["below"] = *limit->below;
  }
  json["harmeanp"] = metric.has_harmeanp;
  json["real_ceiling"] = metric.has_real_ceiling;
  json["needs"] = metrics::describe(metric.needs);
  Json settings = Json::object();
  for (const auto& threshold : metric.thresholds) {
    settings[std::string(threshold.name)] = defaults.*threshold.setting;
  }
  json["settings"] = settings;
  return json;
}

int list_as_markdown(const metrics::Catalogue& catalogue) {
  print_safe(stdout,
             "| metric | kind | better | range | needs | definition | source |\n"
             "|---|---|---|---|---|---|---|\n");
  for (const Metric& metric : catalogue.all())
    print_prepared(stdout, metrics::markdown_row(metric));
  return kExitDone;
}

int list(const metrics::Catalogue& catalogue, bool json) {
  if (json) {
    Json all = Json::array();
    for (const Metric& metric : catalogue.all()) all.push_back(as_json(metric));
    print_prepared(stdout, json_for_terminal(all, 2) + "\n");
    return kExitDone;
  }
  print_safe(stdout, "{:<28}{:<10}{:<10}{}\n", "metric", "better", "kind", "what it is");
  for (const Metric& metric : catalogue.all()) {
    print_safe(stdout, "{:<28}{:<10}{:<10}{}\n", metric.id, metrics::to_string(metric.direction),
               metrics::to_string(metric.kind), metric.title);
  }
  print_safe(stdout, "\n`asbench metrics show NAME` prints the definition of a metric.\n");
  return kExitDone;
}

int show(const metrics::Catalogue& catalogue, const std::string& name, bool json) {
  const Metric& metric = catalogue.require(name);
  if (json) {
    print_prepared(stdout, json_for_terminal(as_json(metric), 2) + "\n");
    return kExitDone;
  }
  print_safe(stdout, "{}@{}  {}\n", metric.id, metric.version, metric.title);
  print_safe(stdout, "  definition  {}\n", metrics::definition_under(metric, {}));
  print_safe(stdout, "  kind        {}\n", kind_in_words(metric.kind));
  print_safe(stdout, "  better      {}\n", direction_in_words(metric.direction));
  print_safe(stdout, "  range       {}\n", range_of(metric));
  print_safe(stdout, "  levels      {}\n", levels_in_words(metric));
  print_safe(stdout, "  measure     {}, of the family {}\n", metric.measure, metric.family);
  print_controls(metric);
  print_safe(stdout, "  needs       {}\n",
             fmt::format("{}", fmt::join(metrics::describe(metric.needs), ", ")));
  if (!metric.roles.empty()) {
    print_safe(stdout, "  encoders    {}: the protocol names them, --encoder ROLE=ID others\n",
               fmt::format("role{} {}", metric.roles.size() == 1 ? "" : "s",
                           fmt::join(metric.roles, ", ")));
  }
  print_safe(stdout, "  leaderboard {}\n",
             metric.leaderboard ? "a column by default" : "not by default");
  if (!metric.parts.empty())
    print_safe(stdout, "  parts       {}\n", fmt::format("{}", fmt::join(metric.parts, ", ")));
  if (metric.has_harmeanp)
    print_safe(stdout, "  also gives  harmeanp: harmonic mean of the shots x the worst shot\n");
  if (metric.has_real_ceiling) {
    print_safe(
        stdout,
        "  also gives  real_ceiling: the same metric on the IPs' own clips, null without clips\n");
  }
  const metrics::MetricSettings defaults;
  for (const auto& threshold : metric.thresholds) {
    print_safe(stdout, "  setting     {} = {}\n", threshold.name, defaults.*threshold.setting);
  }
  print_safe(stdout, "  source      {}\n", metric.source);
  print_safe(stdout, "  cite        {}\n", fmt::format("{}", fmt::join(metric.cites, ", ")));
  return kExitDone;
}

std::vector<std::string> ids_of(const metrics::Catalogue& catalogue) {
  std::vector<std::string> ids;
  for (const Metric& metric : catalogue.all()) ids.push_back(metric.id);
  return ids;
}

}  // namespace

void add_metrics_command(CLI::App& app, std::function<int()>& chosen,
                         const metrics::Catalogue& catalogue) {
  CLI::App* command = app.add_subcommand("metrics", "list and define the metrics");
  command->require_subcommand(1);
  command->footer("Example:\n  asbench metrics show cross_shot_clip");
  struct Options {
    bool json = false;
    bool markdown = false;
    std::string name;
  };
  const auto options = std::make_shared<Options>();  // lives as long as the parser's callbacks
  CLI::App* lister = command->add_subcommand("list", "list the metrics, one per line");
  lister->add_flag("--json", options->json, "print JSON instead of text");
  lister->add_flag("--markdown", options->markdown, "print the table of docs/metrics.md");
  lister->callback([options, &chosen, &catalogue] {
    chosen = [options, &catalogue] {
      return options->markdown ? list_as_markdown(catalogue) : list(catalogue, options->json);
    };
  });
  CLI::App* shower =
      command->add_subcommand("show", "show the definition, range and source of one metric");
  shower->add_option("NAME", options->name, "name of a metric, as `asbench metrics list` prints it")
      ->check(suggests(ids_of(catalogue)))
      ->required();
  shower->add_flag("--json", options->json, "print JSON instead of text");
  shower->callback([options, &chosen, &catalogue] {
    chosen = [options, &catalogue] { return show(catalogue, options->name, options->json); };
  });
}

}  // namespace asbench::cli
