#include "metrics/story/copy_rate.h"

#include <fmt/format.h>

#include <utility>

#include "core/error.h"
#include "metrics/aggregate.h"
#include "metrics/numerics/cosine.h"
#include "metrics/story/reference_adherence.h"

namespace asbench::metrics {

namespace {

StoryValue measure_copy_rate(const StoryFeatures& story, const MetricSettings& settings) {
  std::vector<ShotOutcome> outcomes;
  for (const ShotFeatures& shot : story.shots) {
    const int index = static_cast<int>(outcomes.size());
    if (shot.missing) {
      outcomes.push_back(missing_shot());
      continue;
    }
    if (auto bad = bad_frames(story, index, unit_rows(shot.dino))) {
      outcomes.push_back(std::move(*bad));
      continue;
    }
    if (static_cast<int>(shot.copies.size()) != shot.dino.rows) {
      throw InternalError(fmt::format("copy_rate: {} shot {} has {} frames and neighbours of {}",
                                      story.id, index + 1, shot.dino.rows, shot.copies.size()));
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

MetricInfo copy_rate_metric() {
  MetricInfo info;
  info.id = "copy_rate";
  info.title = "Shots copied from a training set";
  info.direction = Direction::lower;
  info.definition =
      "Share of shots of which more than half of the sampled frames are nearer to a training row "
      "than half the mean distance of that row to its own "
      "nearest neighbours in the training set (50, other clips). Distance: 1 - cosine of DINO "
      "features.";
  info.source = "AnimeShooter-Bench; per-query calibration after Carlini et al. 2023";
  info.aggregation = "shot>story>system";
  info.unit = "shots";
  info.needs.dino = true;
  info.needs.training_set = true;
  info.measure_story = measure_copy_rate;
  return info;
}

}  // namespace asbench::metrics
