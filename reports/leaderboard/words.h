#pragma once

#include <string>
#include <string_view>

#include "core/words.h"
#include "document/metric_description.h"
#include "document/result.h"

namespace asbench::reports {

/// "16 stories of 8 IPs"
[[nodiscard]] std::string stories_of_ips(int stories, int ips);

/// "2 of 6 stories" where the mean rests on fewer stories than the split has, else empty.
[[nodiscard]] std::string fewer_stories(const document::ResultMetric& metric);

/// The metric's title; its id where no document describes it.
[[nodiscard]] const std::string& title_of(const document::MetricDescription& description,
                                          const std::string& id);

/// " ↑" where higher is better, " ↓" where lower is, empty for metrics without a preferred
/// direction.
[[nodiscard]] std::string_view arrow(document::ResultDirection direction);
/// The same in ASCII, for a terminal: " ^" and " v".
[[nodiscard]] std::string_view plain_arrow(document::ResultDirection direction);

}  // namespace asbench::reports
