#pragma once

#include <map>
#include <string>
#include <vector>

#include "document/metric_description.h"
#include "document/result.h"

namespace asbench::reports {

/// Metric id -> what the metric says about itself; the first document that describes it counts.
using Descriptions = std::map<std::string, document::MetricDescription>;

[[nodiscard]] Descriptions descriptions_of(const std::vector<const document::Result*>& results);

/// The metric's description; an empty one where no document describes it.
[[nodiscard]] const document::MetricDescription& description_of(const Descriptions& descriptions,
                                                                const std::string& metric);

/// True where the value lies beyond the limit.
[[nodiscard]] bool beyond(const document::MarkLimit& limit, double value);

/// Why the system gets no mark in the column of `metric`: "frozen_rate 0.50 is above 0.1,
/// reference_copy was not measured". Empty: it may get one. Every control that the metric's
/// description lists must be measured, and within the limit that the control's own description
/// states (docs/design/metrics.md 5.3).
[[nodiscard]] std::string withheld_reason(const document::Result& result, const std::string& metric,
                                          const Descriptions& descriptions);

}  // namespace asbench::reports
