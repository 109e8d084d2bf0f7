#pragma once

#include <vector>

#include "document/result.h"

namespace asbench::reports {

/// The results that papers report (configs/reported/), of kind `reported`: shown beside measured
/// results, never ranked.
[[nodiscard]] std::vector<document::Result> published_results();

}  // namespace asbench::reports
