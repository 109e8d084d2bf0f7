#pragma once

#include <string_view>
#include <vector>

#include "metrics/metric.h"
#include "metrics/story/shot_pairs.h"

namespace asbench::metrics {

/// Cross-shot consistency (docs/design/metrics.md 5): the mean cosine c(s, t) of all frames of one
/// shot with all frames of another, mean over the story's pairs. Parts: `adjacent`, `first`,
/// `worst`; and by_distance. Consistency alone is won by frozen or copied output: read the controls
/// beside it.
[[nodiscard]] Measure cross_shot();

/// The story's shot pairs with c(s, t) = m_s . m_t, m_s the mean of the unit frame features, not
/// normalised again.
struct Consistency {
  std::vector<ShotPair> pairs;
  Findings findings;  ///< `bad_feature` per shot
};
[[nodiscard]] Consistency consistency(const StoryFeatures& story, std::string_view role);

}  // namespace asbench::metrics
