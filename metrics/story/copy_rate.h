#pragma once

#include "metrics/metric.h"

namespace asbench::metrics {

/// A frame is a copy when it is nearer than this share of what the training row's own neighbours
/// lie away (mean over the nearest kCopyNeighbours of other clips). Carlini et al. 2023.
inline constexpr double kCopyShare = 0.5;
inline constexpr int kCopyNeighbours = 50;

/// Share of shots that copy a training set. A sampled frame is a copy when its distance to the
/// nearest training row is below half of what that row's own nearest neighbours in the training set
/// (other clips) lie away: the threshold is calibrated for each query, so it follows how dense the
/// set is there. A shot is a copy when more than half of its frames are. Lower is better; failures
/// count as copies under `zero`. The neighbours are found beforehand (metrics/search/copy_search.h)
/// and arrive as ShotFeatures::copies. Source: the per-query calibration of Carlini et al. 2023,
/// "Extracting Training Data from Diffusion Models" (alpha = 0.5).
[[nodiscard]] Measure copy_rate();

}  // namespace asbench::metrics
