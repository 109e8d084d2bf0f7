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

/// The references that a shot is compared with: a character's, without those that are parts of the
/// shot's own frames (ShotFeatures::own_references). The story must outlive it.
class ShotReferences {
 public:
  /// @param index  the shot, from 0
  /// @param place  the character's, in StoryFeatures::characters
  ShotReferences(const StoryFeatures& story, int index, int place, std::string_view role,
                 ReferenceSide side = ReferenceSide::straight);
  [[nodiscard]] const UnitRows& get() const { return is_part_ ? part_ : *whole_; }
  /// Whether a reference was left out.
  [[nodiscard]] bool is_part() const { return is_part_; }

 private:
  const UnitRows* whole_;
  UnitRows part_;
  bool is_part_ = false;
};

/// Whether a reference of a character is a part of one of the shot's own frames.
[[nodiscard]] bool is_own_reference(const ShotFeatures& shot, int place, int row);

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
/// finding for each other one (`missing_reference`, `bad_feature`, `reference_in_shot`).
[[nodiscard]] std::vector<int> judgeable_characters(const StoryFeatures& story, int index,
                                                    std::span<const std::string> roles,
                                                    ReferenceSide side, Findings& findings);

/// Each shot's reference score, the mean over its characters, with that of each frame. Skipped:
/// a shot that lists no character, or none with references; failed: a missing shot and one with a
/// bad frame (`bad_feature`).
[[nodiscard]] std::vector<ShotOutcome> reference_scores(
    const StoryFeatures& story, const std::string& role, ReferencePooling pooling,
    ReferenceSide side = ReferenceSide::straight);

/// The story's value, with HarMeanP, from its shots' similarities with references: as they are
/// (`reference_adherence`), or as distances 1 - similarity (`reference_distance`).
[[nodiscard]] StoryValue story_of_similarities(const StoryFeatures& story,
                                               std::vector<ShotOutcome> outcomes,
                                               const MetricSettings& settings);
[[nodiscard]] StoryValue story_of_distances(const StoryFeatures& story,
                                            std::vector<ShotOutcome> outcomes,
                                            const MetricSettings& settings);

/// A failed outcome with finding `bad_feature` when a frame of shot `index` is bad, nothing
/// otherwise.
/// @param places  which sampled frame each row is, from 0; empty: each its own
[[nodiscard]] std::optional<ShotOutcome> bad_frames(const StoryFeatures& story, int index,
                                                    const UnitRows& frames,
                                                    std::span<const int> places = {});

}  // namespace asbench::metrics
