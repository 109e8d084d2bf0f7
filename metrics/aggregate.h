#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/measurement.h"
#include "metrics/metric.h"
#include "metrics/settings.h"

namespace asbench::metrics {

// From shots (or shot pairs) to a story to the system: the levels of docs/design/metrics.md 0, the
// policies of 9.1, the counts. A metric says what happened to each unit and what a failed one is
// worth; everything else happens here, once for all metrics.

/// What happened to one shot, or to a pair of shots, under one metric.
enum class Outcome {
  scored,
  skipped,   ///< null by rule (no_character, missing_caption, ...): outside under every policy
  unusable,  ///< a reference or caption feature is bad: not the system's doing, outside, but
             ///< counted as failed
  failed,    ///< missing, or a bad feature of the system's own frames: the policy decides
};

/// How a metric's values enter means under `zero`. There a failed unit must be the worst of all, so
/// values beyond the worst are drawn in (the listed value stays).
struct WorstCase {
  std::optional<double> failed;  ///< what a failed unit counts as; nothing: it stays outside
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};
inline constexpr double kUnbounded = std::numeric_limits<double>::infinity();
inline constexpr WorstCase kSimilarity{0.0, 0.0, kUnbounded};  ///< higher is better
inline constexpr WorstCase kDistance{1.0, -kUnbounded, 1.0};   ///< lower is better
inline constexpr WorstCase kFaultShare{1.0, 0.0, 1.0};  ///< share of bad things: lower is better
inline constexpr WorstCase kUndirected{};               ///< motion, within_shot, copy_paste

/// What a unit adds to the means: nothing when it stays outside.
[[nodiscard]] std::optional<double> counted_value(Outcome outcome, std::optional<double> value,
                                                  const WorstCase& worst, MissingPolicy policy);

/// One shot's outcome; `shot.counted` is filled by story_over_shots.
struct ShotOutcome {
  Outcome outcome = Outcome::scored;
  ShotValue shot;
  Findings findings;
};

/// Missing shots are failed and need no measuring.
[[nodiscard]] ShotOutcome missing_shot();

/// Every shot's outcome, in order. Missing shots are missing_shot(); the others are measured.
/// @param measure  of the shot in place `index`, from 0; called for shots that are there
/// @param by_rule  asked first, of missing shots too: what becomes of a shot whatever its frames
///                 are (no_character, missing_caption), or nothing
[[nodiscard]] std::vector<ShotOutcome> outcomes_of(
    const StoryFeatures& story, const std::function<ShotOutcome(int index)>& measure,
    const std::function<std::optional<ShotOutcome>(int index)>& by_rule = {});

/// @param kind  a finding kind of docs/design/metrics.md, raised for 0-based shot `index`
[[nodiscard]] ShotOutcome outcome_with_finding(Outcome outcome, const StoryFeatures& story,
                                               int index, std::string_view kind,
                                               std::string detail);

/// Mean over shots of the counted values, and of the scored shots' parts; under `zero` also of the
/// parts that a measure gives to its failed shots. A story of which no shot
/// counts is null, with finding `empty_story` or `no_scored_shots`.
[[nodiscard]] StoryValue story_over_shots(const StoryFeatures& story,
                                          std::vector<ShotOutcome> outcomes, const WorstCase& worst,
                                          const MetricSettings& settings);

/// Adds HarMeanP over the counted shots of a similarity metric, and finding
/// `nonpositive_similarity` for every scored shot at or below 0 (which makes it 0).
void add_harmeanp(const StoryFeatures& story, StoryValue& value);

/// The same of a distance metric, 1 - (HarMeanP of 1 - d); the finding is for shots at or above 1.
void add_harmeanp_of_distances(const StoryFeatures& story, StoryValue& value);

/// A story without a value, all of whose units are null by rule for the reason `kind`.
/// @param units  their number (shots, or pairs)
[[nodiscard]] StoryValue skipped_story(const StoryFeatures& story, int units, std::string_view kind,
                                       std::string detail);

/// The empty frame of a story's result: ids, one empty ShotValue per shot.
[[nodiscard]] StoryValue blank_story(const StoryFeatures& story);

[[nodiscard]] Finding story_finding(const StoryFeatures& story, std::string_view kind,
                                    std::string detail);

/// S (S - 1) / 2.
[[nodiscard]] int pair_count(int shots);

}  // namespace asbench::metrics
