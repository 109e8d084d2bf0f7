#pragma once

#include "metrics/registry.h"

namespace asbench::metrics {

/// Does a shot look most like its own character (identity_top1, identity_mrr, identity_margin)? The
/// shot's reference score (metrics.md 4: mean over frames of the pooled cosine) is taken with every
/// character of the split, and its own is ranked among them: top1 = 1 when it is first, mrr = 1 /
/// rank, margin = own score - the best other one. A tie counts against the shot, so features that
/// are all equal win nothing. Source: AnimeShooter-Bench; re-identification in the terms of
/// retrieval (CMC rank 1, MRR).
///
/// The plain ids score with the mean of CLIP and DINO, `_clip` and `_dino` with one of them.
/// References of a split are tens to hundreds: compared exactly, in double.
[[nodiscard]] MetricInfo identity_top1_metric();
[[nodiscard]] MetricInfo identity_mrr_metric();
[[nodiscard]] MetricInfo identity_margin_metric();
[[nodiscard]] MetricInfo identity_top1_clip_metric();
[[nodiscard]] MetricInfo identity_mrr_clip_metric();
[[nodiscard]] MetricInfo identity_margin_clip_metric();
[[nodiscard]] MetricInfo identity_top1_dino_metric();
[[nodiscard]] MetricInfo identity_mrr_dino_metric();
[[nodiscard]] MetricInfo identity_margin_dino_metric();

}  // namespace asbench::metrics
