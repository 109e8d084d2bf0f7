#include "reports/comparison/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string_view>

#include "core/error.h"
#include "document/result.h"
#include "reports/comparison/paired_statistics.h"
#include "reports/comparison/significance.h"
#include "reports/comparison/test_power.h"
#include "reports/leaderboard/words.h"

namespace asbench::reports {
namespace {

void count_stories(MetricComparison& comparison) {
  for (const auto& story : comparison.stories) {
    if (story.difference > comparison.rule.tolerance)
      ++comparison.wins;
    else if (story.difference < -comparison.rule.tolerance)
      ++comparison.losses;
    else
      ++comparison.ties;
  }
}

void find_worst_ip(MetricComparison& comparison) {
  struct Sum {
    double difference = 0.0;
    double stories = 0.0;
  };
  std::map<std::string_view, Sum> ips;
  for (const auto& story : comparison.stories) {
    auto& sum = ips[story.ip];
    sum.difference += story.difference;
    sum.stories += 1.0;
  }
  for (const auto& [ip, sum] : ips) {
    const double mean = sum.difference / sum.stories;
    if (!comparison.worst_ip || mean < comparison.worst_ip->difference)
      comparison.worst_ip = IpDifference{std::string(ip), mean};
  }
}

/// Which change the test finds, and how many IPs and stories like these would detect the minimum
/// effect.
void measure_power(MetricComparison& comparison, std::span<const ClusteredValue> differences,
                   double level, TestPower& power) {
  const DetectionRule test{.level = level, .tolerance = comparison.rule.tolerance};
  if (const auto found = power.detectable(differences, test)) {
    comparison.detectable = found->effect;
    comparison.detectable_error = found->error;
  }
  if (!comparison.rule.minimum_effect) return;
  comparison.deciding_ips =
      power.clusters_to_detect(*comparison.rule.minimum_effect, differences, test);
  if (!comparison.deciding_ips) return;
  const double stories_per_ip = static_cast<double>(comparison.stories.size()) / comparison.ips;
  comparison.deciding_stories =
      static_cast<int>(std::min(std::ceil(*comparison.deciding_ips * stories_per_ip), 1e9));
}

bool any_story_changed(const MetricComparison& comparison) {
  return std::any_of(comparison.stories.begin(), comparison.stories.end(),
                     [](const auto& story) { return story.difference != 0.0; });
}

std::string undecided_reason(const MetricComparison& comparison) {
  std::string reason =
      !comparison.can_be_significant
          ? fmt::format("{} too few for any difference to be significant; only limits can fail it",
                        counted(comparison.ips, "IP is", "IPs are"))
      : comparison.rule.minimum_effect
          ? fmt::format("the interval extends beyond +-{:g}", *comparison.rule.minimum_effect)
          : std::string("no difference shown, and the gate sets no minimum effect");
  if (comparison.detectable)
    reason += fmt::format("; smallest detectable effect {:.4f}", *comparison.detectable);
  if (comparison.deciding_ips) {
    reason +=
        fmt::format("; to detect a change of {:g} you would need about {} ({})",
                    *comparison.rule.minimum_effect, counted(*comparison.deciding_ips, "IP", "IPs"),
                    counted(*comparison.deciding_stories, "story", "stories"));
  }
  return reason;
}

/// The verdict of the statistics alone, without the limit.
void judge_by_test(MetricComparison& comparison, const Gate& gate) {
  const double difference = *comparison.difference;
  const MetricRule& rule = comparison.rule;
  const auto surely = [&](double p, std::string_view side) {
    comparison.reason = fmt::format("p {:.4f} below {:g}, {} by more than {:g}", p, gate.alpha,
                                    side, rule.tolerance);
  };
  if (comparison.p_worse && *comparison.p_worse < gate.alpha && difference < -rule.tolerance) {
    comparison.verdict = Verdict::regressed;
    surely(*comparison.p_worse, "worse");
    return;
  }
  if (comparison.p_better && *comparison.p_better < gate.alpha && difference > rule.tolerance) {
    comparison.verdict = Verdict::improved;
    surely(*comparison.p_better, "better");
    return;
  }
  const auto& interval = comparison.interval;
  if (!any_story_changed(comparison)) {
    comparison.verdict = Verdict::unchanged;
    comparison.reason = "no story's value changed";
  } else if (comparison.can_be_significant && interval && rule.minimum_effect &&
             interval->low >= -*rule.minimum_effect && interval->high <= *rule.minimum_effect) {
    comparison.verdict = Verdict::unchanged;
    comparison.reason =
        fmt::format("the interval lies within +-{:g}; smallest detectable effect {:.4f}",
                    *rule.minimum_effect, comparison.detectable.value_or(0.0));
  } else {
    comparison.verdict = Verdict::undecided;
    comparison.reason = undecided_reason(comparison);
  }
}

}  // namespace

void measure(MetricComparison& comparison, const Gate& gate, int family, TestPower& power) {
  std::vector<ClusteredValue> differences;
  differences.reserve(comparison.stories.size());
  double base = 0.0;
  double candidate = 0.0;
  for (const auto& story : comparison.stories) {
    differences.push_back({story.ip, story.difference});
    base += story.base;
    candidate += story.candidate;
  }
  const auto n = static_cast<double>(comparison.stories.size());
  const ClusterMean mean = cluster_mean(differences);
  const bool finite = std::isfinite(base) && std::isfinite(candidate) && std::isfinite(mean.mean) &&
                      std::isfinite(mean.standard_error.value_or(0.0));
  if (!finite)
    throw BadInput(fmt::format(
        "{}: the stories' values are too large to sum; no metric has such values", comparison.id));
  comparison.base = base / n;
  comparison.candidate = candidate / n;
  comparison.difference = mean.mean;
  comparison.ips = mean.clusters;
  comparison.standard_error = mean.standard_error;
  comparison.effect_size = mean.effect_size();
  comparison.interval = clustered_bootstrap(
      differences, {.replicates = gate.replicates, .seed = gate.seed, .tails = gate.tails});
  if (comparison.direction == document::ResultDirection::none) return;

  count_stories(comparison);
  find_worst_ip(comparison);
  const SignFlipOptions flips{.random_draws = gate.sign_flips, .seed = gate.seed};
  const auto test = sign_flip_test(differences, flips);
  const double sides = gate.sides == TestSides::two ? 2.0 : 1.0;
  comparison.p_worse = std::min(1.0, sides * test.worse);
  comparison.p_better = std::min(1.0, sides * test.better);
  comparison.can_be_significant = can_be_significant(gate, family, mean.clusters);
  measure_power(comparison, differences, level_of_one(gate, family), power);
}

void adjust(std::vector<MetricComparison>& comparisons) {
  for (auto p_value : {&MetricComparison::p_worse, &MetricComparison::p_better}) {
    std::vector<double> p_values;
    std::vector<MetricComparison*> tested;
    for (auto& comparison : comparisons) {
      if (comparison.rule.role != GateRole::headline || !(comparison.*p_value)) continue;
      p_values.push_back(*(comparison.*p_value));
      tested.push_back(&comparison);
    }
    const auto adjusted = holm(p_values);
    for (std::size_t i = 0; i < tested.size(); ++i) tested[i]->*p_value = adjusted[i];
  }
}

void judge(MetricComparison& comparison, const Gate& gate) {
  if (comparison.set_level && comparison.base && !comparison.candidate) {
    comparison.reason = "the candidate has no value";
    comparison.fails = comparison.rule.limit.has_value();
    if (comparison.fails) comparison.verdict = Verdict::regressed;
    return;
  }
  if (!comparison.difference) {
    comparison.reason = comparison.set_level ? "one document has no value"
                                             : "no story has a value in both documents";
    return;
  }
  if (comparison.direction == document::ResultDirection::none) {
    comparison.reason = "the metric has no preferred direction";
    return;
  }
  if (comparison.set_level)
    comparison.reason = "one value per system: no pairs to test; see both intervals";
  else
    judge_by_test(comparison, gate);
  comparison.fails =
      comparison.verdict == Verdict::regressed && comparison.rule.role == GateRole::headline;
  const auto cross = [&](const std::string& limit) {
    const std::string before =
        comparison.verdict == Verdict::regressed ? comparison.reason + "; " : "";
    comparison.reason = before + limit;
    comparison.verdict = Verdict::regressed;
    comparison.fails = true;
  };
  const MetricRule& rule = comparison.rule;
  if (rule.limit && *comparison.difference < -*rule.limit)
    cross(fmt::format("worse by more than the limit {:g}", *rule.limit));
  if (rule.ip_limit && comparison.worst_ip && comparison.worst_ip->difference < -*rule.ip_limit) {
    cross(fmt::format("{} is worse by {:.4f}, more than the limit {:g} for one IP",
                      comparison.worst_ip->ip, -comparison.worst_ip->difference, *rule.ip_limit));
  }
}

}  // namespace asbench::reports
