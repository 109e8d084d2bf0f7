#include "metrics/story/frozen_rate.h"

#include <utility>

#include "metrics/aggregate.h"
#include "metrics/story/pixel_checks.h"

namespace asbench::metrics {

namespace {

ShotOutcome judge(const StoryFeatures& story, int index, const MetricSettings& settings) {
  const ShotFeatures& shot = story.shots[static_cast<std::size_t>(index)];
  if (auto bad = bad_pixels(story, index)) return std::move(*bad);
  ShotOutcome outcome;
  if (shot.decodable_frames < 2) {
    outcome.shot.value = 1.0;
    return outcome;
  }
  const auto motion = motion_pixels(shot.pixels);
  if (!motion) {
    return outcome_with_finding(Outcome::skipped, story, index, "single_frame",
                                "one sampled frame of a longer shot can't show whether it moves");
  }
  outcome.shot.value = *motion < settings.frozen_below ? 1.0 : 0.0;
  return outcome;
}

StoryValue measure_frozen_rate(const StoryFeatures& story, const Metric& /*metric*/,
                               const MetricSettings& settings) {
  auto outcomes = outcomes_of(story, [&](int index) { return judge(story, index, settings); });
  return story_over_shots(story, std::move(outcomes), kFaultShare, settings);
}

}  // namespace

Measure frozen_rate() {
  Measure info;
  info.measure = "frozen_rate";
  info.measure_title = "Share of frozen shots";
  info.family = "controls";
  info.direction = Direction::lower;
  info.formula =
      "Share of shots whose motion (pixels) is below {frozen_below} (frozen_below) or that have "
      "fewer than "
      "two decodable frames.";
  info.source = "AnimeShooter-Bench";
  info.cites = {"asbench"};
  info.aggregation = "shot>story>system";
  info.unit = "shots";
  info.reads_pixels = {Modality::frames};
  info.fewest_roles = info.most_roles = 0;
  info.thresholds = {{"frozen_below", &MetricSettings::frozen_below}};
  info.measure_story = measure_frozen_rate;
  return info;
}

}  // namespace asbench::metrics
