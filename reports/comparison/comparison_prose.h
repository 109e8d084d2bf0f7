#pragma once

#include <string>
#include <vector>

#include "reports/comparison/compare.h"

namespace asbench::reports {

/// A comparison in sentences, for readers who are no statisticians. Plain text: ids are not
/// escaped.
struct ComparisonProse {
  std::vector<std::string> found;     ///< each metric that decides or is worse, and missing shots
  std::vector<std::string> sure;      ///< what it rests on, false alarms, what may be missed
  std::vector<std::string> untested;  ///< what the answer doesn't cover
};

[[nodiscard]] ComparisonProse comparison_prose(const Comparison& comparison);

/// What the columns of the table of numbers mean, one line each.
/// @param higher, lower  the marks behind a metric's name
[[nodiscard]] std::vector<std::string> table_legend(std::string_view higher,
                                                    std::string_view lower);

}  // namespace asbench::reports
