#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "document/result.h"
#include "reports/comparison/compare.h"

namespace asbench::reports {

// Words that the readable forms of a comparison share.

/// "regressed: clip_i, frozen_rate (watched), missing shots (3 more)" or "no regression found;
/// improved: clip_i; undecided: clip_t", then "; worse among the watched: motion_x". Plain text:
/// metric ids are not escaped.
[[nodiscard]] std::string verdict_line(const Comparison& comparison);

/// "clips (64 shorter, 64 smaller)".
[[nodiscard]] std::string clips_words(const ClipChanges& clips);

/// "gate demo: alpha 0.05, one-sided, Holm's method over 4 metrics and over 3 watched ones"
[[nodiscard]] std::string rules_line(const Comparison& comparison);

/// "candidate against base on mini-world: 16 stories of 8 IPs". Plain text.
[[nodiscard]] std::string subject_line(const Comparison& comparison);

/// "about 3 of 100 comparisons", "fewer than 1 of 10,000 comparisons". Rounded up.
[[nodiscard]] std::string chance_words(double p);

/// Four decimals; "-" for nothing.
[[nodiscard]] std::string fixed(const document::ResultValue& value);
[[nodiscard]] std::string with_sign(const document::ResultValue& value);
[[nodiscard]] std::string interval_words(const std::optional<Interval>& interval, bool sign = true);

/// The one-sided p in the direction of the difference: of "worse" below 0, else of "better".
[[nodiscard]] document::ResultValue shown_p(const MetricComparison& metric);

/// "3/1/12": stories won, tied and lost; "-" for metrics without a preferred direction
/// and where there are no pairs.
[[nodiscard]] std::string counts_cell(const MetricComparison& metric, std::string_view between);

/// "0.0310 ± 0.0080": the detectable change with its standard error; "-" where nothing can be
/// detected.
[[nodiscard]] std::string detectable_cell(const MetricComparison& metric,
                                          std::string_view plus_minus);

/// 95 % interval of the difference; for a set-level metric the intervals of both values.
[[nodiscard]] std::string interval_cell(const MetricComparison& metric);

struct WorstStory {
  const MetricComparison* metric = nullptr;
  const StoryDifference* story = nullptr;
};
/// The worst stories of the metrics that fail, or where none does, of the headline metrics: at most
/// `each` per metric.
[[nodiscard]] std::vector<WorstStory> worst_stories(const Comparison& comparison,
                                                    std::size_t each = 3);

}  // namespace asbench::reports
