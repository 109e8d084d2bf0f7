#include "metrics/aggregate.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/means.h"

namespace asbench::metrics {

namespace {

/// Means of named parts, in the order in which the names first occur.
class PartMeans {
 public:
  void add(const std::vector<Part>& parts) {
    for (const Part& part : parts) entry(part.name).add(part.value);
  }
  [[nodiscard]] std::vector<Overall> overall() const {
    std::vector<Overall> result;
    for (const auto& [name, mean] : entries_) result.push_back({name, mean.value(), mean.count()});
    return result;
  }
  [[nodiscard]] std::vector<Part> parts() const {
    std::vector<Part> result;
    for (const auto& [name, mean] : entries_) result.push_back({name, mean.value()});
    return result;
  }

 private:
  RunningMean& entry(const std::string& name) {
    for (auto& [known, mean] : entries_) {
      if (known == name) return mean;
    }
    return entries_.emplace_back(name, RunningMean{}).second;
  }
  std::vector<std::pair<std::string, RunningMean>> entries_;
};

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

void add_interval(const MetricSettings& settings, Measurement& measurement) {
  std::vector<ClusteredValue> values;
  for (const StoryValue& story : measurement.stories) {
    if (story.value) values.push_back({story.ip, *story.value});
  }
  constexpr int kFewClusters = 10;
  const int clusters = count_clusters(values);
  measurement.ci95 = clustered_bootstrap(values, settings.bootstrap);
  if (clusters < 2) {
    measurement.findings.push_back(
        {"one_cluster", "", std::nullopt,
         fmt::format("{} IP{} with a value: no interval", clusters, clusters == 1 ? "" : "s")});
  } else if (clusters < kFewClusters) {
    measurement.findings.push_back(
        {"few_clusters", "", std::nullopt,
         fmt::format("{} IPs: the interval is too narrow below {}", clusters, kFewClusters)});
  }
}

/// Over the shots of all stories that count. A failed shot that counts has no known weight:
/// whatever it were, dropping a shot could raise the total, so it is then the worst that there is.
Overall total_of(const Measure::Total& total, const std::vector<StoryValue>& stories) {
  const bool by_weight = total.by == Measure::Total::By::weight;
  Overall result{std::string(total.part), std::nullopt, 0};
  double sum = 0.0;
  double weights = 0.0;
  std::optional<double> worst;
  for (const StoryValue& story : stories) {
    bool counts = false;
    for (const ShotValue& shot : story.shots) {
      if (!shot.counted) continue;
      counts = true;
      if (by_weight && !shot.value) worst = shot.counted;
      const double weight = by_weight ? shot.weight : 1.0;
      sum += weight * *shot.counted;
      weights += weight;
    }
    if (counts) ++result.n_stories;
  }
  if (weights > 0.0) result.value = worst ? worst : sum / weights;
  return result;
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

Measurement system_over_stories(const Metric& metric, std::vector<StoryValue> stories,
                                const MetricSettings& settings) {
  Measurement result;
  result.metric = metric.id;
  RunningMean mean;
  RunningMean harmeanp;
  PartMeans parts;
  std::vector<RunningMean> by_index;
  std::vector<RunningMean> by_distance;
  std::map<std::string, RunningMean> by_ip;  // ordered: byte order of the ids
  for (const StoryValue& story : stories) {
    mean.add(story.value);
    harmeanp.add(story.harmeanp);
    parts.add(story.parts);
    by_ip[story.ip].add(story.value);
    for (const ShotValue& shot : story.shots) {
      const auto column = static_cast<std::size_t>(shot.number - 1);
      if (by_index.size() <= column) by_index.resize(column + 1);
      by_index[column].add(shot.counted);
    }
    if (by_distance.size() < story.by_distance.size()) by_distance.resize(story.by_distance.size());
    for (std::size_t d = 0; d < story.by_distance.size(); ++d) {
      by_distance[d].add(story.by_distance[d]);
    }
    result.counts += story.counts;
    result.findings.insert(result.findings.end(), story.findings.begin(), story.findings.end());
  }
  result.mean = mean.value();
  result.n_stories = mean.count();
  if (metric.has_harmeanp) result.harmeanp = harmeanp.value();
  result.parts = parts.overall();
  for (const Measure::Total& total : metric.totals)
    result.parts.push_back(total_of(total, stories));
  if (metric.unit == "shots") {
    for (const RunningMean& index : by_index) result.per_shot_index.push_back(index.value());
  }
  for (std::size_t d = 0; d < by_distance.size(); ++d) {
    result.by_distance.push_back(
        {std::to_string(d + 1), by_distance[d].value(), by_distance[d].count()});
  }
  for (const auto& [ip, ip_mean] : by_ip) {
    result.ips.push_back({ip, ip_mean.value(), ip_mean.count()});
  }
  result.stories = std::move(stories);
  add_interval(settings, result);
  return result;
}

}  // namespace asbench::metrics
