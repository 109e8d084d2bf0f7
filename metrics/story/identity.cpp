#include "metrics/story/identity.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "metrics/aggregate.h"
#include "metrics/story/gallery_scores.h"
#include "metrics/story/reference_adherence.h"

namespace asbench::metrics {

namespace {

constexpr double kLowestMargin = -2.0;  // own score -1, another 1
constexpr WorstCase kMargin{kLowestMargin, kLowestMargin, kUnbounded};

double quantity_of(Identity quantity, std::span<const double> scores, std::size_t own) {
  double best_other = -kUnbounded;
  int ahead = 0;
  for (std::size_t c = 0; c < scores.size(); ++c) {
    if (c == own) continue;
    best_other = std::max(best_other, scores[c]);
    if (scores[c] >= scores[own]) ++ahead;
  }
  if (quantity == Identity::margin) return scores[own] - best_other;
  if (quantity == Identity::top1) return ahead == 0 ? 1.0 : 0.0;
  return 1.0 / (1.0 + ahead);
}

ShotOutcome outcome_of(const StoryFeatures& story, int index, Identity quantity,
                       const std::vector<std::string>& roles, GalleryScores& scores) {
  const ShotFeatures& shot = story.shots[static_cast<std::size_t>(index)];
  for (const std::string& role : roles) {
    if (auto bad = bad_frames(story, index, shot.frames(role))) return std::move(*bad);
  }
  ShotOutcome outcome;
  outcome.shot.value = quantity_of(quantity, scores.of(index), scores.own().value());
  return outcome;
}

StoryValue measure_identity(const StoryFeatures& story, Identity quantity,
                            const std::vector<std::string>& roles, const MetricSettings& settings) {
  const int shots = story.shot_count();
  for (const std::string& role : roles) {
    if (auto without = without_usable_references(story, story.references_under(role), shots))
      return *std::move(without);
  }
  SharedGalleryScores alone;
  GalleryScores& scores =
      (story.shared != nullptr ? *story.shared : alone).of(story, roles, settings.references);
  if (shots > 0 && (!scores.own() || scores.characters() < 2)) {
    return skipped_story(story, shots, "one_character",
                         "the split has no other character with a reference to be told apart from");
  }
  auto outcomes = outcomes_of(
      story, [&](int index) { return outcome_of(story, index, quantity, roles, scores); },
      [&](int index) { return without_character(story, index); });
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
          "characters of the split, else 0; a tie counts as a miss. Scores are means over the "
          "encoders: {roles}.";
      info.measure_story = measure<Identity::top1>;
      break;
    case Identity::reciprocal_rank:
      info.measure = "identity_mrr";
      info.measure_title = "Reciprocal rank of the own character";
      info.formula =
          "Shot: 1 / rank of its own character among all characters of the split by reference "
          "score; a tie counts as a miss. Scores are means over the encoders: {roles}.";
      info.measure_story = measure<Identity::reciprocal_rank>;
      break;
    case Identity::margin:
      info.measure = "identity_margin";
      info.measure_title = "Own character against the nearest other";
      info.formula =
          "Shot: reference score with its own character - the highest with another character of "
          "the split. Scores are means over the encoders: {roles}. A failed shot "
          "counts -2 under `zero`.";
      info.range_low = -2.0;
      info.range_high = 2.0;
      info.measure_story = measure<Identity::margin>;
      break;
  }
  return info;
}

}  // namespace asbench::metrics
