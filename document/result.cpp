#include "document/result.h"

#include <algorithm>

namespace asbench::document {

std::string_view to_string(ResultKind kind) {
  return kind == ResultKind::reported   ? "reported"
         : kind == ResultKind::baseline ? "baseline"
                                        : "submission";
}

std::string_view to_string(ResultDirection direction) {
  return direction == ResultDirection::higher  ? "higher"
         : direction == ResultDirection::lower ? "lower"
                                               : "none";
}

std::string_view to_string(MetricKind kind) {
  return kind == MetricKind::headline ? "headline" : kind == MetricKind::set ? "set" : "control";
}

std::span<const std::string> Result::pictures_of(const ResultStory& story) const {
  for (const std::string& owner : {story.id, story.ip}) {
    if (const auto found = references.find(owner); found != references.end()) return found->second;
  }
  return {};
}

const ResultMetric* Result::find_metric(std::string_view id) const {
  const auto found = std::find_if(metrics.begin(), metrics.end(),
                                  [&](const ResultMetric& metric) { return metric.id == id; });
  return found == metrics.end() ? nullptr : &*found;
}

}  // namespace asbench::document
