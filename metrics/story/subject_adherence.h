#pragma once

#include "metrics/metric.h"

namespace asbench::metrics {

/// Reference adherence of the subject alone (docs/design/metrics.md 4): each sampled frame is cut
/// to a character by a mask or a box and compared with the character's references. A frame in which
/// the character was not found counts 0 (distance 1), finding `subject_not_found`: it never drops
/// out. Shot: mean over its frames, then over its characters. Source: AnimeShooter-Bench.
enum class Subject {
  similarity,  ///< measure `subject_adherence`
  distance,    ///< measure `subject_distance`: 1 - similarity
};
[[nodiscard]] Measure subject_adherence(Subject quantity);

/// The same of what is left when the shot's characters are taken out: how much of the adherence
/// does not come from them. A control without a direction: measure `background_adherence`.
[[nodiscard]] Measure background_adherence();

}  // namespace asbench::metrics
