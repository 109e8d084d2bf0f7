#pragma once

#include <optional>
#include <vector>

#include "document/result.h"
#include "reports/comparison/compare.h"
#include "reports/comparison/gate.h"

namespace asbench::reports {

/// The gate's rule for a metric of a document, complete: a watched metric for which the gate states
/// no tolerance gets one here. Nothing when the gate ignores the metric.
///
/// It is a thousandth of the metric's range: .001 for shares, .002 for cosines, which is what gate
/// `default` states for its own. Where the range has no end, or the document doesn't state it, a
/// thousandth of the base's mean. Never more than a bound that the gate states. Without it the test
/// would call a change significant that no reader can see: a difference of 1e-7, alike in all
/// stories, is as sure as a large one.
/// @param metric  the base's
[[nodiscard]] std::optional<MetricRule> resolved_rule(const Gate& gate,
                                                      const document::ResultMetric& metric);

/// Raises the tolerance to what the gate's `tolerance_spread` gives for these stories of the base;
/// never above a bound that the gate states. Fewer than two stories show no spread.
void widen_to_spread(MetricRule& rule, const std::vector<StoryDifference>& stories);

}  // namespace asbench::reports
