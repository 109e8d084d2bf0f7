#pragma once

#include <span>
#include <string_view>

#include "metrics/metric.h"

namespace asbench::metrics {

/// Every formula, in the order in which metrics are printed: those of stories, then those of sets.
/// The one place a new formula is added to; configs/metrics.json says with which roles it is
/// measured.
[[nodiscard]] std::span<const Measure> all_measures();

/// @returns nullptr when there is none of that name.
[[nodiscard]] const Measure* find_measure(std::string_view name);

}  // namespace asbench::metrics
