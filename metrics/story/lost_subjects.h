#pragma once

#include <string_view>

#include "core/finding.h"
#include "metrics/story/story_features.h"

namespace asbench::metrics {

/// Adds finding `subject_not_found` of shot `index` (its place, from 0) when the cut lacks some of
/// its sampled frames, with their number.
/// @param name  whose cut it is; empty: the IP's, or the background's
void report_lost_subject(const StoryFeatures& story, int index, std::string_view name,
                         const CutFrames& cut, Findings& findings);

}  // namespace asbench::metrics
