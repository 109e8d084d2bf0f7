#pragma once

#include <string>

#include "core/json.h"
#include "reports/comparison/compare.h"

namespace asbench::reports {

/// For a terminal: verdict, what was found, how sure, what was not tested; then the numbers.
[[nodiscard]] std::string comparison_text(const Comparison& comparison);

struct ComparisonMarkdownOptions {
  /// URL of a story in a report; {story} stands for its id. Empty: stories are not linked.
  std::string story_link;
};

/// For a comment on a pull request (GitHub takes 65,536 characters): the verdict first, then what
/// was found, the worst stories, how sure it is and what was not tested, in words; the numbers are
/// folded. Long tables are cut, and say so.
[[nodiscard]] std::string comparison_markdown(const Comparison& comparison,
                                              const ComparisonMarkdownOptions& options = {});

/// Everything, with the digits that read back to the same doubles; without the stories' values.
[[nodiscard]] Json comparison_json(const Comparison& comparison);

/// JUnit XML as CI systems read it: one test case per metric, one for missing shots, and
/// one for clips where the gate looks at them. What makes
/// the comparison fail is a failure, an untested metric is skipped, the others pass with their
/// figures as output.
[[nodiscard]] std::string comparison_junit(const Comparison& comparison);

/// One line per story and metric (RFC 4180): story,ip,metric,direction,base,candidate,difference.
[[nodiscard]] std::string comparison_csv(const Comparison& comparison);

}  // namespace asbench::reports
