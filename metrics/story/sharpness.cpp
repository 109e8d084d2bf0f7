#include "metrics/story/sharpness.h"

#include <cmath>
#include <limits>

#include "metrics/story/picture_shots.h"

namespace asbench::metrics {

namespace {

StoryValue measure_sharpness(const StoryFeatures& story, const Metric& metric,
                             const MetricSettings& settings) {
  return story_over_pictures(
      story, kSimilarity, metric.parts, settings, [](const ShotFeatures& shot, int /*index*/) {
        ShotOutcome outcome;
        outcome.shot.value = 10.0 * std::log10(1.0 + shot.picture->laplacian);
        outcome.shot.parts = {{"laplacian", shot.picture->laplacian},
                              {"band_pass", shot.picture->band_pass}};
        return outcome;
      });
}

}  // namespace

Measure sharpness() {
  Measure info = picture_measure("sharpness", "Sharpness");
  info.direction = Direction::higher;
  info.range_high = std::numeric_limits<double>::infinity();
  info.formula =
      "10 log10(1 + V) dB, V = variance of the Laplacian of the luma (0..255, shorter side 240), "
      "mean over all frames. Parts: laplacian (V), band_pass (the same of the picture halved). "
      "Half "
      "the detail is 6 dB less. Says something against a base on the same split only.";
  info.source = "Pech-Pacheco et al. 2000 (variance of the Laplacian)";
  info.cites = {"pechpacheco2000diatom"};
  info.parts = {"laplacian", "band_pass"};
  info.measure_story = measure_sharpness;
  return info;
}

}  // namespace asbench::metrics
