#include "metrics/story/cross_shot.h"

#include <algorithm>
#include <optional>

#include "core/means.h"
#include "metrics/numerics/cosine.h"
#include "metrics/story/reference_adherence.h"

namespace asbench::metrics {

namespace {

// Note [Positions survive exclusion]
// `adjacent`, `first` and by_distance speak of the split's shot numbers. When `exclude` removes
// shot 3, shots 2 and 4 don't become neighbours (they show scenes two apart), and without shot 1
// `first` is null: otherwise a gap would turn distance-2 pairs into adjacent ones and two systems
// with different gaps would be compared on different things.
template <typename Predicate>
std::optional<double> mean_where(const std::vector<ShotPair>& pairs, Predicate belongs) {
  std::vector<std::optional<double>> values;
  for (const ShotPair& pair : pairs) {
    if (belongs(pair)) values.push_back(pair.counted);
  }
  return mean_of(values);
}

std::optional<double> smallest(const std::vector<ShotPair>& pairs) {
  std::optional<double> result;
  for (const ShotPair& pair : pairs) {
    if (pair.counted && (!result || *pair.counted < *result)) result = pair.counted;
  }
  return result;
}

StoryValue measure_cross_shot(const StoryFeatures& story, const Metric& metric,
                              const MetricSettings& settings) {
  Consistency measured = consistency(story, metric.role());
  StoryValue result = story_over_pairs(story, measured.pairs, kSimilarity, settings);
  result.findings.insert(result.findings.begin(), measured.findings.begin(),
                         measured.findings.end());
  const auto& pairs = measured.pairs;
  const auto distance_of = [&](const ShotPair& pair) {
    return story.number_of(pair.second) - story.number_of(pair.first);
  };
  result.parts = {
      {"adjacent", mean_where(pairs, [&](const auto& pair) { return distance_of(pair) == 1; })},
      {"first",
       mean_where(pairs, [&](const auto& pair) { return story.number_of(pair.first) == 1; })},
      {"worst", smallest(pairs)}};
  const int count = static_cast<int>(story.shots.size());
  const int farthest = count < 2 ? 0 : story.number_of(count - 1) - story.number_of(0);
  for (int d = 1; d <= farthest; ++d) {
    result.by_distance.push_back(
        mean_where(pairs, [&](const auto& pair) { return distance_of(pair) == d; }));
  }
  return result;
}

}  // namespace

Measure cross_shot() {
  Measure info;
  info.measure = "cross_shot";
  info.measure_title = "Cross-shot consistency";
  info.family = "consistency";
  info.direction = Direction::higher;
  info.range_low = -1.0;
  info.formula =
      "Pair of shots: mean cosine of all frames of one with all frames of the other. Value: mean "
      "over all pairs of the story. adjacent: pairs (s, s+1); first: pairs with shot 1; worst: the "
      "smallest pair; by_distance[d]: pairs d shots apart. Null for a single shot.";
  info.source = "AnimeShooter-Bench";
  info.cites = {"asbench"};
  info.aggregation = "pair>story>system";
  info.unit = "shot pairs";
  info.parts = {"adjacent", "first", "worst"};
  info.reads = {Modality::frames};
  info.measure_story = measure_cross_shot;
  return info;
}

Consistency consistency(const StoryFeatures& story, std::string_view role) {
  Consistency result;
  std::vector<Outcome> outcomes;
  std::vector<std::vector<double>> means;
  for (std::size_t s = 0; s < story.shots.size(); ++s) {
    const ShotFeatures& shot = story.shots[s];
    outcomes.push_back(Outcome::failed);
    means.emplace_back();
    if (shot.missing) continue;
    const UnitRows& frames = shot.frames(role);
    if (auto bad = bad_frames(story, static_cast<int>(s), frames)) {
      result.findings.insert(result.findings.end(), bad->findings.begin(), bad->findings.end());
    } else if (auto mean = mean_unit_vector(frames)) {
      outcomes.back() = Outcome::scored;
      means.back() = std::move(*mean);
    }
  }
  result.pairs = pairs_of(outcomes);
  for (ShotPair& pair : result.pairs) {
    if (pair.outcome != Outcome::scored) continue;
    pair.value = dot(means[static_cast<std::size_t>(pair.first)],
                     means[static_cast<std::size_t>(pair.second)]);
  }
  return result;
}

}  // namespace asbench::metrics
