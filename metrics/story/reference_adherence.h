#pragma once

#include <optional>
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

/// The value of a story that can't be judged against its references: null, all its units skipped
/// (finding `missing_reference`) or failed (`bad_feature`). Nothing when the references are usable
/// or there are no units.
/// @param units  their number: story.shot_count(), or that of its shot pairs
[[nodiscard]] std::optional<StoryValue> without_usable_references(const StoryFeatures& story,
                                                                  const UnitRows& references,
                                                                  int units);

/// A skipped outcome with finding `no_character` when shot `index` lists no character, nothing
/// otherwise.
[[nodiscard]] std::optional<ShotOutcome> without_character(const StoryFeatures& story, int index);

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
