#include "metrics/story/cross_shot.h"

#include <algorithm>
#include <optional>

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

StoryValue cross_shot(const StoryFeatures& story, Encoder encoder, const MetricSettings& settings) {
  Consistency measured = consistency(story, encoder);
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

MetricInfo cross_shot_info() {
  MetricInfo info;
  info.direction = Direction::higher;
  info.range_low = -1.0;
  info.definition =
      "Pair of shots: mean cosine of all frames of one with all frames of the other. Value: mean "
      "over all pairs of the story. adjacent: pairs (s, s+1); first: pairs with shot 1; worst: the "
      "smallest pair; by_distance[d]: pairs d shots apart. Null for a single shot.";
  info.source = "AnimeShooter-Bench";
  info.aggregation = "pair>story>system";
  info.unit = "shot pairs";
  info.headline = true;
  return info;
}

}  // namespace

MetricInfo cross_shot_clip_metric() {
  MetricInfo info = cross_shot_info();
  info.id = "cross_shot_clip";
  info.title = "Cross-shot consistency under CLIP";
  info.needs.clip_image = true;
  info.measure_story = [](const StoryFeatures& story, const MetricSettings& settings) {
    return cross_shot(story, Encoder::clip, settings);
  };
  return info;
}

MetricInfo cross_shot_dino_metric() {
  MetricInfo info = cross_shot_info();
  info.id = "cross_shot_dino";
  info.title = "Cross-shot consistency under DINO";
  info.needs.dino = true;
  info.measure_story = [](const StoryFeatures& story, const MetricSettings& settings) {
    return cross_shot(story, Encoder::dino, settings);
  };
  return info;
}

Consistency consistency(const StoryFeatures& story, Encoder encoder) {
  Consistency result;
  std::vector<Outcome> outcomes;
  std::vector<std::vector<double>> means;
  for (std::size_t s = 0; s < story.shots.size(); ++s) {
    const ShotFeatures& shot = story.shots[s];
    outcomes.push_back(Outcome::failed);
    means.emplace_back();
    if (shot.missing) continue;
    const UnitRows frames = unit_rows(frames_of(shot, encoder));
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
