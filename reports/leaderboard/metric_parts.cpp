#include "reports/leaderboard/metric_parts.h"

#include <algorithm>
#include <string_view>

namespace asbench::reports {

std::vector<MetricPart> parts_of(const document::ResultMetric& metric) {
  std::vector<MetricPart> parts(metric.parts.begin(), metric.parts.end());
  if (metric.normalised) parts.emplace_back("normalised", metric.normalised);
  if (metric.real_ceiling) parts.emplace_back("real_ceiling", metric.real_ceiling->mean);
  if (metric.real_stories) {
    parts.emplace_back("real_stories", metric.real_stories->mean);
    parts.emplace_back("distance_to_real", metric.real_stories->distance);
  }
  return parts;
}

document::ResultValue part_of(const document::ResultMetric& metric, std::string_view name) {
  for (const auto& [known, value] : parts_of(metric)) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string> part_names(const std::vector<const document::ResultMetric*>& metrics) {
  std::vector<std::string> names;
  for (const document::ResultMetric* metric : metrics) {
    for (const auto& [name, value] : parts_of(*metric)) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

}  // namespace asbench::reports
