#pragma once

#include "metrics/metric.h"

namespace asbench::metrics {

/// The joint metric (docs/design/metrics.md 5.1): a pair of shots counts with its consistency times
/// the lower of its two reference scores, under the same encoder, so that neither a frozen picture
/// of something else nor four unrelated good pictures win. Failures count 0, they never drop out.
[[nodiscard]] Measure faithful_consistency();

/// What one pair contributes: max(0, consistency) x max(0, the lower of the two reference scores).
[[nodiscard]] double faithful_pair(double consistency, double first_score, double second_score);

}  // namespace asbench::metrics
