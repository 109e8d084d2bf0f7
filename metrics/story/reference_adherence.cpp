#include "metrics/story/reference_adherence.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/stats.h"

namespace asbench::metrics {

namespace {

StoryValue measure_adherence(const StoryFeatures& story, const Metric& metric,
                             const MetricSettings& settings) {
  const UnitRows& references = story.references_under(metric.role());
  if (auto without = without_usable_references(story, references, story.shot_count()))
    return *std::move(without);
  StoryValue value = story_over_shots(
      story, reference_scores(story, metric.role(), references, settings.references), kSimilarity,
      settings);
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
      "references their mean (or the best, refs=max). Shot: mean over its sampled frames; story: "
      "mean over its shots, and HarMeanP = harmonic mean x worst shot (0 when a shot is not above "
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

std::optional<StoryValue> without_usable_references(const StoryFeatures& story,
                                                    const UnitRows& references, int units) {
  if (units == 0) return std::nullopt;
  if (references.rows.rows == 0)
    return skipped_story(story, units, "missing_reference", "the story has no reference");
  if (references.bad.empty()) return std::nullopt;
  const BadRow& first = references.bad.front();
  StoryValue value = skipped_story(story, units, "bad_feature",
                                   fmt::format("reference {}: {}", first.row + 1, first.cause));
  std::swap(value.counts.n_failed, value.counts.n_skipped);
  return value;
}

std::optional<ShotOutcome> without_character(const StoryFeatures& story, int index) {
  if (!story.shots[static_cast<std::size_t>(index)].no_character) return std::nullopt;
  return outcome_with_finding(Outcome::skipped, story, index, "no_character",
                              "the shot lists no character");
}

std::optional<ShotOutcome> bad_frames(const StoryFeatures& story, int index,
                                      const UnitRows& frames) {
  if (frames.bad.empty()) return std::nullopt;
  const BadRow& first = frames.bad.front();
  return outcome_with_finding(Outcome::failed, story, index, "bad_feature",
                              fmt::format("sampled frame {} of {} ({} bad): {}", first.row + 1,
                                          frames.rows.rows, frames.bad.size(), first.cause));
}

std::vector<ShotOutcome> reference_scores(const StoryFeatures& story, std::string_view role,
                                          const UnitRows& references, ReferencePooling pooling) {
  return outcomes_of(
      story,
      [&](int index) {
        const UnitRows& frames = story.shots[static_cast<std::size_t>(index)].frames(role);
        if (auto bad = bad_frames(story, index, frames)) return std::move(*bad);
        const auto cosines = reference_cosines(frames, references, pooling);
        ShotOutcome outcome;
        outcome.shot.value = mean(cosines);
        outcome.shot.frames.assign(cosines.begin(), cosines.end());
        return outcome;
      },
      [&](int index) { return without_character(story, index); });
}

}  // namespace asbench::metrics
