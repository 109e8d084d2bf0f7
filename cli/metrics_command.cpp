#include "cli/metrics_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "metrics/catalogue.h"

namespace asbench::cli {

namespace {

using metrics::Metric;

std::string range_of(const Metric& metric) {
  return fmt::format("{} to {}", metric.range_low, metric.range_high);
}

/// "above 0.1"
std::string limit_of(const metrics::MarkLimit& limit) {
  return limit.above ? fmt::format("above {}", *limit.above)
                     : fmt::format("below {}", limit.below.value_or(0.0));
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
  fmt::print(
      "| metric | kind | better | range | needs | definition | source |\n"
      "|---|---|---|---|---|---|---|\n");
  for (const Metric& metric : catalogue.all()) fmt::print("{}", metrics::markdown_row(metric));
  return kExitDone;
}

int list(const metrics::Catalogue& catalogue, bool json) {
  if (json) {
    Json all = Json::array();
    for (const Metric& metric : catalogue.all()) all.push_back(as_json(metric));
    fmt::print("{}\n", all.dump(2));
    return kExitDone;
  }
  fmt::print("{:<26}{:<10}{:<10}{}\n", "metric", "better", "kind", "what it is");
  for (const Metric& metric : catalogue.all()) {
    fmt::print("{:<26}{:<10}{:<10}{}\n", metric.id, metrics::to_string(metric.direction),
               metrics::to_string(metric.kind), metric.title);
  }
  fmt::print("\n`asbench metrics show NAME` prints the definition of a metric.\n");
  return kExitDone;
}

int show(const metrics::Catalogue& catalogue, const std::string& name, bool json) {
  const Metric& metric = catalogue.require(name);
  if (json) {
    fmt::print("{}\n", as_json(metric).dump(2));
    return kExitDone;
  }
  fmt::print("{}@{}  {} ({})\n", metric.id, metric.version, metric.title,
             metrics::to_string(metric.kind));
  fmt::print("  definition  {}\n", metrics::definition_under(metric, {}));
  fmt::print("  better      {}\n", metrics::to_string(metric.direction));
  fmt::print("  range       {}\n", range_of(metric));
  fmt::print("  levels      {}, counted in {}\n", metric.aggregation, metric.unit);
  fmt::print("  measure     {} ({})\n", metric.measure, metric.family);
  if (!metric.controls.empty()) {
    fmt::print("  controls    no marks unless these are measured and within their limits: {}\n",
               fmt::join(metric.controls, ", "));
  }
  if (const auto& limit = metric.withholds_marks)
    fmt::print("  limit       withholds marks {}\n", limit_of(*limit));
  fmt::print("  leaderboard {}\n", metric.leaderboard ? "a column by default" : "not by default");
  fmt::print("  needs       {}\n", fmt::join(metrics::describe(metric.needs), ", "));
  if (!metric.parts.empty()) fmt::print("  parts       {}\n", fmt::join(metric.parts, ", "));
  if (metric.has_harmeanp) fmt::print("  also gives  harmeanp: harmonic mean x worst shot\n");
  if (metric.has_real_ceiling) {
    fmt::print(
        "  also gives  real_ceiling: the same metric on the IPs' own clips, null without clips\n");
  }
  const metrics::MetricSettings defaults;
  for (const auto& threshold : metric.thresholds) {
    fmt::print("  setting     {} = {}\n", threshold.name, defaults.*threshold.setting);
  }
  fmt::print("  source      {}\n", metric.source);
  return kExitDone;
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
      ->required();
  shower->add_flag("--json", options->json, "print JSON instead of text");
  shower->callback([options, &chosen, &catalogue] {
    chosen = [options, &catalogue] { return show(catalogue, options->name, options->json); };
  });
}

}  // namespace asbench::cli
