#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "metrics/measurement.h"
#include "metrics/story/shot_pairs.h"

// Consistency over some of a story's shot pairs: what measures of characters and scenes share.
namespace asbench::metrics {

/// The mean of c(s, t) (metrics/story/cross_shot.h) over the pairs that belong. The others are
/// skipped by rule, and stand in the counts as such.
struct ChosenPairs {
  StoryValue value;             ///< with findings; by_distance and parts are the caller's to add
  std::vector<ShotPair> pairs;  ///< those that belong
};

/// @param role  the encoder of the frames
/// @param belongs  asked of each pair of shots, by their places from 0, first < second; decided by
///   the split alone, so that what is expected doesn't depend on the system
/// @param nothing  the detail of finding `no_such_pair`, for a story of several shots of which no
///   pair belongs
[[nodiscard]] ChosenPairs consistency_over(
    const StoryFeatures& story, std::string_view role,
    const std::function<bool(int first, int second)>& belongs, std::string_view nothing,
    const MetricSettings& settings);

}  // namespace asbench::metrics
