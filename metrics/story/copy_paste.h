#pragma once

#include "metrics/metric.h"

namespace asbench::metrics {

/// Whether frames follow the reference's own pose (docs/design/metrics.md 5.1): the reference
/// against its mirror image. 0.5 is neutral, 1 follows the reference, 0 its mirror image. No
/// direction. Source: ViStoryBench `vistorybench/bench/content/cids_evaluator.py` (copy-paste
/// degree).
[[nodiscard]] Measure copy_paste();

/// 1 / (1 + exp(-(cosine - mirrored) / temperature)).
[[nodiscard]] double copy_paste_probability(double cosine, double mirrored, double temperature);

}  // namespace asbench::metrics
