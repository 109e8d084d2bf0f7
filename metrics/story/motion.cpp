#include "metrics/story/motion.h"

#include <cmath>
#include <utility>

#include "metrics/aggregate.h"
#include "metrics/story/pixel_checks.h"
#include "metrics/story/reference_adherence.h"

namespace asbench::metrics {

namespace {

ShotOutcome measure_shot(const StoryFeatures& story, int index, std::string_view role) {
  const ShotFeatures& shot = story.shots[static_cast<std::size_t>(index)];
  if (auto bad = bad_pixels(story, index)) return std::move(*bad);
  ShotOutcome outcome;
  outcome.shot.value = motion_pixels(shot.pixels);
  if (!outcome.shot.value) {
    return outcome_with_finding(Outcome::skipped, story, index, "single_frame",
                                "one sampled frame has no neighbour");
  }
  outcome.shot.parts.push_back({"pixels", outcome.shot.value});
  if (!shot.images.view(role).empty()) {
    const UnitRows& frames = shot.frames(role);
    if (const auto bad = bad_frames(story, index, frames)) outcome.findings = bad->findings;
    outcome.shot.parts.push_back({"features", motion_features(frames)});
  }
  return outcome;
}

StoryValue measure_motion(const StoryFeatures& story, const Metric& metric,
                          const MetricSettings& settings) {
  auto outcomes =
      outcomes_of(story, [&](int index) { return measure_shot(story, index, metric.role()); });
  return story_over_shots(story, std::move(outcomes), kUndirected, settings);
}

}  // namespace

Measure motion() {
  Measure info;
  info.measure = "motion";
  info.measure_title = "Motion within a shot";
  info.formula =
      "Over neighbouring sampled frames. pixels (the value): mean absolute thumbnail difference / "
      "255; features: mean absolute difference of the components of the unit {roles} features, "
      "where "
      "{roles} ran. A video-encoded still image stays below 0.0002 in pixels.";
  info.family = "controls";
  info.source = "AnimeShooter-Bench";
  info.cites = {"asbench"};
  info.aggregation = "frame pair>shot>story>system";
  info.unit = "shots";
  info.parts = {"pixels", "features"};
  info.reads_pixels = {Modality::frames};
  info.measure_story = measure_motion;
  return info;
}

std::optional<double> motion_features(const UnitRows& frames) {
  if (!frames.usable() || frames.rows.rows < 2) return std::nullopt;
  double sum = 0.0;
  for (int i = 0; i + 1 < frames.rows.rows; ++i) {
    const auto current = frames.rows.row(i);
    const auto next = frames.rows.row(i + 1);
    for (std::size_t j = 0; j < current.size(); ++j) sum += std::abs(current[j] - next[j]);
  }
  return sum / (static_cast<double>(frames.rows.rows - 1) * frames.rows.cols);
}

}  // namespace asbench::metrics
