#pragma once

#include "reports/comparison/compare.h"
#include "reports/comparison/gate.h"

namespace asbench {
class TestPower;
}  // namespace asbench

namespace asbench::reports {

/// Computes interval, p-values (of this metric alone), effect size, detectable effect and win / tie
/// / loss counts from `comparison.stories`, which must not be empty.
/// @param family  number of tests that share the gate's alpha
/// @param power  keeps its simulations for the next metric
/// @throws BadInput when sums of the values are not finite.
void measure(MetricComparison& comparison, const Gate& gate, int family, TestPower& power);

/// Replaces the p-values of the metrics whose test decides by Holm's: headline and watched metrics,
/// worse and better, each a family of its own.
void adjust(std::vector<MetricComparison>& comparisons);

/// Sets verdict, reason, fails and warns from what measure() and adjust() found.
void judge(MetricComparison& comparison, const Gate& gate);

}  // namespace asbench::reports
