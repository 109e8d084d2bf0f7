#include "metrics/story/vbench_consistency.h"

#include <algorithm>
#include <utility>

#include "metrics/aggregate.h"
#include "metrics/story/reference_adherence.h"

namespace asbench::metrics {

namespace {

ShotOutcome measure_shot(const StoryFeatures& story, int index, std::string_view role) {
  const UnitRows& frames = story.shots[static_cast<std::size_t>(index)].every_frame.units(role);
  if (auto bad = bad_frames(story, index, frames)) return std::move(*bad);
  ShotOutcome outcome;
  outcome.shot.value = mean_frame_consistency(frames);
  outcome.shot.weight = static_cast<double>(frames.rows.rows - 1);
  if (!outcome.shot.value) {
    return outcome_with_finding(Outcome::skipped, story, index, "single_frame",
                                "its only frame has no other to be compared with");
  }
  return outcome;
}

StoryValue measure_story(const StoryFeatures& story, const Metric& metric,
                         const MetricSettings& settings) {
  auto outcomes =
      outcomes_of(story, [&](int index) { return measure_shot(story, index, metric.role()); });
  return story_over_shots(story, std::move(outcomes), kSimilarity, settings);
}

}  // namespace

Measure vbench_consistency() {
  Measure info;
  info.measure = "vbench_consistency";
  info.measure_title = "Consistency of every frame, as VBench";
  info.family = "vbench";
  info.direction = Direction::higher;
  info.formula =
      "Per shot, mean over its frames i >= 1 of (max(0, cos(f_i, f_(i-1))) + max(0, cos(f_i, "
      "f_0))) / 2 under {roles}. Parts: frame_weighted (VBench's total on one GPU: all frames of "
      "all shots in one mean), clip_mean (its total on several: mean of the shots).";
  info.source = "VBench vbench/subject_consistency.py, background_consistency.py";
  info.cites = {"huang2024vbench"};
  info.aggregation = "frame>shot>story>system";
  info.unit = "shots";
  info.parts = {"frame_weighted", "clip_mean"};
  info.totals = {{"frame_weighted", Measure::Total::By::weight},
                 {"clip_mean", Measure::Total::By::shot}};
  info.reads = {Modality::every_frame};
  info.measure_story = measure_story;
  return info;
}

std::optional<double> mean_frame_consistency(const UnitRows& frames) {
  const int count = frames.rows.rows;
  if (!frames.usable() || count < 2) return std::nullopt;
  double sum = 0.0;
  for (int i = 1; i < count; ++i) {
    const double before = dot(frames.rows.row(i), frames.rows.row(i - 1));
    const double first = dot(frames.rows.row(i), frames.rows.row(0));
    sum += (std::max(0.0, before) + std::max(0.0, first)) / 2.0;
  }
  return sum / (count - 1);
}

}  // namespace asbench::metrics
