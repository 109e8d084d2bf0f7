#pragma once

#include <optional>

#include "metrics/aggregate.h"
#include "metrics/metric.h"
#include "metrics/numerics/cosine.h"

namespace asbench::metrics {

/// Text alignment (docs/design/metrics.md 6): cos(text, frame) of the projected features, mean over
/// the shot's frames. Signed; no clamp, no factor, no prompt prefix. Source: CLIP (Radford et al.
/// 2021).
[[nodiscard]] Measure text_alignment();

/// Why shot `index` can't be judged against its caption whatever its frames are: no caption
/// (skipped, `missing_caption`) or a bad caption feature (unusable, `bad_feature`).
[[nodiscard]] std::optional<ShotOutcome> caption_problem(const StoryFeatures& story, int index,
                                                         const UnitRows& text);

}  // namespace asbench::metrics
