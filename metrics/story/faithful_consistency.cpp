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
  } else if (first.outcome == Outcome::unusable || second.outcome == Outcome::unusable) {
    pair.outcome = Outcome::unusable;
    pair.value.reset();
  } else if (pair.outcome == Outcome::scored) {
    pair.value = faithful_pair(*pair.value, *first.shot.value, *second.shot.value);
  }
}

// Note [The divisor is the expected pairs]
// A failed pair contributes 0 under every policy and stays in the divisor: `exclude` must not turn
// the joint metric into one that a system wins by delivering its two best shots only. Pairs with a
// shot that lists no character are outside by rule, which the system can't influence.
StoryValue measure_faithful(const StoryFeatures& story, const Metric& metric,
                            const MetricSettings& settings) {
  const int expected = pair_count(story.shot_count());
  const std::string& role = metric.role();
  if (auto without = without_usable_references(story, role, expected)) return *std::move(without);
  std::vector<ShotPair> pairs = consistency(story, role).pairs;
  Findings findings;
  if (!pairs.empty()) {
    const auto scores = reference_scores(story, role, settings.references);
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

}  // namespace

Measure faithful_consistency() {
  Measure info;
  info.measure = "faithful_consistency";
  info.measure_title = "Faithful consistency";
  info.family = "consistency";
  info.direction = Direction::higher;
  info.formula =
      "Pair of shots: max(0, mean cosine of their frames) x max(0, the lower of their two "
      "reference "
      "scores), same encoder. Value: sum over pairs / number of expected pairs; a failed shot's "
      "pairs contribute 0 under every policy.";
  info.source = "AnimeShooter-Bench";
  info.cites = {"asbench"};
  info.aggregation = "pair>story>system";
  info.unit = "shot pairs";
  info.uses_reference_pooling = true;
  info.reads = {Modality::frames, Modality::references};
  info.measure_story = measure_faithful;
  return info;
}

double faithful_pair(double consistency, double first_score, double second_score) {
  return std::max(0.0, consistency) * std::max(0.0, std::min(first_score, second_score));
}

}  // namespace asbench::metrics
