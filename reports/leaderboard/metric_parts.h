#pragma once

#include <string>
#include <utility>
#include <vector>

#include "document/result.h"

namespace asbench::reports {

/// Name and value of one further number beside a metric's value.
using MetricPart = std::pair<std::string, document::ResultValue>;

/// Every further number that the document holds of the metric, by name: its parts, and
/// `normalised` and `real_ceiling` where they are known. Whatever the document holds is here: page
/// and tables list these without knowing a name.
[[nodiscard]] std::vector<MetricPart> parts_of(const document::ResultMetric& metric);

/// One part by its name; nothing where the metric lacks it.
[[nodiscard]] document::ResultValue part_of(const document::ResultMetric& metric,
                                            std::string_view name);

/// Names of all parts that these metrics have, each once, in the order in which they come.
[[nodiscard]] std::vector<std::string> part_names(
    const std::vector<const document::ResultMetric*>& metrics);

}  // namespace asbench::reports
