#pragma once

#include "metrics/metric.h"

namespace asbench::metrics {

/// Share of a shot's frames that equal the frame before (docs/design/metrics.md 15.3), 0..1, lower
/// is better against the same split's other results only: animation repeats frames too.
[[nodiscard]] Measure repeated_frames();

/// Different pictures a second (docs/design/metrics.md 15.3), from 0, higher is better. Part: fps,
/// the frame rate that the file states. Shots without a frame rate are skipped.
[[nodiscard]] Measure effective_fps();

}  // namespace asbench::metrics
