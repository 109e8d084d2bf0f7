#include "reports/comparison/tolerance.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace asbench::reports {
namespace {

constexpr double kShare = 0.001;  ///< of the range: what four decimals of a share can show, tenfold

double a_thousandth(const document::ResultMetric& metric) {
  const auto& [low, high] = std::pair(metric.description.range_low, metric.description.range_high);
  if (low && high && *high > *low) return kShare * (*high - *low);
  return kShare * std::abs(metric.mean.value_or(0.0));
}

}  // namespace

std::optional<MetricRule> resolved_rule(const Gate& gate, const document::ResultMetric& metric) {
  auto rule = gate.rule_of(metric.id);
  if (!rule || !rule->tolerance_unstated) return rule;
  rule->tolerance = a_thousandth(metric);
  for (const auto& bound : {rule->minimum_effect, rule->limit, rule->ip_limit, rule->story_limit}) {
    if (bound) rule->tolerance = std::min(rule->tolerance, *bound);
  }
  return rule;
}

}  // namespace asbench::reports
