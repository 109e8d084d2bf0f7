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

/// Says in how many of its frames a shot's character was not found.
void report_lost(const StoryFeatures& story, int index, const std::string& name,
                 const CutFrames& cut, int sampled, Findings& findings) {
  const int lost = sampled - static_cast<int>(cut.places.size());
  if (lost == 0) return;
  findings.push_back(
      {"subject_not_found", story.id, story.number_of(index),
       fmt::format("{}{} of {} sampled frames",
                   name.empty() ? "" : fmt::format("character {}: ", name), lost, sampled)});
}

/// @param cut_of  the frames of shot `index` cut for the character in place `place` of its list
template <typename CutOf>
std::vector<ShotOutcome> scores_of_cut(const StoryFeatures& story, const Metric& metric,
                                       ReferencePooling pooling, const CutOf& cut_of) {
  const std::string& role = metric.role();
  const std::span<const std::string> roles(&role, 1);
  const auto score = [&](int index) {
    const ShotFeatures& shot = story.shots[static_cast<std::size_t>(index)];
    ShotOutcome outcome;
    const auto judged = judgeable_characters(story, index, roles, kStraight, outcome.findings);
    std::vector<double> sums(static_cast<std::size_t>(shot.sampled_frames), 0.0);
    for (const int character : judged) {
      const CutFrames& cut = cut_of(shot, character);
      if (auto bad = bad_frames(story, index, cut.frames.units(role))) return std::move(*bad);
      report_lost(story, index, story.character(character).name, cut, shot.sampled_frames,
                  outcome.findings);
      const auto scores = frame_scores(cut, shot.sampled_frames, role,
                                       references_of(story.character(character), role), pooling);
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

std::vector<ShotOutcome> subject_scores(const StoryFeatures& story, const Metric& metric,
                                        ReferencePooling pooling) {
  return scores_of_cut(story, metric, pooling,
                       [](const ShotFeatures& shot, int character) -> const CutFrames& {
                         return shot.subject_of(character);
                       });
}

StoryValue measure_similarity(const StoryFeatures& story, const Metric& metric,
                              const MetricSettings& settings) {
  if (auto without = without_usable_references(story, metric.role(), story.shot_count()))
    return *std::move(without);
  StoryValue value = story_over_shots(story, subject_scores(story, metric, settings.references),
                                      kSimilarity, settings);
  add_harmeanp(story, value);
  return value;
}

StoryValue measure_distance(const StoryFeatures& story, const Metric& metric,
                            const MetricSettings& settings) {
  if (auto without = without_usable_references(story, metric.role(), story.shot_count()))
    return *std::move(without);
  auto outcomes = subject_scores(story, metric, settings.references);
  for (ShotOutcome& outcome : outcomes) {
    if (outcome.shot.value) outcome.shot.value = 1.0 - *outcome.shot.value;
    for (auto& frame : outcome.shot.frames) frame = 1.0 - *frame;
  }
  StoryValue value = story_over_shots(story, std::move(outcomes), kDistance, settings);
  add_harmeanp_of_distances(story, value);
  return value;
}

StoryValue measure_background(const StoryFeatures& story, const Metric& metric,
                              const MetricSettings& settings) {
  if (auto without = without_usable_references(story, metric.role(), story.shot_count()))
    return *std::move(without);
  auto outcomes = scores_of_cut(
      story, metric, settings.references,
      [](const ShotFeatures& shot, int) -> const CutFrames& { return shot.background; });
  return story_over_shots(story, std::move(outcomes), kUndirected, settings);
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
    info.measure_story = measure_similarity;
  } else {
    info.measure = "subject_distance";
    info.measure_title = "Distance of the subject to the reference";
    info.direction = Direction::lower;
    info.range_high = 2.0;
    info.formula =
        "1 - reference adherence of frames that are cut to a character by masks or boxes. A frame "
        "in which it was not found counts 1. Mean over the shot's frames and characters; story: "
        "mean over its shots, and HarMeanP = 1 - harmonic mean x smallest of the similarities 1 - "
        "d "
        "(1 when a shot is at 1 or above). A failed shot counts 1 under `zero`.";
    info.measure_story = measure_distance;
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
      "boxes, "
      "filled with the encoder's mean colour): what of it does not come from them. A frame in "
      "which "
      "one of them was not found counts 0.";
  info.measure_story = measure_background;
  return info;
}

}  // namespace asbench::metrics
