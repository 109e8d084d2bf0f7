#include "metrics/story/copy_paste.h"

#include <cmath>
#include <utility>
#include <vector>

#include "core/means.h"
#include "metrics/aggregate.h"
#include "metrics/numerics/cosine.h"
#include "metrics/story/reference_adherence.h"

namespace asbench::metrics {

namespace {

StoryValue measure_copy_paste(const StoryFeatures& story, const Metric& metric,
                              const MetricSettings& settings) {
  const std::string& role = metric.role();
  for (const ReferenceSide side : {ReferenceSide::straight, ReferenceSide::mirrored}) {
    if (auto without = without_usable_references(story, role, story.shot_count(), side))
      return *std::move(without);
  }
  auto straight = reference_scores(story, role, settings.references);
  const auto flipped = reference_scores(story, role, settings.references, ReferenceSide::mirrored);
  for (std::size_t s = 0; s < straight.size(); ++s) {
    if (straight[s].outcome != Outcome::scored) continue;
    if (flipped[s].outcome != Outcome::scored) {
      straight[s] = flipped[s];
      continue;
    }
    ShotValue& shot = straight[s].shot;
    for (std::size_t i = 0; i < shot.frames.size(); ++i) {
      shot.frames[i] = copy_paste_probability(*shot.frames[i], *flipped[s].shot.frames[i],
                                              settings.copy_paste_temperature);
    }
    shot.value = mean_of(shot.frames);
  }
  return story_over_shots(story, std::move(straight), kUndirected, settings);
}

}  // namespace

Measure copy_paste() {
  Measure info;
  info.measure = "copy_paste";
  info.measure_title = "Pose copied from the reference";
  info.formula =
      "Frame: 1 / (1 + exp(-(cosine with the reference - cosine with the reference mirrored "
      "left-right) / {copy_paste_temperature})) under {roles}; mean over frames. 0.5 is neutral, 1 "
      "follows the "
      "reference's own pose.";
  info.family = "controls";
  info.source = "ViStoryBench, vistorybench/bench/content/cids_evaluator.py";
  info.cites = {"zhuang2025vistorybench"};
  info.aggregation = "frame>shot>story>system";
  info.unit = "shots";
  info.reads = {Modality::frames, Modality::references, Modality::mirrored_references};
  info.uses_reference_pooling = true;
  info.thresholds = {{"copy_paste_temperature", &MetricSettings::copy_paste_temperature}};
  info.measure_story = measure_copy_paste;
  return info;
}

double copy_paste_probability(double cosine, double mirrored, double temperature) {
  return 1.0 / (1.0 + std::exp(-(cosine - mirrored) / temperature));
}

}  // namespace asbench::metrics
