#include "metrics/story/picture_shots.h"

#include <cmath>
#include <utility>

namespace asbench::metrics {

namespace {

bool is_finite(const PictureStatistics& picture) {
  return std::isfinite(picture.laplacian) && std::isfinite(picture.band_pass) &&
         std::isfinite(picture.flicker.value_or(0.0)) && std::isfinite(picture.still_area) &&
         std::isfinite(picture.bar_rows) && std::isfinite(picture.bar_columns);
}

}  // namespace

Measure picture_measure(std::string_view measure, std::string_view title) {
  Measure info;
  info.measure = measure;
  info.measure_title = title;
  info.family = "picture";
  info.source = "AnimeShooter-Bench";
  info.cites = {"asbench"};
  info.aggregation = "shot>story>system";
  info.unit = "shots";
  info.reads_pixels = {Modality::every_frame};
  info.fewest_roles = info.most_roles = 0;
  return info;
}

StoryValue story_over_pictures(
    const StoryFeatures& story, const WorstCase& worst, const std::vector<std::string_view>& parts,
    const MetricSettings& settings,
    const std::function<ShotOutcome(const ShotFeatures&, int)>& measure) {
  auto outcomes = outcomes_of(story, [&](int index) {
    const ShotFeatures& shot = story.shots[static_cast<std::size_t>(index)];
    if (is_finite(*shot.picture)) return measure(shot, index);
    return outcome_with_finding(Outcome::failed, story, index, "bad_feature",
                                "NaN or infinite value among the statistics of its frames");
  });
  for (ShotOutcome& outcome : outcomes) {
    if (outcome.outcome != Outcome::failed) continue;
    for (const std::string_view part : parts)
      outcome.shot.parts.push_back({std::string(part), worst.failed});
  }
  return story_over_shots(story, std::move(outcomes), worst, settings);
}

}  // namespace asbench::metrics
