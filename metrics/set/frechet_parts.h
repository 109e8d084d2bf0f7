#pragma once

#include <string_view>
#include <vector>

#include "core/finding.h"
#include "metrics/measurement.h"

namespace asbench::metrics {

struct DistributionResult;

/// Further numbers of a metric of whole sets beside its value.
struct SetParts {
  std::vector<Part> values;  ///< nothing where a number can't be had: a finding says why
  Findings findings;
};

/// Of the Frechet distance: its two terms, the extrapolation to infinitely many clips, the noise
/// floor (docs/design/metrics.md 8). Without a noise floor what else is measured on halves is left
/// out. Findings: `too_few_for_extrapolation`, `too_few_for_halves`.
/// @param result  of measure_distribution() with metric `frechet`
[[nodiscard]] SetParts frechet_parts(const DistributionResult& result);

/// The names that it gives, in that order.
[[nodiscard]] std::vector<std::string_view> frechet_part_names();

}  // namespace asbench::metrics
