#include "metrics/story/copy_rate.h"

#include <fmt/format.h>

#include <utility>

#include "core/error.h"
#include "metrics/aggregate.h"
#include "metrics/numerics/cosine.h"
#include "metrics/story/reference_adherence.h"

namespace asbench::metrics {

namespace {

ShotOutcome judge(const StoryFeatures& story, int index, std::string_view role) {
  const ShotFeatures& shot = story.shots[static_cast<std::size_t>(index)];
  const UnitRows& frames = shot.frames(role);
  if (auto bad = bad_frames(story, index, frames)) return std::move(*bad);
  const int rows = frames.rows.rows;
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
  return outcome;
}

StoryValue measure_copy_rate(const StoryFeatures& story, const Metric& metric,
                             const MetricSettings& settings) {
  auto outcomes = outcomes_of(story, [&](int index) { return judge(story, index, metric.role()); });
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
  info.cites = {"carlini2023extracting"};
  info.aggregation = "shot>story>system";
  info.unit = "shots";
  info.reads = {Modality::frames, Modality::training_set};
  info.constants = {{"copy_share", fmt::format("{}:{}", kCopyShare, kCopyNeighbours)}};
  info.measure_story = measure_copy_rate;
  return info;
}

}  // namespace asbench::metrics
