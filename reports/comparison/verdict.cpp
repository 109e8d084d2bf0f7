#include "reports/comparison/verdict.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "document/result.h"
#include "reports/comparison/comparison_words.h"
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
          ? fmt::format("{} too few for a test to find anything; only limits can fail it",
                        counted(comparison.ips, "IP is", "IPs are"))
      : comparison.rule.minimum_effect && comparison.interval
          ? fmt::format(
                "no clear change: the true one may lie anywhere from {} to {}, and only one "
                "within +-{:g} counts as none",
                with_sign(comparison.interval->low), with_sign(comparison.interval->high),
                *comparison.rule.minimum_effect)
          : std::string(
                "no clear change, and the gate doesn't say how small a change counts as none");
  if (comparison.detectable) {
    reason +=
        fmt::format("; a drop smaller than {:.4f} would often be missed", *comparison.detectable);
  }
  if (comparison.deciding_ips) {
    reason +=
        fmt::format("; to detect a change of {:g} you would need about {} ({})",
                    *comparison.rule.minimum_effect, counted(*comparison.deciding_ips, "IP", "IPs"),
                    counted(*comparison.deciding_stories, "story", "stories"));
  }
  return reason;
}

/// The verdict of the statistics alone, without the limits.
void judge_by_test(MetricComparison& comparison, const Gate& gate) {
  const double difference = *comparison.difference;
  const MetricRule& rule = comparison.rule;
  const auto surely = [&](double p, std::string_view side, std::string_view change) {
    comparison.reason =
        fmt::format("{} by {:.4f} on average; by chance alone such a {} would be seen in {}", side,
                    std::abs(difference), change, chance_words(p));
  };
  if (comparison.p_worse && *comparison.p_worse < gate.alpha && difference < -rule.tolerance) {
    comparison.verdict = Verdict::regressed;
    surely(*comparison.p_worse, "worse", "drop");
    return;
  }
  if (comparison.p_better && *comparison.p_better < gate.alpha && difference > rule.tolerance) {
    comparison.verdict = Verdict::improved;
    surely(*comparison.p_better, "better", "gain");
    return;
  }
  const auto& interval = comparison.interval;
  if (!any_story_changed(comparison)) {
    comparison.verdict = Verdict::unchanged;
    comparison.reason = "no story's value changed";
  } else if (comparison.can_be_significant && interval && rule.minimum_effect &&
             interval->low >= -*rule.minimum_effect && interval->high <= *rule.minimum_effect) {
    comparison.verdict = Verdict::unchanged;
    comparison.reason = fmt::format(
        "the true change lies from {} to {} (95 % confidence), and one within +-{:g} counts as "
        "none",
        with_sign(interval->low), with_sign(interval->high), *rule.minimum_effect);
  } else {
    comparison.verdict = Verdict::undecided;
    comparison.reason = undecided_reason(comparison);
  }
}

/// Whether a change reaches a limit: at it or beyond. The allowance absorbs the rounding of a mean
/// that is meant to be the limit itself.
bool reaches(double difference, const std::optional<double>& limit) {
  constexpr double kSame = 1e-12;
  return limit && difference <= -*limit + kSame * std::max(1.0, *limit);
}

/// What the limits say, one sentence each.
std::vector<std::string> limits_reached(const MetricComparison& comparison) {
  const MetricRule& rule = comparison.rule;
  std::vector<std::string> reached;
  if (reaches(*comparison.difference, rule.limit)) {
    reached.push_back(fmt::format("worse by {:.4f} on average, which reaches the limit {:g}",
                                  -*comparison.difference, *rule.limit));
  }
  const auto& ip = comparison.worst_ip;
  if (ip && reaches(ip->difference, rule.ip_limit)) {
    reached.push_back(
        fmt::format("IP {} is worse by {:.4f}, which reaches the limit {:g} for one IP", ip->ip,
                    -ip->difference, *rule.ip_limit));
  }
  const auto stories = comparison.worst_stories(1);
  if (!stories.empty() && reaches(stories.front()->difference, rule.story_limit)) {
    reached.push_back(
        fmt::format("story {} is worse by {:.4f}, which reaches the limit {:g} for one story",
                    stories.front()->story, -stories.front()->difference, *rule.story_limit));
  }
  return reached;
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
  for (const GateRole family : {GateRole::headline, GateRole::watch}) {
    for (auto p_value : {&MetricComparison::p_worse, &MetricComparison::p_better}) {
      std::vector<double> p_values;
      std::vector<MetricComparison*> tested;
      for (auto& comparison : comparisons) {
        if (comparison.rule.role != family || !comparison.tested() || !(comparison.*p_value))
          continue;
        p_values.push_back(*(comparison.*p_value));
        tested.push_back(&comparison);
      }
      const auto adjusted = holm(p_values);
      for (std::size_t i = 0; i < tested.size(); ++i) tested[i]->*p_value = adjusted[i];
    }
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
  const bool worse = comparison.verdict == Verdict::regressed;
  comparison.fails = worse && comparison.tested();
  const auto reached = limits_reached(comparison);
  if (!reached.empty()) {
    comparison.reason = fmt::format("{}{}{}", worse ? comparison.reason : "", worse ? "; " : "",
                                    fmt::join(reached, "; "));
    comparison.verdict = Verdict::regressed;
    comparison.fails = true;
  }
  comparison.warns = comparison.verdict == Verdict::regressed && !comparison.fails;
}

}  // namespace asbench::reports
