#include "metrics/story/faithful_consistency.h"

#include <algorithm>
#include <vector>

#include "metrics/story/cross_shot.h"
#include "metrics/story/reference_adherence.h"

namespace asbench::metrics {

namespace {

void weigh(ShotPair& pair, const ShotOutcome& first, const ShotOutcome& second) {
  if (first.outcome == Outcome::skipped || second.outcome == Outcome::skipped) {
    pair.outcome = Outcome::skipped;
    pair.value.reset();
  } else if (pair.outcome == Outcome::scored) {
    pair.value = faithful_pair(*pair.value, *first.shot.value, *second.shot.value);
  }
}

// Note [The divisor is the expected pairs]
// A failed pair contributes 0 under every policy and stays in the divisor: `exclude` must not turn
// the joint metric into one that a system wins by delivering its two best shots only. Pairs with a
// shot that lists no character are outside by rule, which the system can't influence.
StoryValue faithful(const StoryFeatures& story, Encoder encoder, const MetricSettings& settings) {
  const int expected = pair_count(static_cast<int>(story.shots.size()));
  const UnitRows references = unit_rows(references_of(story, encoder));
  if (const auto problem = reference_problem(references); problem && expected > 0) {
    return story_without_reference(story, expected, *problem);
  }
  std::vector<ShotPair> pairs = consistency(story, encoder).pairs;
  Findings findings;
  if (!pairs.empty()) {
    const auto scores = reference_scores(story, encoder, references, settings.references);
    for (ShotPair& pair : pairs) {
      weigh(pair, scores[static_cast<std::size_t>(pair.first)],
            scores[static_cast<std::size_t>(pair.second)]);
    }
    for (const ShotOutcome& shot : scores) {
      findings.insert(findings.end(), shot.findings.begin(), shot.findings.end());
    }
  }
  MetricSettings failures_count = settings;
  failures_count.missing = MissingPolicy::zero;
  StoryValue result = story_over_pairs(story, pairs, kSimilarity, failures_count);
  result.findings.insert(result.findings.begin(), findings.begin(), findings.end());
  return result;
}

MetricInfo faithful_info() {
  MetricInfo info;
  info.direction = Direction::higher;
  info.definition =
      "Pair of shots: max(0, mean cosine of their frames) x max(0, the lower of their two "
      "reference "
      "scores), same encoder. Value: sum over pairs / number of expected pairs; a failed shot's "
      "pairs contribute 0 under every policy.";
  info.source = "AnimeShooter-Bench";
  info.aggregation = "pair>story>system";
  info.unit = "shot pairs";
  info.needs.references = true;
  info.uses_reference_pooling = true;
  return info;
}

}  // namespace

MetricInfo faithful_consistency_metric() {
  MetricInfo info = faithful_info();
  info.id = "faithful_consistency";
  info.title = "Faithful consistency under CLIP";
  info.needs.clip_image = true;
  info.headline = true;
  info.measure_story = [](const StoryFeatures& story, const MetricSettings& settings) {
    return faithful(story, Encoder::clip, settings);
  };
  return info;
}

MetricInfo faithful_consistency_dino_metric() {
  MetricInfo info = faithful_info();
  info.id = "faithful_consistency_dino";
  info.title = "Faithful consistency under DINO";
  info.needs.dino = true;
  info.measure_story = [](const StoryFeatures& story, const MetricSettings& settings) {
    return faithful(story, Encoder::dino, settings);
  };
  return info;
}

double faithful_pair(double consistency, double first_score, double second_score) {
  return std::max(0.0, consistency) * std::max(0.0, std::min(first_score, second_score));
}

}  // namespace asbench::metrics
