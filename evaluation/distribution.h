#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/stats.h"
#include "evaluation/coverage.h"
#include "evaluation/plan.h"
#include "features/extractor.h"
#include "loaders/split.h"
#include "metrics/measurement.h"

namespace asbench::evaluation {

/// One set-level metric over one system: what the result document says about it.
struct SetMeasurement {
  std::string metric;     ///< "fvd"
  std::string signature;  ///< with N, frame rate and reference set
  std::optional<double> value;
  std::optional<Interval> ci95;  ///< delete-one-IP jackknife
  int n_stories = 0;
  metrics::Counts counts;  ///< of clips
  std::vector<std::pair<std::string, std::optional<double>>>
      further;  ///< n_real, noise_floor, fvd_inf, ...
  Findings findings;
};

/// The protocol's metrics of sets of clips (fvd, ...): the outputs' clips against the plan's
/// reference set (docs/design/metrics.md 8). Under --missing zero they are null when a clip is
/// missing, so that dropping one can't help; below
/// a metric's least number of clips they are null with finding `too_few_samples`, for a side whose
/// clips all have one feature with `degenerate_features`. A clip whose feature is no number fails
/// with `bad_feature`.
/// @param plan  its reference set gets the hash of its contents
/// @throws BadInput for features of another width than the reference set's.
[[nodiscard]] std::vector<SetMeasurement> measure_sets(const loaders::Split& split,
                                                       const Protocol& protocol, Plan& plan,
                                                       const Coverage& coverage,
                                                       const features::Extraction& extraction,
                                                       const std::string& subset);

}  // namespace asbench::evaluation
