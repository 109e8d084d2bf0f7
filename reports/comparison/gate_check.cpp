#include "reports/comparison/gate_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

#include "core/error.h"
#include "core/words.h"
#include "reports/comparison/comparability.h"
#include "reports/comparison/compare.h"
#include "reports/comparison/test_power.h"
#include "reports/comparison/tolerance.h"
#include "reports/comparison/verdict.h"

namespace asbench::reports {
namespace {

bool decides_by_test(const MetricRule& rule) {
  return rule.role == GateRole::headline || rule.watch == WatchAction::fail;
}

std::vector<std::string> metrics_where(const Gate& gate, GateRole role, WatchAction watch) {
  std::vector<std::string> ids;
  for (const auto& [id, rule] : gate.metrics) {
    const bool same = role == GateRole::headline || rule.watch == watch;
    if (rule.role == role && same) ids.push_back(id);
  }
  return ids;
}

std::string limits_of(const MetricRule& rule) {
  std::vector<std::string> parts;
  if (rule.limit) parts.push_back(fmt::format("{:g} on average", *rule.limit));
  if (rule.ip_limit) parts.push_back(fmt::format("{:g} in any one IP", *rule.ip_limit));
  if (rule.story_limit) parts.push_back(fmt::format("{:g} in any one story", *rule.story_limit));
  return fmt::format("{}", fmt::join(parts, ", "));
}

GateSection tests_of(const Gate& gate) {
  GateSection section{"A test fails the candidate when one of these is significantly worse", {}};
  const auto tested = metrics_where(gate, GateRole::headline, WatchAction::fail);
  const auto watched = metrics_where(gate, GateRole::watch, WatchAction::fail);
  const std::string alarms = fmt::format("{:g} of 100", gate.alpha * 100.0);
  if (!tested.empty())
    section.lines.push_back(
        fmt::format("{}: a candidate that is really no worse fails in at most {} comparisons, all "
                    "{} together",
                    fmt::join(tested, ", "), alarms,
                    counted(static_cast<int>(tested.size()), "metric", "metrics")));
  if (!watched.empty())
    section.lines.push_back(fmt::format("{} (watched): the same, in at most {} further comparisons",
                                        fmt::join(watched, ", "), alarms));
  for (const auto& [id, rule] : gate.metrics) {
    if (decides_by_test(rule) && (rule.tolerance > 0.0 || rule.tolerance_spread))
      section.lines.push_back(fmt::format(
          "{}: a drop up to {:g}{} is never one, however sure", id, rule.tolerance,
          rule.tolerance_spread
              ? fmt::format(", or {:g} % of the standard deviation of the base's stories",
                            *rule.tolerance_spread * 100)
              : ""));
  }
  return section;
}

/// "clips, each beside the base's of the same shot: 1 that is more than 10 % shorter or ..."
std::string clips_in_words(const ClipRule& rule) {
  std::vector<std::string> ways;
  if (rule.shorter) ways.push_back(fmt::format("is more than {:g} % shorter", *rule.shorter * 100));
  if (rule.smaller)
    ways.push_back(fmt::format("has more than {:g} % fewer pixels", *rule.smaller * 100));
  if (rule.reshaped)
    ways.push_back(fmt::format("is more than {:g} % wider or narrower", *rule.reshaped * 100));
  return fmt::format("clips, each beside the base's of the same shot: {} that {}", rule.limit,
                     fmt::join(ways, ", or "));
}

GateSection limits_section(const Gate& gate) {
  GateSection section{
      "A limit fails it when a value drops by so much or more, whatever a test says", {}};
  for (const auto& [id, rule] : gate.metrics) {
    if (rule.has_limit()) section.lines.push_back(fmt::format("{}: {}", id, limits_of(rule)));
  }
  if (gate.missing.watch == WatchAction::fail)
    section.lines.push_back(
        fmt::format("missing shots (both scored with --missing zero): {} more than the base has",
                    gate.missing.limit));
  if (gate.clips && gate.clips->watch == WatchAction::fail)
    section.lines.push_back(clips_in_words(*gate.clips));
  return section;
}

GateSection warnings_of(const Gate& gate) {
  GateSection section{"Named in the heading when worse, without failing the candidate", {}};
  const auto warned = metrics_where(gate, GateRole::watch, WatchAction::warn);
  if (!warned.empty()) section.lines.push_back(fmt::format("{}", fmt::join(warned, ", ")));
  if (gate.watch_others)
    section.lines.push_back(gate.watch == WatchAction::fail
                                ? "every other metric of the documents: it fails the candidate"
                                : "every other metric of the documents");
  if (gate.missing.watch == WatchAction::warn)
    section.lines.push_back(
        fmt::format("missing shots: {} more than the base has", gate.missing.limit));
  if (gate.clips && gate.clips->watch == WatchAction::warn)
    section.lines.push_back(clips_in_words(*gate.clips));
  return section;
}

GateSection untested_of(const Gate& gate) {
  GateSection section{"Not tested", {}};
  if (!gate.watch_others) section.lines.emplace_back("metrics that the gate doesn't list");
  if (!gate.clips)
    section.lines.emplace_back("the length and size of clips: told where they differ");
  section.lines.emplace_back("metrics without a preferred direction: shown");
  section.lines.emplace_back(
      "metrics of one value per system (FVD and similar): shown with both intervals; only a limit "
      "can fail them");
  std::vector<std::string> optional;
  for (const auto& [id, rule] : gate.metrics) {
    if (rule.optional) optional.push_back(id);
  }
  if (!optional.empty())
    section.lines.push_back(
        fmt::format("{} {} optional: a comparison without, or with a base that lacks {}, is made "
                    "all the same",
                    fmt::join(optional, ", "), optional.size() == 1 ? "is" : "are",
                    optional.size() == 1 ? "it" : "them"));
  return section;
}

struct Spread {
  double squares = 0.0;  ///< of deviations from the IPs' means
  int freedom = 0;
};

/// Variance of stories within IPs, pooled.
std::optional<double> variance_within(const std::map<std::string, std::vector<double>>& by_ip) {
  Spread spread;
  for (const auto& [ip, values] : by_ip) {
    double mean = 0.0;
    for (const double value : values) mean += value / static_cast<double>(values.size());
    for (const double value : values) spread.squares += (value - mean) * (value - mean);
    spread.freedom += static_cast<int>(values.size()) - 1;
  }
  if (spread.freedom == 0) return std::nullopt;
  return spread.squares / spread.freedom;
}

/// The comparison of the base with a further run of the same system, as far as its noise goes: the
/// mean difference of an IP's stories is one standard deviation, up and down by turns.
MetricComparison as_if_run_again(const document::ResultMetric& metric, const MetricRule& rule,
                                 const std::map<std::string, std::vector<double>>& by_ip,
                                 double variance) {
  MetricComparison comparison;
  comparison.id = metric.id;
  comparison.direction = metric.direction;
  comparison.rule = rule;
  double sign = 1.0;
  for (const auto& [ip, values] : by_ip) {
    const double shift = sign * std::sqrt(2.0 * variance / static_cast<double>(values.size()));
    sign = -sign;
    for (const double value : values)
      comparison.stories.push_back({"", ip, value, value + shift, shift});
  }
  return comparison;
}

std::map<std::string, std::vector<double>> values_by_ip(const document::Result& base,
                                                        const std::string& metric) {
  std::map<std::string, std::vector<double>> by_ip;
  for (const auto& story : base.stories) {
    const auto found = story.metrics.find(metric);
    if (found != story.metrics.end() && found->second.mean)
      by_ip[story.ip].push_back(*found->second.mean);
  }
  return by_ip;
}

MetricPower power_of(const document::ResultMetric& metric, const MetricRule& rule, const Gate& gate,
                     const document::Result& base, int family, TestPower& test_power) {
  MetricPower power;
  power.metric = metric.id;
  power.role = rule.role;
  power.base = metric.mean;
  power.limit = rule.limit;
  power.ip_limit = rule.ip_limit;
  power.story_limit = rule.story_limit;
  const auto by_ip = values_by_ip(base, metric.id);
  power.ips = static_cast<int>(by_ip.size());
  for (const auto& [ip, values] : by_ip) power.stories += static_cast<int>(values.size());
  if (by_ip.empty()) return power;
  const auto variance = variance_within(by_ip);
  auto comparison = as_if_run_again(metric, rule, by_ip, variance.value_or(0.0));
  widen_to_spread(comparison.rule, comparison.stories);
  measure(comparison, gate, family, test_power);
  power.can_be_significant = comparison.can_be_significant;
  if (variance) power.detectable = comparison.detectable;
  return power;
}

}  // namespace

std::vector<GateSection> gate_in_words(const Gate& gate) {
  std::vector<GateSection> sections{tests_of(gate), limits_section(gate), warnings_of(gate),
                                    untested_of(gate)};
  std::erase_if(sections, [](const auto& section) { return section.lines.empty(); });
  return sections;
}

std::vector<MetricPower> gate_power(const Gate& gate, const document::Result& base) {
  static_cast<void>(require_scored(base, base, gate));  // the optional ones may be absent
  std::map<GateRole, int> families;
  std::vector<const document::ResultMetric*> decisive;
  for (const auto& metric : base.metrics) {
    const auto rule = resolved_rule(gate, metric);
    if (!rule || !decides_by_test(*rule)) continue;
    require_directed(metric, *rule, gate);
    const bool directed = metric.direction != document::ResultDirection::none;
    if (!directed || values_by_ip(base, metric.id).empty()) continue;  // set-level, or optional
    decisive.push_back(&metric);
    ++families[rule->role];
  }
  std::vector<MetricPower> rows;
  TestPower test_power({.random_draws = gate.sign_flips, .seed = gate.seed});
  for (const auto* metric : decisive) {
    const MetricRule rule = *resolved_rule(gate, *metric);
    rows.push_back(power_of(*metric, rule, gate, base, families[rule.role], test_power));
  }
  return rows;
}

}  // namespace asbench::reports
