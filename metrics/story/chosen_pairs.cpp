#include "metrics/story/chosen_pairs.h"

#include <iterator>
#include <string>

#include "metrics/story/cross_shot.h"

namespace asbench::metrics {

ChosenPairs consistency_over(const StoryFeatures& story, std::string_view role,
                             const std::function<bool(int first, int second)>& belongs,
                             std::string_view nothing, const MetricSettings& settings) {
  ChosenPairs chosen;
  Consistency measured = consistency(story, role);
  for (const ShotPair& pair : measured.pairs) {
    if (belongs(pair.first, pair.second)) chosen.pairs.push_back(pair);
  }
  const auto all = static_cast<int>(measured.pairs.size());
  if (chosen.pairs.empty() && all > 0) {
    chosen.value = skipped_story(story, all, "no_such_pair", std::string(nothing));
    return chosen;
  }
  chosen.value = story_over_pairs(story, chosen.pairs, kSimilarity, settings);
  chosen.value.counts.n_skipped += all - static_cast<int>(chosen.pairs.size());
  chosen.value.findings.insert(chosen.value.findings.begin(),
                               std::make_move_iterator(measured.findings.begin()),
                               std::make_move_iterator(measured.findings.end()));
  return chosen;
}

}  // namespace asbench::metrics
