#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/aggregate.h"
#include "metrics/metric.h"
#include "metrics/numerics/cosine.h"

namespace asbench::metrics {

/// Reference adherence (docs/design/metrics.md 4): cos(f, r) of the whole frame and the composited
/// reference, mean over the shot's frames. Source: the AnimeShooter paper (CLIP-I, DINO-I).
[[nodiscard]] Measure reference_adherence();

/// Per frame the cosine with the references, pooled: [k]. Both usable and of equal width.
[[nodiscard]] std::vector<double> reference_cosines(const UnitRows& frames,
                                                    const UnitRows& references,
                                                    ReferencePooling pooling);

/// Why a whole story can't be judged against its references; nothing when it can.
struct ReferenceProblem {
  Outcome outcome;        ///< skipped (missing_reference) or unusable (bad_feature)
  std::string_view kind;  ///< the finding
  std::string detail;
};
[[nodiscard]] std::optional<ReferenceProblem> reference_problem(const UnitRows& references);

/// A story without a value for that reason; `units` as skipped_story.
[[nodiscard]] StoryValue story_without_reference(const StoryFeatures& story, int units,
                                                 const ReferenceProblem& problem);

/// Each shot's reference score with its frames' cosines: no_character is skipped, a missing shot
/// and one with a bad frame (`bad_feature`) are failed. `references` must be usable.
[[nodiscard]] std::vector<ShotOutcome> reference_scores(const StoryFeatures& story,
                                                        std::string_view role,
                                                        const UnitRows& references,
                                                        ReferencePooling pooling);

/// A failed outcome with finding `bad_feature` when a frame of shot `index` is bad, nothing
/// otherwise.
[[nodiscard]] std::optional<ShotOutcome> bad_frames(const StoryFeatures& story, int index,
                                                    const UnitRows& frames);

}  // namespace asbench::metrics
