#include "document/part_names.h"

#include <fmt/format.h>

#include <algorithm>

namespace asbench::document {
namespace {

bool lists(const ResultMetric& metric, const std::string& part) {
  const auto& listed = metric.description.parts;
  return std::find(listed.begin(), listed.end(), part) != listed.end();
}

}  // namespace

void PartNames::add(const ResultStory& story) {
  for (const auto& metric : story.metrics) {
    const std::string& id = metric.first;  // clang 14 can't capture a structured binding
    const auto& values = metric.second;
    auto& places = metrics_[id];
    const auto note = [&](const ResultParts& parts, std::optional<std::size_t> shot) {
      for (const auto& [name, value] : parts) {
        if (places.contains(name)) continue;
        const std::string below = shot ? fmt::format("shots/{}/", *shot) : std::string();
        places.emplace(name, fmt::format("/stories/{}/metrics/{}/{}{}", stories_, id, below, name));
      }
    };
    note(values.parts, std::nullopt);
    for (std::size_t i = 0; i < values.shots.size(); ++i) note(values.shots[i].parts, i);
  }
  ++stories_;
}

std::optional<PartNames::Unlisted> PartNames::unlisted(
    const std::vector<ResultMetric>& metrics) const {
  for (const ResultMetric& metric : metrics) {
    if (metric.description.title.empty()) continue;
    for (const auto& [name, value] : metric.parts) {
      if (!lists(metric, name))
        return Unlisted{fmt::format("/metrics/{}/{}", metric.id, name), &metric};
    }
    const auto found = metrics_.find(metric.id);
    if (found == metrics_.end()) continue;
    for (const auto& [name, place] : found->second) {
      if (!lists(metric, name)) return Unlisted{place, &metric};
    }
  }
  return std::nullopt;
}

}  // namespace asbench::document
