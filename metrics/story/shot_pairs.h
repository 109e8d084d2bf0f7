#pragma once

#include <optional>
#include <vector>

#include "metrics/aggregate.h"

namespace asbench::metrics {

/// One unordered pair of shots, first < second, 0-based.
struct ShotPair {
  int first = 0;
  int second = 0;
  Outcome outcome = Outcome::scored;
  std::optional<double> value;    ///< as measured
  std::optional<double> counted;  ///< what it adds to the means under the policy
};

/// All pairs of a story in the order (0,1), (0,2), ..., (1,2), ...: a pair is scored when both its
/// shots are; skipped if one of them is, whatever became of the other; else unusable, else failed.
/// Values are still to be filled in.
[[nodiscard]] std::vector<ShotPair> pairs_of(const std::vector<Outcome>& shots);

/// A story's mean over its pairs, with counts. Null with finding `single_shot` when fewer than two
/// shots are expected, or when the policy left fewer than two; `empty_story` when it has none.
/// Fills `counted` of each pair.
[[nodiscard]] StoryValue story_over_pairs(const StoryFeatures& story, std::vector<ShotPair>& pairs,
                                          const WorstCase& worst, const MetricSettings& settings);

}  // namespace asbench::metrics
