#include "metrics/story/chosen_pairs.h"

#include <iterator>
#include <string>

#include "metrics/story/cross_shot.h"

namespace asbench::metrics {

ChosenPairs mean_over(const StoryFeatures& story, const std::vector<ShotPair>& pairs,
                      const PairChoice& belongs, std::string_view nothing,
                      const MetricSettings& settings) {
  ChosenPairs chosen;
  for (const ShotPair& pair : pairs) {
    if (belongs(pair.first, pair.second)) chosen.pairs.push_back(pair);
  }
  const auto all = static_cast<int>(pairs.size());
  if (chosen.pairs.empty() && all > 0) {
    chosen.value = skipped_story(story, all, "no_such_pair", std::string(nothing));
    return chosen;
  }
  chosen.value = story_over_pairs(story, chosen.pairs, kSimilarity, settings);
  chosen.value.counts.n_skipped += all - static_cast<int>(chosen.pairs.size());
  return chosen;
}

ChosenPairs consistency_over(const StoryFeatures& story, std::string_view role,
                             const PairChoice& belongs, std::string_view nothing,
                             const MetricSettings& settings) {
  Consistency measured = consistency(story, role);
  ChosenPairs chosen = mean_over(story, measured.pairs, belongs, nothing, settings);
  if (!chosen.pairs.empty()) {
    chosen.value.findings.insert(chosen.value.findings.begin(),
                                 std::make_move_iterator(measured.findings.begin()),
                                 std::make_move_iterator(measured.findings.end()));
  }
  return chosen;
}

Measure pair_measure(Modality reads) {
  Measure info;
  info.family = "consistency";
  info.direction = Direction::higher;
  info.range_low = -1.0;
  info.source = "AnimeShooter-Bench";
  info.cites = {"asbench"};
  info.aggregation = "pair>story>system";
  info.unit = "shot pairs";
  info.reads = {reads};
  return info;
}

}  // namespace asbench::metrics
