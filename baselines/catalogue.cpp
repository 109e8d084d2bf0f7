#include "baselines/catalogue.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/config_files.h"
#include "core/error.h"
#include "core/nearest_name.h"

namespace asbench::baselines {

std::vector<BaselineInfo> list_baselines() {
  std::vector<BaselineInfo> all;
  for (const auto& file : config_file_names("baselines/")) {
    const Json json = parse_json(*config_file(file), file);  // tests hold it to its schema
    all.push_back({json.at("name"), json.at("kind"), json.at("does"), json.at("bounds"),
                   json.value("exploit", std::string()),
                   json.at("needs").get<std::vector<std::string>>(),
                   json.value("parameters", Json::object())});
  }
  return all;
}

bool is_network(const BaselineInfo& info) {
  return info.kind == "network";
}

BaselineInfo find_baseline(std::string_view name) {
  std::vector<std::string> names;
  for (auto& info : list_baselines()) {
    if (info.name == name) return info;
    names.push_back(info.name);
  }
  throw UsageError(fmt::format("Unknown baseline {:?}.{} Choose from: {}.", name,
                               did_you_mean(name, names), fmt::join(names, ", ")));
}

}  // namespace asbench::baselines
