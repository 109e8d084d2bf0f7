#include "evaluation/protocol.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/config_files.h"
#include "core/error.h"
#include "core/files.h"
#include "core/nearest_name.h"
#include "core/schema.h"
#include "metrics/catalogue.h"
#include "metrics/registry.h"

namespace asbench::evaluation {
namespace {

constexpr std::string_view kFolder = "protocols/";
constexpr std::string_view kEnding = ".json";

std::vector<std::string> built_in_protocols() {
  std::vector<std::string> names;
  for (const auto& file : config_file_names(kFolder)) {
    names.push_back(file.substr(kFolder.size(), file.size() - kFolder.size() - kEnding.size()));
  }
  return names;
}

/// Those of all measures, in the order of the registry.
std::vector<metrics::Measure::Threshold> thresholds() {
  std::vector<metrics::Measure::Threshold> all;
  for (const auto& measure : metrics::all_measures())
    all.insert(all.end(), measure.thresholds.begin(), measure.thresholds.end());
  return all;
}

/// One that the file leaves out keeps its default (metrics/settings.h).
void read_thresholds(const Json& given, const std::string& where,
                     metrics::MetricSettings& settings) {
  const auto known = thresholds();
  for (const auto& [key, value] : given.items()) {
    const std::string& name = key;  // clang 14 captures no structured binding
    const auto found = std::find_if(known.begin(), known.end(),
                                    [&](const auto& threshold) { return threshold.name == name; });
    if (found == known.end()) {
      std::vector<std::string> names;
      for (const auto& threshold : known) names.emplace_back(threshold.name);
      throw BadInput(
          fmt::format("{}: /thresholds: no metric has a threshold '{}'.{} Thresholds: {}.", where,
                      name, did_you_mean(name, names), fmt::join(names, ", ")));
    }
    settings.*found->setting = value.get<double>();
  }
}

}  // namespace

Protocol load_protocol(const std::string& name_or_path) {
  Json json;
  if (const auto text = config_file(fmt::format("{}{}{}", kFolder, name_or_path, kEnding))) {
    json = parse_json(*text, name_or_path);
  } else if (is_file(name_or_path)) {
    json = read_json_file(
        name_or_path, {.max_bytes = 1 << 20, .refuse_duplicate_keys = true, .kind = "a protocol"});
  } else {
    const auto names = built_in_protocols();
    throw UsageError(fmt::format("--protocol {}: neither a built-in protocol ({}) nor a file.{}",
                                 name_or_path, fmt::join(names, ", "),
                                 did_you_mean(name_or_path, names)));
  }
  check_schema(json, "protocol", name_or_path);

  Protocol protocol;
  protocol.name = json.at("name").get<std::string>();
  protocol.frames = json.at("frames").get<std::string>();
  protocol.background = json.at("background").get<std::string>();
  protocol.text = json.at("text").get<std::string>();
  for (const auto& [role, id] : json.at("encoders").items())
    protocol.encoders[role] = id.get<std::string>();
  if (json.contains("preprocess"))
    protocol.preprocess = json.at("preprocess").get<std::map<std::string, std::string>>();
  for (const Json& entry : json.at("metrics")) {
    if (entry.is_object()) protocol.declared.push_back(entry);
    const auto id = (entry.is_object() ? entry.at("id") : entry).get<std::string>();
    if (std::find(protocol.metrics.begin(), protocol.metrics.end(), id) != protocol.metrics.end()) {
      throw BadInput(fmt::format("{}: /metrics: '{}' is listed twice\n  Leave one of them out.",
                                 name_or_path, id));
    }
    protocol.metrics.push_back(id);
  }
  protocol.catalogue =
      metrics::built_in_metrics().with(Json{{"metrics", protocol.declared}}, name_or_path);
  protocol.dtype = json.at("dtype").get<std::string>();
  protocol.prologues = json.value("prologue", "exclude") == "include";
  auto& settings = protocol.settings;
  settings.missing = metrics::parse_missing_policy(json.at("missing").get<std::string>());
  settings.references = metrics::parse_reference_pooling(json.at("references").get<std::string>());
  const Json& confidence = json.at("confidence");
  settings.bootstrap.level = confidence.at("level").get<double>();
  settings.bootstrap.replicates = confidence.at("replicates").get<int>();
  settings.bootstrap.seed = confidence.at("seed").get<std::uint64_t>();
  if (json.contains("fvd_variant"))
    protocol.fvd_variant = json.at("fvd_variant").get<std::string>();
  protocol.neighbours = json.value("neighbours", protocol.neighbours);
  read_thresholds(json.at("thresholds"), name_or_path, settings);
  return protocol;
}

Json protocol_settings(const Protocol& protocol) {
  const auto& used = protocol.settings;
  Json settings;
  settings["frames"] = protocol.frames;
  settings["background"] = protocol.background;
  settings["references"] = metrics::to_string(used.references);
  settings["text"] = protocol.text;
  settings["encoders"] = protocol.encoders;
  settings["preprocess"] = protocol.preprocess;
  settings["metrics"] = protocol.metrics;
  if (!protocol.declared.empty()) settings["declared_metrics"] = protocol.declared;
  settings["missing"] = metrics::to_string(used.missing);
  settings["dtype"] = protocol.dtype;
  if (protocol.prologues) settings["prologue"] = "include";
  settings["fvd_variant"] =
      protocol.fvd_variant ? Json(*protocol.fvd_variant) : Json("as published");
  settings["neighbours"] = protocol.neighbours;
  settings["confidence"] = {{"level", used.bootstrap.level},
                            {"replicates", used.bootstrap.replicates},
                            {"seed", used.bootstrap.seed}};
  for (const auto& threshold : thresholds())
    settings["thresholds"][std::string(threshold.name)] = used.*threshold.setting;
  return settings;
}

std::vector<std::string> protocol_overrides(const Protocol& defaults, const Protocol& used) {
  std::vector<std::string> overrides;
  const Json before = protocol_settings(defaults);
  const Json after = protocol_settings(used);
  for (const auto& [key, value] : after.items()) {
    // Fewer metrics leave the others' numbers as they are; coverage tells which were computed.
    const Json earlier = before.value(key, Json());
    if (key == "metrics" || value == earlier) continue;
    overrides.push_back(
        fmt::format("{}={} ({}: {})", key, value.dump(), defaults.name, earlier.dump()));
  }
  return overrides;
}

}  // namespace asbench::evaluation
