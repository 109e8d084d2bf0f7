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
  return story_of_similarities(story, reference_scores(story, metric.role(), settings.references),
                               settings);
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

bool is_own_reference(const ShotFeatures& shot, int place, int row) {
  return std::any_of(
      shot.own_references.begin(), shot.own_references.end(),
      [&](const OwnReference& own) { return own.character == place && own.row == row; });
}

ShotReferences::ShotReferences(const StoryFeatures& story, int index, int place,
                               std::string_view role, ReferenceSide side)
    : whole_(&references_of(story.character(place), role, side)) {
  const ShotFeatures& shot = story.shots[static_cast<std::size_t>(index)];
  is_part_ = std::any_of(shot.own_references.begin(), shot.own_references.end(),
                         [&](const OwnReference& own) { return own.character == place; });
  if (!is_part_) return;
  part_.rows.cols = whole_->rows.cols;
  for (int row = 0; row < whole_->rows.rows; ++row) {
    if (is_own_reference(shot, place, row)) continue;
    for (const BadRow& bad : whole_->bad) {
      if (bad.row == row) part_.bad.push_back({part_.rows.rows, bad.cause});
    }
    const auto values = whole_->rows.row(row);
    part_.rows.values.insert(part_.rows.values.end(), values.begin(), values.end());
    ++part_.rows.rows;
  }
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
      return !ShotReferences(story, index, place, role, side).get().usable();
    });
    if (unusable == roles.end()) {
      judgeable.push_back(place);
      continue;
    }
    const ShotReferences kept(story, index, place, *unusable, side);
    const UnitRows& references = kept.get();
    if (kept.is_part() && references.rows.rows == 0) {
      findings.push_back({"reference_in_shot", story.id, story.number_of(index),
                          fmt::format("character {}: all its references are frames of this shot",
                                      character.name)});
    } else if (references.bad.empty()) {
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

StoryValue story_of_similarities(const StoryFeatures& story, std::vector<ShotOutcome> outcomes,
                                 const MetricSettings& settings) {
  StoryValue value = story_over_shots(story, std::move(outcomes), kSimilarity, settings);
  add_harmeanp(story, value);
  return value;
}

StoryValue story_of_distances(const StoryFeatures& story, std::vector<ShotOutcome> outcomes,
                              const MetricSettings& settings) {
  for (ShotOutcome& outcome : outcomes) {
    if (outcome.shot.value) outcome.shot.value = 1.0 - *outcome.shot.value;
    for (auto& frame : outcome.shot.frames) frame = 1.0 - *frame;
  }
  StoryValue value = story_over_shots(story, std::move(outcomes), kDistance, settings);
  add_harmeanp_of_distances(story, value);
  return value;
}

std::optional<ShotOutcome> bad_frames(const StoryFeatures& story, int index, const UnitRows& frames,
                                      std::span<const int> places) {
  if (frames.bad.empty()) return std::nullopt;
  const BadRow& first = frames.bad.front();
  const int place = places.empty() ? first.row : places[static_cast<std::size_t>(first.row)];
  return outcome_with_finding(Outcome::failed, story, index, "bad_feature",
                              fmt::format("sampled frame {} of {} ({} bad): {}", place + 1,
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
      const ShotReferences references(story, index, place, role, side);
      const auto cosines = reference_cosines(frames, references.get(), pooling);
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
