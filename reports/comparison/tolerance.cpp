#include "reports/comparison/tolerance.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace asbench::reports {
namespace {

constexpr double kShare = 0.001;  ///< of the range: what four decimals of a share can show, tenfold

double a_thousandth(const document::ResultMetric& metric) {
  const auto& [low, high] = std::pair(metric.description.range_low, metric.description.range_high);
  if (low && high && *high > *low) return kShare * (*high - *low);
  return kShare * std::abs(metric.mean.value_or(0.0));
}

/// The tolerance, no larger than what must lie above it.
double within_bounds(double tolerance, const MetricRule& rule) {
  for (const auto& bound : {rule.minimum_effect, rule.limit, rule.ip_limit, rule.story_limit}) {
    if (bound) tolerance = std::min(tolerance, *bound);
  }
  return tolerance;
}

/// Standard deviation (n - 1) of the base's stories, in two passes.
double spread(const std::vector<StoryDifference>& stories) {
  const auto n = static_cast<double>(stories.size());
  double mean = 0.0;
  for (const auto& story : stories) mean += story.base / n;
  double squares = 0.0;
  for (const auto& story : stories) squares += (story.base - mean) * (story.base - mean);
  return std::sqrt(squares / (n - 1.0));
}

}  // namespace

void widen_to_spread(MetricRule& rule, const std::vector<StoryDifference>& stories) {
  if (!rule.tolerance_spread || stories.size() < 2) return;
  const double wider = within_bounds(*rule.tolerance_spread * spread(stories), rule);
  rule.tolerance = std::max(rule.tolerance, wider);
}

std::optional<MetricRule> resolved_rule(const Gate& gate, const document::ResultMetric& metric) {
  auto rule = gate.rule_of(metric.id);
  if (!rule || !rule->tolerance_unstated) return rule;
  rule->tolerance = within_bounds(a_thousandth(metric), *rule);
  return rule;
}

}  // namespace asbench::reports
