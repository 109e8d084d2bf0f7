#include "metrics/story/vbench_flicker.h"

#include <cmath>
#include <utility>

#include "metrics/aggregate.h"

namespace asbench::metrics {

namespace {

ShotOutcome measure_shot(const StoryFeatures& story, int index) {
  const FrameChanges& changes = *story.shots[static_cast<std::size_t>(index)].changes;
  if (!std::isfinite(changes.mean_difference)) {
    return outcome_with_finding(Outcome::failed, story, index, "bad_feature",
                                "NaN or infinite value among the statistics of its frames");
  }
  if (changes.frames < 2) {
    return outcome_with_finding(Outcome::skipped, story, index, "single_frame",
                                "its only frame has no other to be compared with");
  }
  ShotOutcome outcome;
  outcome.shot.value = (255.0 - changes.mean_difference) / 255.0;
  return outcome;
}

StoryValue measure_story(const StoryFeatures& story, const Metric& /*metric*/,
                         const MetricSettings& settings) {
  auto outcomes = outcomes_of(story, [&](int index) { return measure_shot(story, index); });
  return story_over_shots(story, std::move(outcomes), kSimilarity, settings);
}

}  // namespace

Measure vbench_flicker() {
  Measure info;
  info.measure = "vbench_flicker";
  info.measure_title = "Temporal flickering, as VBench";
  info.family = "vbench";
  info.direction = Direction::higher;
  info.formula =
      "Per shot, (255 - d) / 255, d = mean over pairs of neighbouring frames of the mean absolute "
      "difference of their RGB values (0..255) in full size. Of every shot, not only of static "
      "ones as VBench's leaderboard: motion lowers it. Part: clip_mean (VBench's total: mean of "
      "the shots).";
  info.source = "VBench vbench/temporal_flickering.py";
  info.cites = {"huang2024vbench"};
  info.aggregation = "shot>story>system";
  info.unit = "shots";
  info.parts = {"clip_mean"};
  info.totals = {{"clip_mean", Measure::Total::By::shot}};
  info.reads_pixels = {Modality::colour_frames};
  info.fewest_roles = info.most_roles = 0;
  info.measure_story = measure_story;
  return info;
}

}  // namespace asbench::metrics
