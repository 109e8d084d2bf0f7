#pragma once

#include <optional>
#include <span>
#include <string>

#include "reports/figures/plot.h"

namespace asbench::reports {

/// The values of one thing, such as the lengths of shots.
struct NamedDistribution {
  std::string title;
  std::span<const float> values;  ///< ascending, at least one; outlives the call
  double mean = 0.0;
  std::optional<double> expected_mean = {};  ///< drawn as a dashed line
};

/// A panel for each: the share of values in bins of equal width up to the 99.5 % quantile (what is
/// beyond stands in the last bin), with the mean and the expected one in words. Whole numbers with
/// few values get a bin each.
/// @param name  of the data, for the caption @param distributions  at least one
[[nodiscard]] Figure distribution_figure(const std::string& name,
                                         std::span<const NamedDistribution> distributions);

}  // namespace asbench::reports
