#include "metrics/story/identity.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "core/stats.h"
#include "metrics/aggregate.h"
#include "metrics/numerics/cosine.h"
#include "metrics/story/reference_adherence.h"

namespace asbench::metrics {

namespace {

constexpr double kLowestMargin = -2.0;  // own score -1, another 1
constexpr WorstCase kMargin{kLowestMargin, kLowestMargin, kUnbounded};

/// One role's view of the split's characters, those with usable references, in their order.
struct Gallery {
  std::string role;
  std::vector<const UnitRows*> references;
};

struct Characters {
  std::vector<Gallery> roles;
  std::ptrdiff_t own = -1;  ///< the story's character; -1: it has no usable reference
};

Characters characters_of(const StoryFeatures& story, const std::vector<std::string>& roles) {
  Characters result;
  for (const std::string& role : roles) result.roles.push_back({role, {}});
  std::ptrdiff_t count = 0;
  for (const CharacterReferences& character : story.gallery) {
    // A character with a bad reference can't be a rival; that its own stories can't be judged is
    // said there.
    const bool usable = std::all_of(roles.begin(), roles.end(), [&](const std::string& role) {
      return character.references.units(role).usable();
    });
    if (!usable) continue;
    if (character.ip == story.ip) result.own = count;
    for (Gallery& gallery : result.roles)
      gallery.references.push_back(&character.references.units(gallery.role));
    ++count;
  }
  return result;
}

/// The shot's score with each character: mean over the roles of the mean over frames.
std::vector<double> scores_of(std::span<const UnitRows* const> frames, const Characters& characters,
                              ReferencePooling pooling) {
  std::vector<double> scores(characters.roles.front().references.size(), 0.0);
  for (std::size_t e = 0; e < characters.roles.size(); ++e) {
    for (std::size_t c = 0; c < scores.size(); ++c) {
      scores[c] += mean(reference_cosines(*frames[e], *characters.roles[e].references[c], pooling));
    }
  }
  for (double& score : scores) score /= static_cast<double>(characters.roles.size());
  return scores;
}

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
                       const Characters& characters, ReferencePooling pooling) {
  const ShotFeatures& shot = story.shots[static_cast<std::size_t>(index)];
  std::vector<const UnitRows*> frames;
  for (const Gallery& gallery : characters.roles) {
    frames.push_back(&shot.frames(gallery.role));
    if (auto bad = bad_frames(story, index, *frames.back())) return std::move(*bad);
  }
  ShotOutcome outcome;
  outcome.shot.value = quantity_of(quantity, scores_of(frames, characters, pooling),
                                   static_cast<std::size_t>(characters.own));
  return outcome;
}

StoryValue measure_identity(const StoryFeatures& story, Identity quantity,
                            const std::vector<std::string>& roles, const MetricSettings& settings) {
  const int shots = story.shot_count();
  for (const std::string& role : roles) {
    if (auto without = without_usable_references(story, story.references_under(role), shots))
      return *std::move(without);
  }
  const Characters characters = characters_of(story, roles);
  if (shots > 0 && (characters.own < 0 || characters.roles.front().references.size() < 2)) {
    return skipped_story(story, shots, "one_character",
                         "the split has no other character with a reference to be told apart from");
  }
  auto outcomes = outcomes_of(
      story,
      [&](int index) {
        return outcome_of(story, index, quantity, characters, settings.references);
      },
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
