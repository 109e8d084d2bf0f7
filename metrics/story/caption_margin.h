#pragma once

#include <cstddef>
#include <span>

#include "metrics/metric.h"
#include "metrics/numerics/cosine.h"

namespace asbench::metrics {

/// Whether shots show their own caption rather than the story's other captions
/// (docs/design/metrics.md 5.1). Identical shots give exactly 0.
[[nodiscard]] Measure caption_margin();

/// Mean over s of [T(s, s) - mean over t != s of T(s, t)].
/// @param alignment  T, [S, S], S >= 2: row s = shot, column t = caption
[[nodiscard]] double alignment_margin(const Matrix& alignment);

/// The same for one shot: row[own] - mean of the other captions' entries. row.size() >= 2.
[[nodiscard]] double alignment_margin_of_shot(std::span<const double> row, std::size_t own);

}  // namespace asbench::metrics
