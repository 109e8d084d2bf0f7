#pragma once

#include <optional>
#include <span>
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

/// Which side of the references frames are compared with.
enum class ReferenceSide { straight, mirrored };

[[nodiscard]] const UnitRows& references_of(const CharacterFeatures& character,
                                            std::string_view role,
                                            ReferenceSide side = ReferenceSide::straight);

/// The value of a story of which no character has usable references: null, all its units skipped
/// (finding `missing_reference`) or failed (`bad_feature`). Nothing when one has or there are no
/// units.
/// @param units  their number: story.shot_count(), or that of its shot pairs
[[nodiscard]] std::optional<StoryValue> without_usable_references(
    const StoryFeatures& story, std::string_view role, int units,
    ReferenceSide side = ReferenceSide::straight);

/// A skipped outcome with finding `no_character` when shot `index` lists no character, nothing
/// otherwise.
[[nodiscard]] std::optional<ShotOutcome> without_character(const StoryFeatures& story, int index);

/// What becomes of shot `index` whatever its frames are: without_character(), or the outcome of a
/// shot of whose characters none has usable references under all the roles: skipped
/// (`missing_reference`) or unusable (`bad_feature`). Nothing when one can be judged.
[[nodiscard]] std::optional<ShotOutcome> without_judgeable_character(
    const StoryFeatures& story, int index, std::span<const std::string> roles,
    ReferenceSide side = ReferenceSide::straight);

/// The characters of shot `index` whose references are usable under all the roles, by place; a
/// finding for each other one.
[[nodiscard]] std::vector<int> judgeable_characters(const StoryFeatures& story, int index,
                                                    std::span<const std::string> roles,
                                                    ReferenceSide side, Findings& findings);

/// Each shot's reference score, the mean over its characters, with that of each frame. Skipped:
/// a shot that lists no character, or none with references; failed: a missing shot and one with a
/// bad frame (`bad_feature`).
[[nodiscard]] std::vector<ShotOutcome> reference_scores(
    const StoryFeatures& story, const std::string& role, ReferencePooling pooling,
    ReferenceSide side = ReferenceSide::straight);

/// A failed outcome with finding `bad_feature` when a frame of shot `index` is bad, nothing
/// otherwise.
[[nodiscard]] std::optional<ShotOutcome> bad_frames(const StoryFeatures& story, int index,
                                                    const UnitRows& frames);

}  // namespace asbench::metrics
