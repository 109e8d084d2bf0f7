#pragma once

#include "metrics/metric.h"

namespace asbench::metrics {

/// Cross-shot consistency (docs/design/metrics.md 5) where the script asks for it: over the pairs
/// of shots that show a common character, or that are set in one scene. A story of one character
/// gives the value of `cross_shot` for the first. Source: AnimeShooter-Bench.
enum class Shared {
  character,  ///< measure `character_consistency`
  scene,      ///< measure `scene_consistency`: both shots name the scene, and the same
};
[[nodiscard]] Measure shared_consistency(Shared shared);

}  // namespace asbench::metrics
