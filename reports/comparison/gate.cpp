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

std::optional<std::string_view> built_in(const std::string& name) {
  return config_file(fmt::format("{}{}{}", kFolder, name, kEnding));
}

void require_gate_file(const std::string& path) {
  if (is_file(path)) return;
  throw UsageError(fmt::format(
      "gate {}: not a built-in gate ({}) and not a file.{}\n  `asbench gate list` prints the "
      "built-in ones; `asbench gate show default > gate.json` gives one to change.",
      path, fmt::join(built_in_gates(), ", "), did_you_mean(path, built_in_gates())));
}

std::optional<double> number(const Json& rule, const char* name) {
  return rule.contains(name) ? std::optional<double>(rule.at(name).get<double>()) : std::nullopt;
}

WatchAction action(const Json& object, WatchAction otherwise) {
  const auto found = object.find("watch");
  if (found == object.end()) return otherwise;
  return *found == "fail" ? WatchAction::fail : WatchAction::warn;
}

/// Refuses numbers that could never act.
void require_acting(const MetricRule& rule, const std::string& metric, std::string_view where) {
  const auto refuse = [&](const std::string& problem) {
    throw BadInput(fmt::format("{}: metrics/{}: {}", where, metric, problem));
  };
  for (const auto& [name, bound] :
       {std::pair("minimum_effect", rule.minimum_effect), std::pair("limit", rule.limit),
        std::pair("ip_limit", rule.ip_limit), std::pair("story_limit", rule.story_limit)}) {
    if (bound && *bound < rule.tolerance) {
      refuse(fmt::format("{} {} is below the tolerance {}, so it would have no effect", name,
                         *bound, rule.tolerance));
    }
  }
}

MetricRule rule_from(const Json& json, const std::string& metric, const Gate& gate,
                     std::string_view where) {
  MetricRule rule;
  rule.role = json.at("role") == "headline" ? GateRole::headline : GateRole::watch;
  rule.tolerance = number(json, "tolerance").value_or(0.0);
  rule.tolerance_spread = number(json, "tolerance_spread");
  rule.tolerance_unstated = rule.role == GateRole::watch && !json.contains("tolerance");
  rule.minimum_effect = number(json, "minimum_effect");
  rule.limit = number(json, "limit");
  rule.ip_limit = number(json, "ip_limit");
  rule.story_limit = number(json, "story_limit");
  rule.optional = json.value("optional", false);
  if (rule.role == GateRole::watch) {
    rule.watch = action(json, gate.watch);
  } else if (json.contains("watch")) {
    throw BadInput(fmt::format(
        "{}: metrics/{}: a headline metric always decides, so \"watch\" has no meaning for it\n  "
        "Take it out, or give the metric the role \"watch\".",
        where, metric));
  }
  require_acting(rule, metric, where);
  return rule;
}

MissingRule missing_from(const Json& document) {
  MissingRule rule;
  const auto found = document.find("missing");
  if (found == document.end()) return rule;
  rule.watch = action(*found, rule.watch);
  rule.limit = found->value("limit", rule.limit);
  return rule;
}

std::optional<ClipRule> clips_from(const Json& document, std::string_view where) {
  const auto found = document.find("clips");
  if (found == document.end()) return std::nullopt;
  ClipRule rule;
  rule.watch = action(*found, rule.watch);
  rule.shorter = number(*found, "shorter");
  rule.smaller = number(*found, "smaller");
  rule.reshaped = number(*found, "reshaped");
  rule.limit = found->value("limit", rule.limit);
  if (rule.shorter || rule.smaller || rule.reshaped) return rule;
  throw BadInput(fmt::format(
      "{}: clips: it looks at nothing\n  State at least one of \"shorter\", \"smaller\" and "
      "\"reshaped\", or take \"clips\" out.",
      where));
}

}  // namespace

std::optional<MetricRule> Gate::rule_of(std::string_view metric) const {
  if (const auto found = metrics.find(metric); found != metrics.end()) return found->second;
  if (!watch_others) return std::nullopt;
  return MetricRule{.tolerance_unstated = true, .watch = watch};
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
  gate.watch = action(document, gate.watch);
  gate.missing = missing_from(document);
  gate.clips = clips_from(document, where);
  for (const auto& [metric, rule] : document.at("metrics").items())
    gate.metrics.emplace(metric, rule_from(rule, metric, gate, where));
  return gate;
}

std::vector<std::string> built_in_gates() {
  std::vector<std::string> names;
  for (const auto& file : config_file_names(kFolder))
    names.push_back(file.substr(kFolder.size(), file.size() - kFolder.size() - kEnding.size()));
  return names;
}

Gate load_gate(const std::string& name_or_path) {
  if (const auto text = built_in(name_or_path))
    return gate_from_json(parse_json(*text, name_or_path), name_or_path);
  require_gate_file(name_or_path);
  return gate_from_json(
      read_json_file(name_or_path,
                     {.max_bytes = 1 << 20, .refuse_duplicate_keys = true, .kind = "a gate"}),
      name_or_path);
}

std::string gate_text(const std::string& name_or_path) {
  if (const auto text = built_in(name_or_path)) return std::string(*text);
  require_gate_file(name_or_path);
  return read_text_file(name_or_path);
}

}  // namespace asbench::reports
