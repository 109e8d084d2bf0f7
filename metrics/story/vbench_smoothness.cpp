#include "metrics/story/vbench_smoothness.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "metrics/aggregate.h"

namespace asbench::metrics {

namespace {

ShotOutcome measure_shot(const StoryFeatures& story, int index) {
  const ShotFeatures& shot = story.shots[static_cast<std::size_t>(index)];
  const FeatureView& errors = shot.prediction_errors;
  if (errors.rows == 0) {
    return outcome_with_finding(
        Outcome::skipped, story, index, "too_few_frames",
        fmt::format("frames: {}; a frame is predicted from the ones before and after it, so a shot "
                    "needs 3",
                    shot.decodable_frames));
  }
  double sum = 0.0;
  for (int i = 0; i < errors.rows; ++i) sum += static_cast<double>(errors.row(i)[0]);
  if (!std::isfinite(sum)) {
    return outcome_with_finding(Outcome::failed, story, index, "bad_feature",
                                "NaN or infinite value among the predictions of its frames");
  }
  ShotOutcome outcome;
  outcome.shot.value = (255.0 - sum / errors.rows) / 255.0;
  return outcome;
}

StoryValue measure_story(const StoryFeatures& story, const Metric& /*metric*/,
                         const MetricSettings& settings) {
  auto outcomes = outcomes_of(story, [&](int index) { return measure_shot(story, index); });
  return story_over_shots(story, std::move(outcomes), kSimilarity, settings);
}

}  // namespace

Measure vbench_smoothness() {
  Measure info;
  info.measure = "vbench_smoothness";
  info.measure_title = "Motion smoothness, as VBench";
  info.family = "vbench";
  info.direction = Direction::higher;
  info.formula =
      "Per shot, (255 - d) / 255, d = mean over its frames i = 1, 3, 5, ... that a frame follows "
      "of the mean absolute difference of their RGB values (0..255), in full size, and those that "
      "the network {roles} predicts from frames i - 1 and i + 1, cut to whole levels. Shots of "
      "fewer than 3 frames are skipped. Part: clip_mean (VBench's total: mean of the shots).";
  info.source = "VBench vbench/motion_smoothness.py";
  info.cites = {"huang2024vbench"};
  info.aggregation = "frame>shot>story>system";
  info.unit = "shots";
  info.parts = {"clip_mean"};
  info.totals = {{"clip_mean", Measure::Total::By::shot}};
  info.reads = {Modality::predicted_frames};
  info.measure_story = measure_story;
  return info;
}

}  // namespace asbench::metrics
