#include "metrics/story/identity.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "core/stats.h"
#include "metrics/aggregate.h"
#include "metrics/numerics/cosine.h"
#include "metrics/story/encoder.h"
#include "metrics/story/reference_adherence.h"

namespace asbench::metrics {

namespace {

enum class Quantity { top1, reciprocal_rank, margin };

constexpr double kLowestMargin = -2.0;  // own score -1, another 1
constexpr WorstCase kMargin{kLowestMargin, kLowestMargin, kUnbounded};

/// One encoder's view of the split's characters, those with usable references, in their order.
struct Gallery {
  Encoder encoder = Encoder::clip;
  std::vector<UnitRows> references;
};

struct Characters {
  std::vector<Gallery> encoders;
  std::ptrdiff_t own = -1;  ///< the story's character; -1: it has no usable reference
};

const FeatureView& references_of(const CharacterReferences& character, Encoder encoder) {
  return encoder == Encoder::clip ? character.clip : character.dino;
}

Characters characters_of(const StoryFeatures& story, std::span<const Encoder> encoders) {
  Characters result;
  for (const Encoder encoder : encoders) result.encoders.push_back({encoder, {}});
  std::ptrdiff_t count = 0;
  for (const CharacterReferences& character : story.gallery) {
    std::vector<UnitRows> rows;
    for (const Encoder encoder : encoders)
      rows.push_back(unit_rows(references_of(character, encoder)));
    // A character with a bad reference can't be a rival; that its own stories can't be judged is
    // said there.
    if (!std::all_of(rows.begin(), rows.end(), [](const UnitRows& one) { return one.usable(); }))
      continue;
    if (character.ip == story.ip) result.own = count;
    for (std::size_t e = 0; e < encoders.size(); ++e)
      result.encoders[e].references.push_back(std::move(rows[e]));
    ++count;
  }
  return result;
}

/// The shot's score with each character: mean over the encoders of the mean over frames.
std::vector<double> scores_of(std::span<const UnitRows> frames, const Characters& characters,
                              ReferencePooling pooling) {
  std::vector<double> scores(characters.encoders.front().references.size(), 0.0);
  for (std::size_t e = 0; e < characters.encoders.size(); ++e) {
    for (std::size_t c = 0; c < scores.size(); ++c) {
      scores[c] +=
          mean(reference_cosines(frames[e], characters.encoders[e].references[c], pooling));
    }
  }
  for (double& score : scores) score /= static_cast<double>(characters.encoders.size());
  return scores;
}

double quantity_of(Quantity quantity, std::span<const double> scores, std::size_t own) {
  double best_other = -kUnbounded;
  int ahead = 0;
  for (std::size_t c = 0; c < scores.size(); ++c) {
    if (c == own) continue;
    best_other = std::max(best_other, scores[c]);
    if (scores[c] >= scores[own]) ++ahead;
  }
  if (quantity == Quantity::margin) return scores[own] - best_other;
  if (quantity == Quantity::top1) return ahead == 0 ? 1.0 : 0.0;
  return 1.0 / (1.0 + ahead);
}

ShotOutcome outcome_of(const StoryFeatures& story, int index, Quantity quantity,
                       const Characters& characters, ReferencePooling pooling) {
  const ShotFeatures& shot = story.shots[static_cast<std::size_t>(index)];
  if (shot.no_character)
    return outcome_with_finding(Outcome::skipped, story, index, "no_character",
                                "the shot lists no character");
  if (shot.missing) return missing_shot();
  std::vector<UnitRows> frames;
  for (const Gallery& gallery : characters.encoders) {
    frames.push_back(unit_rows(frames_of(shot, gallery.encoder)));
    if (auto bad = bad_frames(story, index, frames.back())) return std::move(*bad);
  }
  ShotOutcome outcome;
  outcome.shot.value = quantity_of(quantity, scores_of(frames, characters, pooling),
                                   static_cast<std::size_t>(characters.own));
  return outcome;
}

StoryValue measure_identity(const StoryFeatures& story, Quantity quantity,
                            std::span<const Encoder> encoders, const MetricSettings& settings) {
  const int shots = static_cast<int>(story.shots.size());
  for (const Encoder encoder : encoders) {
    if (shots == 0) break;
    if (const auto problem = reference_problem(unit_rows(references_of(story, encoder))))
      return story_without_reference(story, shots, *problem);
  }
  const Characters characters = characters_of(story, encoders);
  if (shots > 0 && (characters.own < 0 || characters.encoders.front().references.size() < 2)) {
    return skipped_story(story, shots, "one_character",
                         "the split has no other character with a reference to be told apart from");
  }
  std::vector<ShotOutcome> outcomes;
  for (int index = 0; index < shots; ++index)
    outcomes.push_back(outcome_of(story, index, quantity, characters, settings.references));
  return story_over_shots(story, std::move(outcomes),
                          quantity == Quantity::margin ? kMargin : kSimilarity, settings);
}

constexpr Encoder kClip[] = {Encoder::clip};
constexpr Encoder kDino[] = {Encoder::dino};
constexpr Encoder kBoth[] = {Encoder::clip, Encoder::dino};

/// @tparam encoders  one of the arrays above
template <Quantity quantity, const auto& encoders>
MetricInfo identity_info(std::string_view id, std::string_view title) {
  MetricInfo info;
  info.id = id;
  info.title = title;
  info.direction = Direction::higher;
  info.definition =
      quantity == Quantity::top1 ? "Shot: 1 when its reference score with its own character is "
                                   "above those with all other characters of the split, else 0; "
                                   "a tie is lost. Plain id: score = mean of CLIP and DINO."
      : quantity == Quantity::reciprocal_rank
          ? "Shot: 1 / rank of its own character among all characters of the split by reference "
            "score; ties are lost. Plain id: score = mean of CLIP and DINO."
          : "Shot: reference score with its own character - the highest with another character of "
            "the split. Plain id: score = mean of CLIP and DINO; a "
            "failed shot counts -2 under `zero`.";
  info.source = "AnimeShooter-Bench; re-identification as retrieval (CMC rank 1, MRR)";
  info.aggregation = "shot>story>system";
  info.unit = "shots";
  if (quantity == Quantity::margin) {
    info.range_low = -2.0;
    info.range_high = 2.0;
  }
  for (const Encoder encoder : encoders) {
    if (encoder == Encoder::clip) info.needs.clip_image = true;
    if (encoder == Encoder::dino) info.needs.dino = true;
  }
  info.needs.references = true;
  info.needs.gallery = true;
  info.uses_reference_pooling = true;
  info.measure_story = [](const StoryFeatures& story, const MetricSettings& settings) {
    return measure_identity(story, quantity, encoders, settings);
  };
  return info;
}

}  // namespace

MetricInfo identity_top1_metric() {
  return identity_info<Quantity::top1, kBoth>("identity_top1", "Own character ranked first");
}
MetricInfo identity_mrr_metric() {
  return identity_info<Quantity::reciprocal_rank, kBoth>("identity_mrr",
                                                         "Reciprocal rank of the own character");
}
MetricInfo identity_margin_metric() {
  return identity_info<Quantity::margin, kBoth>("identity_margin",
                                                "Own character against the nearest other");
}
MetricInfo identity_top1_clip_metric() {
  return identity_info<Quantity::top1, kClip>("identity_top1_clip",
                                              "Own character ranked first, CLIP");
}
MetricInfo identity_mrr_clip_metric() {
  return identity_info<Quantity::reciprocal_rank, kClip>(
      "identity_mrr_clip", "Reciprocal rank of the own character, CLIP");
}
MetricInfo identity_margin_clip_metric() {
  return identity_info<Quantity::margin, kClip>("identity_margin_clip",
                                                "Own character against the nearest other, CLIP");
}
MetricInfo identity_top1_dino_metric() {
  return identity_info<Quantity::top1, kDino>("identity_top1_dino",
                                              "Own character ranked first, DINO");
}
MetricInfo identity_mrr_dino_metric() {
  return identity_info<Quantity::reciprocal_rank, kDino>(
      "identity_mrr_dino", "Reciprocal rank of the own character, DINO");
}
MetricInfo identity_margin_dino_metric() {
  return identity_info<Quantity::margin, kDino>("identity_margin_dino",
                                                "Own character against the nearest other, DINO");
}

}  // namespace asbench::metrics
