#include "cli/metrics_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "metrics/registry.h"

namespace asbench::cli {

namespace {

using metrics::MetricInfo;

std::vector<std::string_view> needs_of(const MetricInfo& metric) {
  std::vector<std::string_view> needs;
  const metrics::Needs& has = metric.needs;
  if (has.clip_image) needs.emplace_back("clip image");
  if (has.clip_text) needs.emplace_back("clip text");
  if (has.dino) needs.emplace_back("dino");
  if (has.pixels) needs.emplace_back("pixels");
  if (has.references) needs.emplace_back("references");
  if (has.mirrored_references) needs.emplace_back("mirrored references");
  if (has.gallery) needs.emplace_back("the other characters' references");
  if (has.video) needs.emplace_back("a video encoder and a reference set");
  if (has.training_set) needs.emplace_back("a training set");
  return needs;
}

std::string_view kind_of(const MetricInfo& metric) {
  return metric.set_level ? "set" : metric.headline ? "headline" : "control";
}

std::string range_of(const MetricInfo& metric) {
  return fmt::format("{} to {}", metric.range_low, metric.range_high);
}

Json as_json(const MetricInfo& metric) {
  const metrics::MetricSettings defaults;
  Json json;
  json["id"] = metric.id;
  json["version"] = metric.version;
  json["title"] = metric.title;
  json["kind"] = kind_of(metric);
  json["direction"] = metrics::to_string(metric.direction);
  json["range"] = {metric.range_low, metric.range_high};
  json["definition"] = metric.definition;
  json["source"] = metric.source;
  json["aggregation"] = metric.aggregation;
  json["unit"] = metric.unit;
  json["harmeanp"] = metric.has_harmeanp;
  json["real_ceiling"] = metric.has_real_ceiling;
  json["needs"] = needs_of(metric);
  Json settings = Json::object();
  for (const auto& threshold : metric.thresholds) {
    settings[std::string(threshold.name)] = defaults.*threshold.setting;
  }
  json["settings"] = settings;
  return json;
}

int list(bool json) {
  if (json) {
    Json all = Json::array();
    for (const MetricInfo& metric : metrics::all_metrics()) all.push_back(as_json(metric));
    fmt::print("{}\n", all.dump(2));
    return kExitDone;
  }
  fmt::print("{:<26}{:<10}{:<10}{}\n", "metric", "better", "kind", "what it is");
  for (const MetricInfo& metric : metrics::all_metrics()) {
    fmt::print("{:<26}{:<10}{:<10}{}\n", metric.id, metrics::to_string(metric.direction),
               kind_of(metric), metric.title);
  }
  fmt::print("\n`asbench metrics show NAME` prints the definition of a metric.\n");
  return kExitDone;
}

int show(const std::string& name, bool json) {
  const MetricInfo& metric = metrics::require_metric(name);
  if (json) {
    fmt::print("{}\n", as_json(metric).dump(2));
    return kExitDone;
  }
  fmt::print("{}@{}  {} ({})\n", metric.id, metric.version, metric.title, kind_of(metric));
  fmt::print("  definition  {}\n", metric.definition);
  fmt::print("  better      {}\n", metrics::to_string(metric.direction));
  fmt::print("  range       {}\n", range_of(metric));
  fmt::print("  levels      {}, counted in {}\n", metric.aggregation, metric.unit);
  fmt::print("  needs       {}\n", fmt::join(needs_of(metric), ", "));
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

void add_metrics_command(CLI::App& app, std::function<int()>& chosen) {
  CLI::App* command = app.add_subcommand("metrics", "list and define the metrics");
  command->require_subcommand(1);
  command->footer("Example:\n  asbench metrics show cross_shot_clip");
  struct Options {
    bool json = false;
    std::string name;
  };
  const auto options = std::make_shared<Options>();  // lives as long as the parser's callbacks
  CLI::App* lister = command->add_subcommand("list", "list the metrics, one per line");
  lister->add_flag("--json", options->json, "print JSON instead of text");
  lister->callback([options, &chosen] { chosen = [options] { return list(options->json); }; });
  CLI::App* shower =
      command->add_subcommand("show", "show the definition, range and source of one metric");
  shower->add_option("NAME", options->name, "name of a metric, as `asbench metrics list` prints it")
      ->required();
  shower->add_flag("--json", options->json, "print JSON instead of text");
  shower->callback(
      [options, &chosen] { chosen = [options] { return show(options->name, options->json); }; });
}

}  // namespace asbench::cli
