#pragma once

#include <span>

#include "metrics/registry.h"
#include "metrics/story_features.h"

namespace asbench::metrics {

/// Checks that what a metric needs is there and that sizes fit: every present shot has the frames
/// it reads, one width per encoder over all stories (captions, references and mirrored references
/// included), 1350 columns of cells, k - 1 motion values for k frames, at most one caption row,
/// equally many references in every view that is read. An empty reference view in all of them
/// means "no reference" and passes.
/// @throws BadInput naming the story, the shot, the view and the sizes.
void check_features(const MetricInfo& metric, std::span<const StoryFeatures> stories);

}  // namespace asbench::metrics
