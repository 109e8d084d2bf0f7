#pragma once

#include <optional>

#include "metrics/aggregate.h"
#include "metrics/numerics/feature_view.h"
#include "metrics/story/story_features.h"

namespace asbench::metrics {

/// A failed outcome with finding `bad_feature` when a pixel value of shot `index` is NaN or
/// infinite (a damaged store entry; decoded frames can't cause it), nothing otherwise.
[[nodiscard]] std::optional<ShotOutcome> bad_pixels(const StoryFeatures& story, int index);

/// Mean of the shot's neighbour differences: motion pixels, 0..1. Nothing for a single sampled
/// frame.
[[nodiscard]] std::optional<double> motion_pixels(const PixelFeatures& pixels);

/// Mean abs difference of two frames' cells / 255, 0..1.
[[nodiscard]] double cell_distance(FeatureView a, int row_a, FeatureView b, int row_b);

}  // namespace asbench::metrics
