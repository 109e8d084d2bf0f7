#pragma once

#include "metrics/set/samples.h"

namespace asbench::metrics {

/// Precision, recall, density and coverage by k-nearest neighbours: docs/design/metrics.md 8.5;
/// Kynkaanniemi et al. 2019, Naeem et al. 2020.
struct Prdc {
  double precision = 0.0;  ///< share of generated samples inside the ball of a real one
  double recall = 0.0;     ///< share of real samples inside the ball of a generated one
  double density = 0.0;   ///< balls of real samples that hold a generated one, mean over the latter
                          ///< / k; may exceed 1
  double coverage = 0.0;  ///< share of real balls that hold a generated sample
  bool degenerate = false;  ///< some ball has radius 0: k + 1 samples of a set are equal, and
                            ///< nothing is strictly inside (finding degenerate_features)
};

/// A sample's ball reaches to its k-th nearest other sample of its own set (itself left out by
/// index); inside is strictly nearer.
///
/// The result is that of Euclidean distances in float64, compared with <: products in float32
/// decide only where their error bound leaves no doubt, the rest is computed again from
/// differences. No matrix of all distances exists: memory is O(N + M).
/// @param k  neighbours, 5 by convention; N, M >= k + 2
/// @throws BadInput for too few rows, zero variance, NaN or Inf, differing D; UsageError for k < 1.
/// Thread-safe; the same for any number of threads.
[[nodiscard]] Prdc prdc(SamplesView real, SamplesView generated, int k);

}  // namespace asbench::metrics
