#include "metrics/story/pixel_checks.h"

#include <algorithm>
#include <cmath>

#include "core/thumbnail.h"

namespace asbench::metrics {

std::optional<ShotOutcome> bad_pixels(const StoryFeatures& story, int index) {
  const PixelFeatures& pixels = story.shots[static_cast<std::size_t>(index)].pixels;
  const auto finite = [](float value) { return std::isfinite(value); };
  bool good = std::all_of(pixels.motion.begin(), pixels.motion.end(), finite);
  for (int i = 0; i < pixels.cells.rows && good; ++i) {
    const auto row = pixels.cells.row(i);
    good = std::all_of(row.begin(), row.end(), finite);
  }
  if (good) return std::nullopt;
  return outcome_with_finding(Outcome::failed, story, index, "bad_feature",
                              "NaN or infinite value among the pixel features");
}

std::optional<double> motion_pixels(const PixelFeatures& pixels) {
  if (pixels.motion.empty()) return std::nullopt;
  double sum = 0.0;
  for (const float value : pixels.motion) sum += static_cast<double>(value);
  return sum / static_cast<double>(pixels.motion.size());
}

double cell_distance(FeatureView a, int row_a, FeatureView b, int row_b) {
  return mean_absolute_difference(a.row(row_a), b.row(row_b)) / 255.0;
}

}  // namespace asbench::metrics
