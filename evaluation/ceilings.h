#pragma once

#include <map>
#include <string>

#include "evaluation/story_features.h"
#include "loaders/split.h"
#include "metrics/story/real_ceiling.h"

namespace asbench::evaluation {

/// `real_ceiling` of every reference metric of the protocol, by metric id: the split's own clips
/// under the same frames, encoders and references as the shots. Broken clips leave it, with finding
/// `clip_unusable`.
[[nodiscard]] std::map<std::string, metrics::RealCeiling> measure_ceilings(
    const loaders::Split& split, const StorySource& source);

}  // namespace asbench::evaluation
