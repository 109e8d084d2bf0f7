#pragma once

#include "metrics/metric.h"

namespace asbench::metrics {

/// Does a character look as when it was last seen? Mean of c(s, t) of docs/design/metrics.md 5 over
/// the pairs of shots that are consecutive appearances of a character (both show it, none between
/// does). by_distance[d]: by the number of shots from one to the next; parts `next_shot` (d = 1)
/// and `after_absence` (d > 1). With one character in every shot it is the part
/// `adjacent` of `cross_shot`. Source: AnimeShooter-Bench.
[[nodiscard]] Measure recurrence();

}  // namespace asbench::metrics
