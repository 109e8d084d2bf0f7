#include "metrics/story/shot_pairs.h"

#include <fmt/format.h>

#include "core/means.h"

namespace asbench::metrics {

namespace {

Outcome outcome_of_pair(Outcome a, Outcome b) {
  for (const Outcome decisive : {Outcome::skipped, Outcome::unusable, Outcome::failed}) {
    if (a == decisive || b == decisive) return decisive;
  }
  return Outcome::scored;
}

}  // namespace

std::vector<ShotPair> pairs_of(const std::vector<Outcome>& shots) {
  std::vector<ShotPair> pairs;
  const int count = static_cast<int>(shots.size());
  for (int s = 0; s < count; ++s) {
    for (int t = s + 1; t < count; ++t) {
      const Outcome outcome =
          outcome_of_pair(shots[static_cast<std::size_t>(s)], shots[static_cast<std::size_t>(t)]);
      pairs.push_back({s, t, outcome, std::nullopt, std::nullopt});
    }
  }
  return pairs;
}

StoryValue story_over_pairs(const StoryFeatures& story, std::vector<ShotPair>& pairs,
                            const WorstCase& worst, const MetricSettings& settings) {
  StoryValue result = blank_story(story);
  std::vector<std::optional<double>> counted;
  for (ShotPair& pair : pairs) {
    pair.counted = counted_value(pair.outcome, pair.value, worst, settings.missing);
    counted.push_back(pair.counted);
    if (pair.outcome == Outcome::scored) {
      ++result.counts.n_evaluated;
    } else if (pair.outcome == Outcome::skipped) {
      ++result.counts.n_skipped;
    } else {
      ++result.counts.n_failed;
    }
  }
  result.value = mean_of(counted);
  if (story.shots.empty()) {
    result.findings.push_back(story_finding(story, "empty_story", "the story has no shots"));
  } else if (!result.value) {
    result.findings.push_back(story_finding(
        story, "single_shot",
        pairs.empty() ? "1 of its 1 shots can be compared, a pair needs two"
                      : fmt::format("none of its {} pairs has two shots that can be compared",
                                    pairs.size())));
  }
  return result;
}

}  // namespace asbench::metrics
