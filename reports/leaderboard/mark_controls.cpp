#include "reports/leaderboard/mark_controls.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

namespace asbench::reports {
namespace {

/// "0.50 is above 0.1"; with as many digits as tell the value from the limit, three for small ones.
std::string shown(double value, const document::MarkLimit& limit) {
  constexpr int kMostDigits = 6;
  constexpr double kSmall = 0.01;
  const double edge = limit.above ? *limit.above : limit.below.value_or(0.0);
  int digits = std::abs(edge) < kSmall ? 3 : 2;
  while (digits < kMostDigits &&
         fmt::format("{:.{}f}", value, digits) == fmt::format("{:.{}f}", edge, digits))
    ++digits;
  return fmt::format("{:.{}f} is {} {:g}", value, digits, limit.above ? "above" : "below", edge);
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
      reasons.push_back(fmt::format("{} was not measured", control));
      continue;
    }
    const auto& limit = description_of(descriptions, control).withholds_marks;
    if (limit && beyond(*limit, *measured->mean))
      reasons.push_back(fmt::format("{} {}", control, shown(*measured->mean, *limit)));
  }
  return fmt::format("{}", fmt::join(reasons, ", "));
}

}  // namespace asbench::reports
