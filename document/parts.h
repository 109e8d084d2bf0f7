#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "document/result.h"

namespace asbench::document {

/// The first part that a metric's description should list and doesn't; nothing when all are listed,
/// or when the document describes no metric (those of earlier versions, published results).
/// @param parts  of the metric, of one of its stories or shots
[[nodiscard]] inline std::optional<std::string> unlisted_part(const MetricDescription& description,
                                                              const ResultParts& parts) {
  if (description.title.empty()) return std::nullopt;
  const auto& listed = description.parts;
  for (const auto& [name, value] : parts) {
    if (std::find(listed.begin(), listed.end(), name) == listed.end()) return name;
  }
  return std::nullopt;
}

/// Calls visit(parts, place) for the parts of a metric, of its stories and of their shots. `place`
/// is a path in the document.
template <class Visit>
void visit_parts(const Result& result, const ResultMetric& metric, Visit visit) {
  visit(metric.parts, "/metrics/" + metric.id);
  for (std::size_t s = 0; s < result.stories.size(); ++s) {
    const auto found = result.stories[s].metrics.find(metric.id);
    if (found == result.stories[s].metrics.end()) continue;
    const std::string place = "/stories/" + std::to_string(s) + "/metrics/" + metric.id;
    visit(found->second.parts, place);
    for (std::size_t i = 0; i < found->second.shots.size(); ++i)
      visit(found->second.shots[i].parts, place + "/shots/" + std::to_string(i));
  }
}

}  // namespace asbench::document
