#include "reports/comparison/gate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <vector>

#include "core/config_files.h"
#include "core/error.h"
#include "core/files.h"
#include "core/nearest_name.h"
#include "core/schema.h"

namespace asbench::reports {
namespace {

constexpr std::string_view kFolder = "gates/";
constexpr std::string_view kEnding = ".json";

std::vector<std::string> built_in_gates() {
  std::vector<std::string> names;
  for (const auto& file : config_file_names(kFolder))
    names.push_back(file.substr(kFolder.size(), file.size() - kFolder.size() - kEnding.size()));
  return names;
}

std::optional<double> number(const Json& rule, const char* name) {
  return rule.contains(name) ? std::optional<double>(rule.at(name).get<double>()) : std::nullopt;
}

MetricRule rule_from(const Json& json, const std::string& metric, std::string_view where) {
  MetricRule rule;
  rule.role = json.at("role") == "headline" ? GateRole::headline : GateRole::watch;
  rule.tolerance = number(json, "tolerance").value_or(0.0);
  rule.minimum_effect = number(json, "minimum_effect");
  rule.limit = number(json, "limit");
  rule.ip_limit = number(json, "ip_limit");
  for (const auto& [name, bound] :
       {std::pair("minimum_effect", rule.minimum_effect), std::pair("limit", rule.limit),
        std::pair("ip_limit", rule.ip_limit)}) {
    if (bound && *bound < rule.tolerance) {
      throw BadInput(
          fmt::format("{}: metrics/{}: {} {} is below the tolerance {}, so it would have no effect",
                      where, metric, name, *bound, rule.tolerance));
    }
  }
  return rule;
}

}  // namespace

std::optional<MetricRule> Gate::rule_of(std::string_view metric) const {
  if (const auto found = metrics.find(metric); found != metrics.end()) return found->second;
  return watch_others ? std::optional<MetricRule>(MetricRule{}) : std::nullopt;
}

Gate gate_from_json(const Json& document, std::string_view where) {
  check_schema(document, "gate", where);
  Gate gate;
  gate.name = document.at("name").get<std::string>();
  gate.alpha = document.at("alpha").get<double>();
  gate.sides = document.at("sides") == "two" ? TestSides::two : TestSides::one;
  gate.seed = document.at("seed").get<std::uint64_t>();
  gate.replicates = document.at("bootstrap").at("replicates").get<int>();
  gate.tails = document.at("bootstrap").at("tails") == "expanded" ? IntervalTails::expanded
                                                                  : IntervalTails::percentile;
  gate.sign_flips = document.at("sign_flips").get<int>();
  gate.unpaired_stories = document.at("unpaired_stories").get<int>();
  gate.watch_others = document.at("others") == "watch";
  for (const auto& [metric, rule] : document.at("metrics").items())
    gate.metrics.emplace(metric, rule_from(rule, metric, where));
  return gate;
}

Gate load_gate(const std::string& name_or_path) {
  if (const auto text = config_file(fmt::format("{}{}{}", kFolder, name_or_path, kEnding))) {
    return gate_from_json(parse_json(*text, name_or_path), name_or_path);
  }
  if (!is_file(name_or_path)) {
    const auto names = built_in_gates();
    throw UsageError(fmt::format("--gate {}: not a built-in gate ({}) and not a file.{}",
                                 name_or_path, fmt::join(names, ", "),
                                 did_you_mean(name_or_path, names)));
  }
  return gate_from_json(
      read_json_file(name_or_path,
                     {.max_bytes = 1 << 20, .refuse_duplicate_keys = true, .kind = "a gate"}),
      name_or_path);
}

}  // namespace asbench::reports
