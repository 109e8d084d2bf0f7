#pragma once

#include "metrics/metric.h"

namespace asbench::metrics {

/// Cross-shot consistency (docs/design/metrics.md 5) of one part of the picture, cut out by masks
/// or boxes. A frame in which the subject was not found counts as a zero vector in its shot's mean,
/// so that a lost subject lowers every pair of the shot. Source: AnimeShooter-Bench.
enum class CutPart {
  subject,     ///< measure `subject_consistency`: pairs of shots that show a common character, mean
               ///< over the common characters
  background,  ///< measure `background_consistency`: pairs in one scene, or all pairs of a story
               ///< whose shots name no scene
};
[[nodiscard]] Measure part_consistency(CutPart part);

}  // namespace asbench::metrics
