#pragma once

#include "metrics/metric.h"

namespace asbench::metrics {

/// Does a shot look most like its own character (identity_top1, identity_mrr, identity_margin)? The
/// shot's reference score (docs/design/metrics.md 4: mean over frames of the pooled cosine) is
/// taken with every character of the split, and its own is ranked among them: top1 = 1 when it is
/// first, mrr = 1 / rank, margin = own score - the best other one. A tie counts against the shot,
/// so features that are all equal win nothing. Source: AnimeShooter-Bench; re-identification in the
/// terms of retrieval (CMC rank 1, MRR).
///
/// With several roles a shot's score is the mean over them.
/// References of a split are tens to hundreds: compared exactly, in double.
enum class Identity {
  top1,             ///< measure `identity_top1`
  reciprocal_rank,  ///< measure `identity_mrr`
  margin,           ///< measure `identity_margin`
};
[[nodiscard]] Measure identity(Identity quantity);

}  // namespace asbench::metrics
