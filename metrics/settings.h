#pragma once

#include "core/stats.h"

namespace asbench::metrics {

/// What becomes of a shot that is absent or broken (docs/design/metrics.md 9.1).
enum class MissingPolicy {
  fail,     ///< not scored at all: measure() refuses
  zero,     ///< counts as the worst possible; dropping a shot never raises a score
  exclude,  ///< leaves its story
};

/// How several references of one story become one score per frame (docs/design/metrics.md 4).
enum class ReferencePooling {
  mean,  ///< mean over the references of the cosine
  max,   ///< the best one
};

/// Everything that changes a number besides the features. Defaults are protocol `animeshooter-v1`.
struct MetricSettings {
  MissingPolicy missing = MissingPolicy::fail;
  ReferencePooling references = ReferencePooling::mean;
  // The thresholds of measures: a measure lists its own in Measure::thresholds, from which protocol
  // files, signatures and definitions take them.
  double frozen_below = 0.002;           ///< frozen_rate: motion pixels, 0..1
  double copy_cells_below = 0.03;        ///< reference_copy: mean abs cell difference / 255
  double copy_cosine_from = 0.95;        ///< reference_copy: cosine under its encoder
  double duplicate_cells_below = 0.03;   ///< duplicate_pairs: mean abs cell difference / 255
  double copy_paste_temperature = 0.01;  ///< copy_paste: divides the difference of cosines
  BootstrapOptions bootstrap;
};

}  // namespace asbench::metrics
