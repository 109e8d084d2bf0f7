#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "metrics/aggregate.h"
#include "metrics/metric.h"

// What the measures of the picture itself share: docs/design/metrics.md 15.
namespace asbench::metrics {

/// A measure of every frame of every shot, without an encoder: family, needs, counts and levels are
/// filled in.
[[nodiscard]] Measure picture_measure(std::string_view measure, std::string_view title);

/// A story whose shots are measured each on its own. NaN and infinity in a shot's statistics fail
/// it (`bad_feature`). A failed shot has the worst value in `parts`
/// too under `zero`, so that no part gets better by dropping it.
/// @param parts    names that every scored shot has
/// @param measure  of the shot in place `index`
[[nodiscard]] StoryValue story_over_pictures(
    const StoryFeatures& story, const WorstCase& worst, const std::vector<std::string_view>& parts,
    const MetricSettings& settings,
    const std::function<ShotOutcome(const ShotFeatures&, int)>& measure);

}  // namespace asbench::metrics
