#include "metrics/story/copy_rate.h"

#include <fmt/format.h>

#include <utility>

#include "core/error.h"
#include "metrics/aggregate.h"
#include "metrics/numerics/cosine.h"
#include "metrics/story/reference_adherence.h"

namespace asbench::metrics {

namespace {

StoryValue measure_copy_rate(const StoryFeatures& story, const Metric& metric,
                             const MetricSettings& settings) {
  std::vector<ShotOutcome> outcomes;
  for (const ShotFeatures& shot : story.shots) {
    const int index = static_cast<int>(outcomes.size());
    if (shot.missing) {
      outcomes.push_back(missing_shot());
      continue;
    }
    if (auto bad = bad_frames(story, index, shot.frames(metric.role()))) {
      outcomes.push_back(std::move(*bad));
      continue;
    }
    const int rows = shot.frames(metric.role()).rows.rows;
    if (static_cast<int>(shot.copies.size()) != rows) {
      throw InternalError(fmt::format("copy_rate: {} shot {} has {} frames and neighbours of {}",
                                      story.id, index + 1, rows, shot.copies.size()));
    }
    ShotOutcome outcome;
    std::size_t copies = 0;
    for (const FrameCopy& frame : shot.copies) {
      outcome.shot.frames.emplace_back(frame.is_copy() ? 1.0 : 0.0);
      copies += frame.is_copy() ? 1 : 0;
    }
    outcome.shot.value = 2 * copies > shot.copies.size() ? 1.0 : 0.0;
    outcomes.push_back(std::move(outcome));
  }
  return story_over_shots(story, std::move(outcomes), kFaultShare, settings);
}

}  // namespace

Measure copy_rate() {
  Measure info;
  info.measure = "copy_rate";
  info.measure_title = "Share of shots copied from a training set";
  info.family = "controls";
  info.direction = Direction::lower;
  info.formula =
      "Share of shots of which more than half of the sampled frames are nearer to a training row "
      "than half the mean distance of that row to its own "
      "nearest neighbours in the training set (50, other clips). Distance: 1 - cosine of {roles} "
      "features.";
  info.source = "AnimeShooter-Bench; per-query calibration after Carlini et al. 2023";
  info.aggregation = "shot>story>system";
  info.unit = "shots";
  info.reads = {Modality::frames, Modality::training_set};
  info.measure_story = measure_copy_rate;
  return info;
}

}  // namespace asbench::metrics
