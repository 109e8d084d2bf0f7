#pragma once

#include <string>

#include "document/result.h"

namespace asbench::reports {

// What `asbench score` reports for CI beside the document.

/// A heading, what was scored, one row per metric, findings by kind.
[[nodiscard]] std::string score_markdown(const document::Result& result);

/// JUnit XML: one test case per metric with its figures; a metric without a value is skipped.
[[nodiscard]] std::string score_junit(const document::Result& result);

}  // namespace asbench::reports
