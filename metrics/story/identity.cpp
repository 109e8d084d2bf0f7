#include "metrics/story/identity.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/stats.h"
#include "metrics/aggregate.h"
#include "metrics/story/gallery_scores.h"
#include "metrics/story/reference_adherence.h"

namespace asbench::metrics {

namespace {

constexpr double kLowestMargin = -2.0;  // own score -1, another 1
constexpr WorstCase kMargin{kLowestMargin, kLowestMargin, kUnbounded};

/// Nothing when the character has no rival.
std::optional<double> quantity_of(Identity quantity, std::span<const double> scores,
                                  std::size_t own, const std::vector<bool>& is_rival) {
  double best_other = -kUnbounded;
  int ahead = 0;
  for (std::size_t c = 0; c < scores.size(); ++c) {
    if (!is_rival[c]) continue;
    best_other = std::max(best_other, scores[c]);
    if (scores[c] >= scores[own]) ++ahead;
  }
  if (std::find(is_rival.begin(), is_rival.end(), true) == is_rival.end()) return std::nullopt;
  if (quantity == Identity::margin) return scores[own] - best_other;
  if (quantity == Identity::top1) return ahead == 0 ? 1.0 : 0.0;
  return 1.0 / (1.0 + ahead);
}

/// Whom a character of a shot is told apart from: everybody but those whom the shot is to show too,
/// and those who may be the same.
std::vector<bool> rivals_of(const ShotFeatures& shot, const GalleryScores& gallery, int place) {
  std::vector<bool> rivals(gallery.characters(), true);
  for (const std::size_t same : gallery.perhaps_same(place)) rivals[same] = false;
  for (const int other : shot.characters) {
    if (const auto shown = gallery.own(other)) rivals[*shown] = false;
  }
  return rivals;
}

ShotOutcome no_rival(const StoryFeatures& story, int index) {
  return outcome_with_finding(Outcome::skipped, story, index, "one_character",
                              "the split has no other character to tell those of the shot from");
}

ShotOutcome outcome_of(const StoryFeatures& story, int index, Identity quantity,
                       std::span<const std::string> roles, GalleryScores& gallery) {
  const ShotFeatures& shot = story.shots[static_cast<std::size_t>(index)];
  for (const std::string& role : roles) {
    if (auto bad = bad_frames(story, index, shot.frames(role))) return std::move(*bad);
  }
  ShotOutcome outcome;
  const auto places =
      judgeable_characters(story, index, roles, ReferenceSide::straight, outcome.findings);
  const auto scores = gallery.of(index);
  std::vector<double> values;
  for (const int place : places) {
    const auto own = gallery.own(place);
    if (!own) continue;
    if (auto value = quantity_of(quantity, scores, *own, rivals_of(shot, gallery, place)))
      values.push_back(*value);
  }
  if (values.empty()) return no_rival(story, index);
  outcome.shot.value = mean(values);
  return outcome;
}

/// True when some character of the shot has somebody to be told apart from: decided by the split
/// alone, so that it is so for a missing shot too.
bool has_rival(const StoryFeatures& story, int index, const GalleryScores& gallery) {
  const ShotFeatures& shot = story.shots[static_cast<std::size_t>(index)];
  return std::any_of(shot.characters.begin(), shot.characters.end(), [&](int place) {
    if (!gallery.own(place)) return false;
    const auto rivals = rivals_of(shot, gallery, place);
    return std::find(rivals.begin(), rivals.end(), true) != rivals.end();
  });
}

StoryValue measure_identity(const StoryFeatures& story, Identity quantity,
                            const std::vector<std::string>& roles, const MetricSettings& settings) {
  const int shots = story.shot_count();
  for (const std::string& role : roles) {
    if (auto without = without_usable_references(story, role, shots)) return *std::move(without);
  }
  SharedGalleryScores alone;
  GalleryScores& gallery =
      (story.shared != nullptr ? *story.shared : alone).of(story, roles, settings.references);
  if (shots > 0 && (!gallery.has_own() || gallery.characters() < 2)) {
    return skipped_story(story, shots, "one_character",
                         "the split has no other character with a reference to be told apart from");
  }
  const auto by_rule = [&](int index) -> std::optional<ShotOutcome> {
    if (auto without = without_judgeable_character(story, index, roles)) return without;
    if (has_rival(story, index, gallery)) return std::nullopt;
    return no_rival(story, index);
  };
  auto outcomes = outcomes_of(
      story, [&](int index) { return outcome_of(story, index, quantity, roles, gallery); },
      by_rule);
  return story_over_shots(story, std::move(outcomes),
                          quantity == Identity::margin ? kMargin : kSimilarity, settings);
}

template <Identity quantity>
StoryValue measure(const StoryFeatures& story, const Metric& metric,
                   const MetricSettings& settings) {
  return measure_identity(story, quantity, metric.roles, settings);
}

}  // namespace

Measure identity(Identity quantity) {
  Measure info;
  info.family = "identity";
  info.direction = Direction::higher;
  info.source = "AnimeShooter-Bench; re-identification as retrieval (CMC rank 1, MRR)";
  info.cites = {"asbench"};
  info.aggregation = "shot>story>system";
  info.unit = "shots";
  info.reads = {Modality::frames, Modality::references, Modality::gallery};
  info.most_roles = 8;
  info.uses_reference_pooling = true;
  switch (quantity) {
    case Identity::top1:
      info.measure = "identity_top1";
      info.measure_title = "Own character ranked first";
      info.formula =
          "Shot: 1 when its reference score with its own character is above those with all other "
          "characters of the split, else 0; a tie counts as a miss; of several own characters the "
          "mean. Scores are means over the encoders: {roles}.";
      info.measure_story = measure<Identity::top1>;
      break;
    case Identity::reciprocal_rank:
      info.measure = "identity_mrr";
      info.measure_title = "Reciprocal rank of the own character";
      info.formula =
          "Shot: 1 / rank of its own character among all characters of the split by reference "
          "score; a tie counts as a miss; of several own characters the mean. Scores are means "
          "over the encoders: {roles}.";
      info.measure_story = measure<Identity::reciprocal_rank>;
      break;
    case Identity::margin:
      info.measure = "identity_margin";
      info.measure_title = "Own character against the nearest other";
      info.formula =
          "Shot: reference score with its own character - the highest with another character of "
          "the split; of several own characters the mean. Scores are means over the encoders: "
          "{roles}. A failed shot counts -2 under `zero`.";
      info.range_low = -2.0;
      info.range_high = 2.0;
      info.measure_story = measure<Identity::margin>;
      break;
  }
  return info;
}

}  // namespace asbench::metrics
