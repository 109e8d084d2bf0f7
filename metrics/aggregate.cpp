#include "metrics/aggregate.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/means.h"
#include "metrics/part_means.h"

namespace asbench::metrics {

namespace {

void count(Outcome outcome, Counts& counts) {
  switch (outcome) {
    case Outcome::scored:
      ++counts.n_evaluated;
      break;
    case Outcome::skipped:
      ++counts.n_skipped;
      break;
    case Outcome::unusable:
    case Outcome::failed:
      ++counts.n_failed;
      break;
  }
}

std::vector<std::optional<double>> counted_values(const StoryValue& story) {
  std::vector<std::optional<double>> values;
  for (const ShotValue& shot : story.shots) values.push_back(shot.counted);
  return values;
}

}  // namespace

std::optional<double> counted_value(Outcome outcome, std::optional<double> value,
                                    const WorstCase& worst, MissingPolicy policy) {
  const bool zero = policy == MissingPolicy::zero;
  if (outcome == Outcome::scored) {
    if (zero && value) return std::clamp(*value, worst.low, worst.high);
    return value;
  }
  if (outcome == Outcome::failed && zero) return worst.failed;
  return std::nullopt;
}

ShotOutcome missing_shot() {
  ShotOutcome outcome;
  outcome.outcome = Outcome::failed;
  return outcome;
}

std::vector<ShotOutcome> outcomes_of(
    const StoryFeatures& story, const std::function<ShotOutcome(int index)>& measure,
    const std::function<std::optional<ShotOutcome>(int index)>& by_rule) {
  std::vector<ShotOutcome> outcomes;
  for (int index = 0; index < story.shot_count(); ++index) {
    std::optional<ShotOutcome> decided;
    if (by_rule) decided = by_rule(index);
    if (!decided) {
      const bool missing = story.shots[static_cast<std::size_t>(index)].missing;
      decided = missing ? missing_shot() : measure(index);
    }
    outcomes.push_back(std::move(*decided));
  }
  return outcomes;
}

ShotOutcome outcome_with_finding(Outcome outcome, const StoryFeatures& story, int index,
                                 std::string_view kind, std::string detail) {
  ShotOutcome result;
  result.outcome = outcome;
  result.findings.push_back(
      {std::string(kind), story.id, story.number_of(index), std::move(detail)});
  return result;
}

Finding story_finding(const StoryFeatures& story, std::string_view kind, std::string detail) {
  return {std::string(kind), story.id, std::nullopt, std::move(detail)};
}

int pair_count(int shots) {
  return shots * (shots - 1) / 2;
}

StoryValue blank_story(const StoryFeatures& story) {
  StoryValue result;
  result.id = story.id;
  result.ip = story.ip;
  result.shots.resize(story.shots.size());
  for (int i = 0; i < static_cast<int>(story.shots.size()); ++i)
    result.shots[static_cast<std::size_t>(i)].number = story.number_of(i);
  return result;
}

StoryValue skipped_story(const StoryFeatures& story, int units, std::string_view kind,
                         std::string detail) {
  StoryValue result = blank_story(story);
  result.counts.n_skipped = units;
  result.findings.push_back(story_finding(story, kind, std::move(detail)));
  return result;
}

StoryValue story_over_shots(const StoryFeatures& story, std::vector<ShotOutcome> outcomes,
                            const WorstCase& worst, const MetricSettings& settings) {
  StoryValue result = blank_story(story);
  PartMeans parts;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    ShotOutcome& outcome = outcomes[i];
    outcome.shot.counted =
        counted_value(outcome.outcome, outcome.shot.value, worst, settings.missing);
    count(outcome.outcome, result.counts);
    const bool counts_as_worst =
        outcome.outcome == Outcome::failed && settings.missing == MissingPolicy::zero;
    if (outcome.outcome == Outcome::scored || counts_as_worst) parts.add(outcome.shot.parts);
    if (outcome.outcome == Outcome::failed) outcome.shot.parts.clear();
    result.findings.insert(result.findings.end(), outcome.findings.begin(), outcome.findings.end());
    outcome.shot.number = result.shots[i].number;
    result.shots[i] = std::move(outcome.shot);
  }
  result.parts = parts.parts();
  result.value = mean_of(counted_values(result));
  if (story.shots.empty()) {
    result.findings.push_back(story_finding(story, "empty_story", "the story has no shots"));
  } else if (!result.value) {
    result.findings.push_back(
        story_finding(story, "no_scored_shots",
                      fmt::format("none of its {} shots has a value", story.shots.size())));
  }
  return result;
}

void add_harmeanp(const StoryFeatures& story, StoryValue& result) {
  std::vector<double> similarities;
  for (const auto& value : counted_values(result)) {
    if (value) similarities.push_back(*value);
  }
  if (similarities.empty()) return;
  result.harmeanp = harmeanp_of_similarities(similarities);
  for (const ShotValue& shot : result.shots) {
    if (!shot.value || *shot.value > 0.0) continue;
    result.findings.push_back({"nonpositive_similarity", story.id, shot.number,
                               fmt::format("similarity {:.6g}: HarMeanP is 0", *shot.value)});
  }
}

void add_harmeanp_of_distances(const StoryFeatures& story, StoryValue& result) {
  std::vector<double> distances;
  for (const auto& value : counted_values(result)) {
    if (value) distances.push_back(*value);
  }
  if (distances.empty()) return;
  result.harmeanp = harmeanp_of_distances(distances);
  for (const ShotValue& shot : result.shots) {
    if (!shot.value || *shot.value < 1.0) continue;
    result.findings.push_back({"nonpositive_similarity", story.id, shot.number,
                               fmt::format("distance {:.6g}: HarMeanP is 1", *shot.value)});
  }
}

}  // namespace asbench::metrics
