#include "metrics/story/reference_adherence.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/stats.h"

namespace asbench::metrics {

namespace {

StoryValue measure_adherence(const StoryFeatures& story, const Metric& metric,
                             const MetricSettings& settings) {
  if (auto without = without_usable_references(story, metric.role(), story.shot_count()))
    return *std::move(without);
  StoryValue value = story_over_shots(
      story, reference_scores(story, metric.role(), settings.references), kSimilarity, settings);
  add_harmeanp(story, value);
  return value;
}

}  // namespace

Measure reference_adherence() {
  Measure info;
  info.measure = "reference_adherence";
  info.measure_title = "Reference adherence";
  info.family = "adherence";
  info.direction = Direction::higher;
  info.range_low = -1.0;
  info.formula =
      "Frame: cosine of the whole frame's feature and the composited reference's, over several "
      "references their mean (or the best, refs=max), over several characters of a shot their "
      "mean. "
      "Shot: mean over its sampled frames; story: mean over its shots, and HarMeanP = harmonic "
      "mean x worst shot (0 when a shot is not above "
      "0).";
  info.source = "AnimeShooter paper: reference adherence, Mean and HarMeanP";
  info.cites = {"qiu2025animeshooter"};
  info.aggregation = "frame>shot>story>system";
  info.unit = "shots";
  info.reads = {Modality::frames, Modality::references};
  info.has_harmeanp = true;
  info.uses_reference_pooling = true;
  info.has_real_ceiling = true;
  info.measure_story = measure_adherence;
  return info;
}

std::vector<double> reference_cosines(const UnitRows& frames, const UnitRows& references,
                                      ReferencePooling pooling) {
  const Matrix cosines = cosine_matrix(frames, references);
  std::vector<double> scores;
  for (int i = 0; i < cosines.rows; ++i) {
    const auto row = cosines.row(i);
    scores.push_back(pooling == ReferencePooling::mean ? mean(row)
                                                       : *std::max_element(row.begin(), row.end()));
  }
  return scores;
}

const UnitRows& references_of(const CharacterFeatures& character, std::string_view role,
                              ReferenceSide side) {
  const ReferenceFeatures& references = character.references;
  return (side == ReferenceSide::straight ? references.straight : references.mirrored).units(role);
}

std::optional<StoryValue> without_usable_references(const StoryFeatures& story,
                                                    std::string_view role, int units,
                                                    ReferenceSide side) {
  if (units == 0) return std::nullopt;
  const BadRow* bad = nullptr;
  for (const CharacterFeatures& character : story.characters) {
    const UnitRows& references = references_of(character, role, side);
    if (references.usable()) return std::nullopt;
    if (bad == nullptr && !references.bad.empty()) bad = &references.bad.front();
  }
  if (bad == nullptr)
    return skipped_story(story, units, "missing_reference", "the story has no reference");
  StoryValue value = skipped_story(story, units, "bad_feature",
                                   fmt::format("reference {}: {}", bad->row + 1, bad->cause));
  std::swap(value.counts.n_failed, value.counts.n_skipped);
  return value;
}

std::optional<ShotOutcome> without_character(const StoryFeatures& story, int index) {
  if (!story.shots[static_cast<std::size_t>(index)].characters.empty()) return std::nullopt;
  return outcome_with_finding(Outcome::skipped, story, index, "no_character",
                              "the shot lists no character");
}

std::vector<int> judgeable_characters(const StoryFeatures& story, int index,
                                      std::span<const std::string> roles, ReferenceSide side,
                                      Findings& findings) {
  std::vector<int> judgeable;
  for (const int place : story.shots[static_cast<std::size_t>(index)].characters) {
    const CharacterFeatures& character = story.character(place);
    const auto unusable = std::find_if(roles.begin(), roles.end(), [&](const std::string& role) {
      return !references_of(character, role, side).usable();
    });
    if (unusable == roles.end()) {
      judgeable.push_back(place);
      continue;
    }
    const UnitRows& references = references_of(character, *unusable, side);
    if (references.bad.empty()) {
      findings.push_back({"missing_reference", story.id, story.number_of(index),
                          fmt::format("character {}: no reference", character.name)});
    } else {
      const BadRow& bad = references.bad.front();
      findings.push_back(
          {"bad_feature", story.id, story.number_of(index),
           fmt::format("character {}, reference {}: {}", character.name, bad.row + 1, bad.cause)});
    }
  }
  return judgeable;
}

std::optional<ShotOutcome> without_judgeable_character(const StoryFeatures& story, int index,
                                                       std::span<const std::string> roles,
                                                       ReferenceSide side) {
  if (auto nobody = without_character(story, index)) return nobody;
  ShotOutcome outcome;
  if (!judgeable_characters(story, index, roles, side, outcome.findings).empty())
    return std::nullopt;
  const bool has_bad =
      std::any_of(outcome.findings.begin(), outcome.findings.end(),
                  [](const Finding& finding) { return finding.kind == "bad_feature"; });
  outcome.outcome = has_bad ? Outcome::unusable : Outcome::skipped;
  return outcome;
}

std::optional<ShotOutcome> bad_frames(const StoryFeatures& story, int index,
                                      const UnitRows& frames) {
  if (frames.bad.empty()) return std::nullopt;
  const BadRow& first = frames.bad.front();
  return outcome_with_finding(Outcome::failed, story, index, "bad_feature",
                              fmt::format("sampled frame {} of {} ({} bad): {}", first.row + 1,
                                          frames.rows.rows, frames.bad.size(), first.cause));
}

std::vector<ShotOutcome> reference_scores(const StoryFeatures& story, const std::string& role,
                                          ReferencePooling pooling, ReferenceSide side) {
  const std::span<const std::string> roles(&role, 1);
  const auto score = [&](int index) {
    const UnitRows& frames = story.shots[static_cast<std::size_t>(index)].frames(role);
    if (auto bad = bad_frames(story, index, frames)) return std::move(*bad);
    ShotOutcome outcome;
    const auto places = judgeable_characters(story, index, roles, side, outcome.findings);
    std::vector<double> sums(static_cast<std::size_t>(frames.rows.rows), 0.0);
    for (const int place : places) {
      const auto cosines =
          reference_cosines(frames, references_of(story.character(place), role, side), pooling);
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += cosines[i];
    }
    for (double& sum : sums) sum /= static_cast<double>(places.size());
    outcome.shot.value = mean(sums);
    outcome.shot.frames.assign(sums.begin(), sums.end());
    return outcome;
  };
  return outcomes_of(story, score, [&](int index) {
    return without_judgeable_character(story, index, roles, side);
  });
}

}  // namespace asbench::metrics
