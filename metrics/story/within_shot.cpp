#include "metrics/story/within_shot.h"

#include <utility>

#include "metrics/aggregate.h"
#include "metrics/story/reference_adherence.h"

namespace asbench::metrics {

namespace {

ShotOutcome measure_shot(const StoryFeatures& story, int index, std::string_view role) {
  const ShotFeatures& shot = story.shots[static_cast<std::size_t>(index)];
  const UnitRows& frames = shot.frames(role);
  if (auto bad = bad_frames(story, index, frames)) return std::move(*bad);
  ShotOutcome outcome;
  outcome.shot.value = mean_pairwise_cosine(frames);
  if (!outcome.shot.value) {
    return outcome_with_finding(Outcome::skipped, story, index, "single_frame",
                                "one sampled frame has no other to be compared with");
  }
  return outcome;
}

StoryValue measure_within_shot(const StoryFeatures& story, const Metric& metric,
                               const MetricSettings& settings) {
  auto outcomes =
      outcomes_of(story, [&](int index) { return measure_shot(story, index, metric.role()); });
  return story_over_shots(story, std::move(outcomes), kUndirected, settings);
}

}  // namespace

Measure within_shot() {
  Measure info;
  info.measure = "within_shot";
  info.measure_title = "Consistency within a shot";
  info.family = "controls";
  info.range_low = -1.0;
  info.formula =
      "Mean cosine over all pairs of the shot's sampled frames under {roles}. 1 means frozen.";
  info.source = "AnimeShooter-Bench";
  info.cites = {"asbench"};
  info.aggregation = "frame pair>shot>story>system";
  info.unit = "shots";
  info.reads = {Modality::frames};
  info.measure_story = measure_within_shot;
  return info;
}

std::optional<double> mean_pairwise_cosine(const UnitRows& frames) {
  const int count = frames.rows.rows;
  if (!frames.usable() || count < 2) return std::nullopt;
  const Matrix cosines = cosine_matrix(frames, frames);
  double sum = 0.0;
  for (int i = 0; i < count; ++i) {
    for (int j = i + 1; j < count; ++j) sum += cosines(i, j);
  }
  return sum / pair_count(count);
}

}  // namespace asbench::metrics
