#include "metrics/story/subject_adherence.h"

#include <fmt/format.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/stats.h"
#include "metrics/aggregate.h"
#include "metrics/story/lost_subjects.h"
#include "metrics/story/reference_adherence.h"

namespace asbench::metrics {

namespace {

constexpr ReferenceSide kStraight = ReferenceSide::straight;

/// Each sampled frame's score, 0 where the character was not found.
std::vector<double> frame_scores(const CutFrames& cut, int sampled, const std::string& role,
                                 const UnitRows& references, ReferencePooling pooling) {
  std::vector<double> scores(static_cast<std::size_t>(sampled), 0.0);
  if (cut.places.empty()) return scores;
  const auto cosines = reference_cosines(cut.frames.units(role), references, pooling);
  for (std::size_t i = 0; i < cosines.size(); ++i)
    scores[static_cast<std::size_t>(cut.places[i])] = cosines[i];
  return scores;
}

/// Each shot's score, the mean over its characters, of frames that are cut to each of them
/// (Modality::subject) or out of which they all were taken (Modality::background).
std::vector<ShotOutcome> scores_of_cut(const StoryFeatures& story, const Metric& metric,
                                       Modality modality, ReferencePooling pooling) {
  const std::string& role = metric.role();
  const std::span<const std::string> roles(&role, 1);
  const bool is_background = modality == Modality::background;
  const auto score = [&](int index) {
    const ShotFeatures& shot = story.shots[static_cast<std::size_t>(index)];
    ShotOutcome outcome;
    if (is_background) report_lost_subject(story, index, "", shot.background, outcome.findings);
    const auto judged = judgeable_characters(story, index, roles, kStraight, outcome.findings);
    std::vector<double> sums(static_cast<std::size_t>(shot.sampled_frames), 0.0);
    for (const int place : judged) {
      const CharacterFeatures& character = story.character(place);
      const CutFrames& cut = is_background ? shot.background : shot.subject_of(place);
      if (auto bad = bad_frames(story, index, cut.frames.units(role), cut.places))
        return std::move(*bad);
      if (!is_background) report_lost_subject(story, index, character.name, cut, outcome.findings);
      const ShotReferences references(story, index, place, role);
      const auto scores = frame_scores(cut, shot.sampled_frames, role, references.get(), pooling);
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += scores[i];
    }
    for (double& sum : sums) sum /= static_cast<double>(judged.size());
    outcome.shot.value = mean(sums);
    outcome.shot.frames.assign(sums.begin(), sums.end());
    return outcome;
  };
  return outcomes_of(story, score,
                     [&](int index) { return without_judgeable_character(story, index, roles); });
}

using StoryOf = StoryValue (*)(const StoryFeatures&, std::vector<ShotOutcome>,
                               const MetricSettings&);

template <StoryOf story_of>
StoryValue measure_subject(const StoryFeatures& story, const Metric& metric,
                           const MetricSettings& settings) {
  if (auto without = without_usable_references(story, metric.role(), story.shot_count()))
    return *std::move(without);
  return story_of(story, scores_of_cut(story, metric, Modality::subject, settings.references),
                  settings);
}

StoryValue measure_background(const StoryFeatures& story, const Metric& metric,
                              const MetricSettings& settings) {
  if (auto without = without_usable_references(story, metric.role(), story.shot_count()))
    return *std::move(without);
  return story_over_shots(story,
                          scores_of_cut(story, metric, Modality::background, settings.references),
                          kUndirected, settings);
}

/// What the three have in common.
Measure cut_measure() {
  Measure info;
  info.source = "AnimeShooter-Bench";
  info.cites = {"asbench"};
  info.aggregation = "frame>shot>story>system";
  info.unit = "shots";
  info.uses_reference_pooling = true;
  return info;
}

}  // namespace

Measure subject_adherence(Subject quantity) {
  Measure info = cut_measure();
  info.family = "adherence";
  info.reads = {Modality::subject, Modality::references};
  info.has_harmeanp = true;
  if (quantity == Subject::similarity) {
    info.measure = "subject_adherence";
    info.measure_title = "Reference adherence of the subject";
    info.direction = Direction::higher;
    info.range_low = -1.0;
    info.formula =
        "Reference adherence of frames that are cut to a character by masks or boxes. A frame in "
        "which it was not found counts 0. Mean over the shot's frames and characters; story: mean "
        "over its shots, and HarMeanP = harmonic mean x worst shot (0 when a shot is not above 0).";
    info.measure_story = measure_subject<story_of_similarities>;
  } else {
    info.measure = "subject_distance";
    info.measure_title = "Distance of the subject to the reference";
    info.direction = Direction::lower;
    info.range_high = 2.0;
    info.formula =
        "1 - reference adherence of frames that are cut to a character by masks or boxes. A frame "
        "in which it was not found counts 1. Mean over the shot's frames and characters; story: "
        "mean over its shots, and HarMeanP = 1 - harmonic mean x smallest of the similarities 1 - "
        "d (1 when a shot is at 1 or above). A failed shot counts 1 under `zero`.";
    info.measure_story = measure_subject<story_of_distances>;
  }
  return info;
}

Measure background_adherence() {
  Measure info = cut_measure();
  info.family = "controls";
  info.measure = "background_adherence";
  info.measure_title = "Likeness of the background to the reference";
  info.range_low = -1.0;
  info.reads = {Modality::background, Modality::references};
  info.formula =
      "Reference adherence of frames out of which the shot's characters were taken (masks or "
      "boxes, filled with the encoder's mean colour): what of it does not come from them. A frame "
      "in "
      "which one of them was not found counts 0.";
  info.measure_story = measure_background;
  return info;
}

}  // namespace asbench::metrics
