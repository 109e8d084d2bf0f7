#include "reports/leaderboard/mark_controls.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

namespace asbench::reports {
namespace {

/// "0.50"; with one digit more where the limit is so small that two digits would show 0.00.
std::string shown(double value, const document::MarkLimit& limit) {
  constexpr double kSmall = 0.01;
  const double edge = std::abs(limit.above ? *limit.above : limit.below.value_or(0.0));
  return fmt::format("{:.{}f}", value, edge < kSmall ? 3 : 2);
}

}  // namespace

Descriptions descriptions_of(const std::vector<const document::Result*>& results) {
  Descriptions descriptions;
  for (const document::Result* result : results) {
    for (const auto& metric : result->metrics) {
      if (!metric.description.title.empty()) descriptions.emplace(metric.id, metric.description);
    }
  }
  return descriptions;
}

const document::MetricDescription& description_of(const Descriptions& descriptions,
                                                  const std::string& metric) {
  static const document::MetricDescription none;
  const auto found = descriptions.find(metric);
  return found == descriptions.end() ? none : found->second;
}

bool beyond(const document::MarkLimit& limit, double value) {
  return (limit.above && value > *limit.above) || (limit.below && value < *limit.below);
}

std::string withheld_reason(const document::Result& result, const std::string& metric,
                            const Descriptions& descriptions) {
  std::vector<std::string> reasons;
  for (const auto& control : description_of(descriptions, metric).controls) {
    const auto* measured = result.find_metric(control);
    // A control that was not measured clears nobody.
    if (measured == nullptr || !measured->mean) {
      reasons.push_back(fmt::format("{} not measured", control));
      continue;
    }
    const auto& limit = description_of(descriptions, control).withholds_marks;
    if (limit && beyond(*limit, *measured->mean))
      reasons.push_back(fmt::format("{} {}", control, shown(*measured->mean, *limit)));
  }
  return fmt::format("{}", fmt::join(reasons, ", "));
}

}  // namespace asbench::reports
