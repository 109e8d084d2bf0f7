#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "metrics/measurement.h"
#include "metrics/metric.h"
#include "metrics/story/shot_pairs.h"

// Consistency over some of a story's shot pairs: what measures of characters and scenes share.
namespace asbench::metrics {

/// Places of two shots of a story, from 0, first < second. Decided by the split alone, so that what
/// is expected doesn't depend on the system.
using PairChoice = std::function<bool(int first, int second)>;

/// The mean of the values of the pairs that belong. The others are skipped by rule, and stand in
/// the counts as such.
struct ChosenPairs {
  StoryValue value;             ///< with findings; by_distance and parts are the caller's to add
  std::vector<ShotPair> pairs;  ///< those that belong
};

/// @param pairs    all of the story, with the values of those that are scored
/// @param nothing  the detail of finding `no_such_pair`, for a story of several shots of which no
///   pair belongs
[[nodiscard]] ChosenPairs mean_over(const StoryFeatures& story, const std::vector<ShotPair>& pairs,
                                    const PairChoice& belongs, std::string_view nothing,
                                    const MetricSettings& settings);

/// The same of c(s, t) (metrics/story/cross_shot.h). @param role  the encoder of the frames
[[nodiscard]] ChosenPairs consistency_over(const StoryFeatures& story, std::string_view role,
                                           const PairChoice& belongs, std::string_view nothing,
                                           const MetricSettings& settings);

/// What all measures of consistency over pairs say of themselves; the caller adds name, title,
/// formula and function.
[[nodiscard]] Measure pair_measure(Modality reads);

}  // namespace asbench::metrics
