#pragma once

#include <string>

#include "core/json.h"
#include "reports/comparison/compare.h"

namespace asbench::reports {

/// For a terminal.
[[nodiscard]] std::string comparison_text(const Comparison& comparison);

struct ComparisonMarkdownOptions {
  /// URL of a story in a report; {story} stands for its id. Empty: stories are not linked.
  std::string story_link;
};

/// For a comment on a pull request (GitHub takes 65,536 characters): the verdict first, then the
/// tested metrics, the worst stories, and the watched metrics, folded. Long tables are cut, and say
/// so.
[[nodiscard]] std::string comparison_markdown(const Comparison& comparison,
                                              const ComparisonMarkdownOptions& options = {});

/// Everything, with the digits that read back to the same doubles; without the stories' values.
[[nodiscard]] Json comparison_json(const Comparison& comparison);

/// JUnit XML as CI systems read it: one test case per metric. A metric that makes the comparison
/// fail is a failure, an untested one is skipped, the others pass with their figures as output.
[[nodiscard]] std::string comparison_junit(const Comparison& comparison);

/// One line per story and metric (RFC 4180): story,ip,metric,direction,base,candidate,difference.
[[nodiscard]] std::string comparison_csv(const Comparison& comparison);

}  // namespace asbench::reports
