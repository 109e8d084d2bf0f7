#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "document/result.h"
#include "reports/comparison/compare.h"

namespace asbench::reports {

// What the readable forms of a comparison say in the same words.

/// "regressed: clip_i, clip_t" or "no regression; improved: clip_i; undecided: clip_t". Plain text:
/// metric ids are not escaped.
[[nodiscard]] std::string verdict_line(const Comparison& comparison);

/// "gate demo: alpha 0.05, one-sided, Holm's method over 4 metrics"
[[nodiscard]] std::string rules_line(const Comparison& comparison);

/// Four decimals; "-" for nothing.
[[nodiscard]] std::string fixed(const document::ResultValue& value);
[[nodiscard]] std::string with_sign(const document::ResultValue& value);
[[nodiscard]] std::string interval_words(const std::optional<Interval>& interval, bool sign = true);

/// p of the side that the difference lies on: worse below 0, else better.
[[nodiscard]] document::ResultValue shown_p(const MetricComparison& metric);

/// "3/1/12": stories won, tied and lost; "-" where neither way is better or there are no pairs.
[[nodiscard]] std::string counts_cell(const MetricComparison& metric, std::string_view between);

/// 95 % interval of the difference; of a set-level metric its two own intervals.
[[nodiscard]] std::string interval_cell(const MetricComparison& metric);

struct WorstStory {
  const MetricComparison* metric = nullptr;
  const StoryDifference* story = nullptr;
};
/// The worst stories of the metrics that fail, or where none does of the headline metrics: at most
/// `each` of a metric.
[[nodiscard]] std::vector<WorstStory> worst_stories(const Comparison& comparison,
                                                    std::size_t each = 3);

}  // namespace asbench::reports
