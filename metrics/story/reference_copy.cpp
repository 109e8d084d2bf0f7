#include "metrics/story/reference_copy.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "core/means.h"
#include "metrics/aggregate.h"
#include "metrics/numerics/cosine.h"
#include "metrics/story/pixel_checks.h"
#include "metrics/story/reference_adherence.h"

namespace asbench::metrics {

namespace {

bool looks_like_a_reference(const StoryFeatures& story, const ShotFeatures& shot, int frame,
                            const MetricSettings& settings) {
  for (std::size_t place = 0; place < story.characters.size(); ++place) {
    const FeatureView& references = story.characters[place].references.cells;
    for (int r = 0; r < references.rows; ++r) {
      if (is_own_reference(shot, static_cast<int>(place), r)) continue;
      if (cell_distance(shot.pixels.cells, frame, references, r) < settings.copy_cells_below)
        return true;
    }
  }
  return false;
}

/// Each frame's cosine with the nearest reference of any character of the story, whomever the shot
/// is to show.
std::vector<double> nearest_references(const StoryFeatures& story, int index,
                                       const UnitRows& frames, std::string_view role) {
  std::vector<double> nearest(static_cast<std::size_t>(frames.rows.rows),
                              -std::numeric_limits<double>::infinity());
  for (int place = 0; place < static_cast<int>(story.characters.size()); ++place) {
    const ShotReferences references(story, index, place, role);
    if (!references.get().usable()) continue;
    const auto cosines = reference_cosines(frames, references.get(), ReferencePooling::max);
    for (std::size_t i = 0; i < nearest.size(); ++i) nearest[i] = std::max(nearest[i], cosines[i]);
  }
  return nearest;
}

ShotOutcome judge(const StoryFeatures& story, int index, std::string_view role,
                  const MetricSettings& settings) {
  const ShotFeatures& shot = story.shots[static_cast<std::size_t>(index)];
  if (auto bad = bad_pixels(story, index)) return std::move(*bad);
  const UnitRows& frames = shot.frames(role);
  if (auto bad = bad_frames(story, index, frames)) return std::move(*bad);
  const auto nearest = nearest_references(story, index, frames, role);
  ShotOutcome outcome;
  for (int i = 0; i < frames.rows.rows; ++i) {
    const bool copy = nearest[static_cast<std::size_t>(i)] >= settings.copy_cosine_from ||
                      looks_like_a_reference(story, shot, i, settings);
    outcome.shot.frames.emplace_back(copy ? 1.0 : 0.0);
  }
  outcome.shot.value = mean_of(outcome.shot.frames);
  return outcome;
}

StoryValue measure_reference_copy(const StoryFeatures& story, const Metric& metric,
                                  const MetricSettings& settings) {
  if (auto without = without_usable_references(story, metric.role(), story.shot_count()))
    return *std::move(without);
  auto outcomes =
      outcomes_of(story, [&](int index) { return judge(story, index, metric.role(), settings); });
  return story_over_shots(story, std::move(outcomes), kFaultShare, settings);
}

}  // namespace

Measure reference_copy() {
  Measure info;
  info.measure = "reference_copy";
  info.measure_title = "Share of frames that copy the reference";
  info.family = "controls";
  info.direction = Direction::lower;
  info.formula =
      "Share of sampled frames whose mean absolute cell difference to a reference (composited, "
      "letterboxed) is below {copy_cells_below} x 255 (copy_cells_below), or whose {roles} cosine "
      "with it is at "
      "least {copy_cosine_from} (copy_cosine_from).";
  info.source = "AnimeShooter-Bench";
  info.cites = {"asbench"};
  info.aggregation = "frame>shot>story>system";
  info.unit = "shots";
  info.reads = {Modality::frames, Modality::references};
  info.reads_pixels = {Modality::frames, Modality::references};
  info.thresholds = {{"copy_cells_below", &MetricSettings::copy_cells_below},
                     {"copy_cosine_from", &MetricSettings::copy_cosine_from}};
  info.measure_story = measure_reference_copy;
  return info;
}

}  // namespace asbench::metrics
