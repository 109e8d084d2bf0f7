#include "metrics/story/reference_distance.h"

#include <utility>

#include "metrics/story/reference_adherence.h"

namespace asbench::metrics {

namespace {

StoryValue measure_distance(const StoryFeatures& story, const Metric& metric,
                            const MetricSettings& settings) {
  if (auto without = without_usable_references(story, metric.role(), story.shot_count()))
    return *std::move(without);
  return story_of_distances(story, reference_scores(story, metric.role(), settings.references),
                            settings);
}

}  // namespace

Measure reference_distance() {
  Measure info;
  info.measure = "reference_distance";
  info.measure_title = "Distance to the reference";
  info.family = "adherence";
  info.direction = Direction::lower;
  info.range_high = 2.0;
  info.formula =
      "Frame: 1 - cosine of the whole frame's feature and the composited reference's, over several "
      "references 1 - their mean cosine (or 1 - the best, refs=max), over several characters of a "
      "shot their mean. Shot: mean over its sampled frames; story: mean over its shots, and "
      "HarMeanP = 1 - harmonic mean x smallest of the "
      "similarities 1 - d (1 when a shot is at 1 or above). A failed shot counts 1 under `zero`.";
  info.source = "DreamSim, Fu et al. 2023; AnimeShooter paper: Mean and HarMeanP";
  info.cites = {"fu2023dreamsim", "qiu2025animeshooter"};
  info.aggregation = "frame>shot>story>system";
  info.unit = "shots";
  info.reads = {Modality::frames, Modality::references};
  info.has_harmeanp = true;
  info.uses_reference_pooling = true;
  info.has_real_ceiling = true;
  info.measure_story = measure_distance;
  return info;
}

}  // namespace asbench::metrics
