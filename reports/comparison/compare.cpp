#include "reports/comparison/compare.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

#include "core/error.h"
#include "reports/comparison/clip_changes.h"
#include "reports/comparison/clip_differences.h"
#include "reports/comparison/comparability.h"
#include "reports/comparison/missing_shots.h"
#include "reports/comparison/test_power.h"
#include "reports/comparison/tolerance.h"
#include "reports/comparison/verdict.h"
#include "reports/leaderboard/words.h"

namespace asbench::reports {
namespace {

struct Pair {
  const document::ResultStory* base = nullptr;
  const document::ResultStory* candidate = nullptr;
};

void refuse_reported(const document::Result& result) {
  if (result.kind != document::ResultKind::reported) return;
  throw NotComparable(
      fmt::format("{}: {} is a published result, so it has no values per story to pair\n"
                  "  `asbench report --reported` shows published results beside measured ones.",
                  result.where, result.system));
}

/// Refuses, in one message, every difference that is not allowed. @returns the texts of the
/// differences that `allow` permits
std::vector<std::string> require_comparable(const document::Result& base,
                                            const document::Result& candidate, const Gate& gate,
                                            const std::set<std::string>& allow,
                                            std::vector<std::string>& warnings) {
  std::vector<std::string> permitted;
  std::string refused;
  std::set<std::string> unused = allow;
  std::vector<std::string> fields;
  for (const auto& difference : field_differences(base, candidate, gate)) {
    unused.erase(difference.field);
    if (allow.contains(difference.field)) {
      permitted.push_back(difference.text());
    } else {
      refused += "\n  " + difference.text();
      fields.push_back(difference.field);
    }
  }
  if (!refused.empty()) {
    throw NotComparable(
        fmt::format("{} and {} must not be compared. They differ in:{}\n"
                    "  Score both in the same way. `--allow {}` compares them nevertheless and "
                    "marks the output.",
                    base.where, candidate.where, refused, fmt::join(fields, ",")));
  }
  unused.erase("stories");  // checked later, by check_unpaired
  for (const auto& name : unused)
    warnings.push_back(fmt::format("--allow {}: the documents do not differ in it", name));
  return permitted;
}

struct Pairing {
  std::vector<Pair> pairs;
  std::vector<std::string> unpaired;  ///< story ids
};

Pairing pair_stories(const document::Result& base, const document::Result& candidate) {
  std::map<std::string_view, const document::ResultStory*> others;
  for (const auto& story : candidate.stories) others.emplace(story.id, &story);
  Pairing pairing;
  for (const auto& story : base.stories) {
    const auto found = others.find(story.id);
    if (found == others.end()) {
      pairing.unpaired.push_back(story.id);
      continue;
    }
    if (found->second->ip != story.ip) {
      throw NotComparable(fmt::format("story {} belongs to IP {} in {} and to {} in {}", story.id,
                                      story.ip, base.where, found->second->ip, candidate.where));
    }
    pairing.pairs.push_back({&story, found->second});
    others.erase(found);
  }
  for (const auto& story : candidate.stories) {
    if (others.contains(story.id)) pairing.unpaired.push_back(story.id);
  }
  return pairing;
}

/// Refuses more stories without a partner than the gate allows.
void check_unpaired(const std::vector<std::string>& stories, const std::string& metric,
                    const Gate& gate, const CompareOptions& options) {
  constexpr std::size_t kShown = 5;
  if (static_cast<int>(stories.size()) <= gate.unpaired_stories ||
      options.allow.contains("stories") || options.allow.contains("split"))
    return;
  const std::vector<std::string> shown(
      stories.begin(),
      stories.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, stories.size())));
  throw NotComparable(fmt::format(
      "{} {}{} in one document only, and the gate {} allows {}: {}{}\n"
      "  Score both on the same stories, raise the gate's unpaired_stories, or drop them with "
      "`--allow stories`.",
      counted(static_cast<int>(stories.size()), "story", "stories"),
      stories.size() == 1 ? "has values" : "have values", metric.empty() ? "" : " of " + metric,
      gate.name, gate.unpaired_stories, fmt::join(shown, ", "),
      shown.size() < stories.size() ? ", ..." : ""));
}

document::ResultValue story_value(const document::ResultStory& story, const std::string& metric) {
  const auto found = story.metrics.find(metric);
  return found == story.metrics.end() ? std::nullopt : found->second.mean;
}

/// candidate - base, with its sign changed where lower is better: positive is better.
double improvement(document::ResultDirection direction, double difference) {
  return direction == document::ResultDirection::lower ? 0.0 - difference : difference;
}

bool has_story_values(const document::Result& result, const std::string& metric) {
  return std::any_of(result.stories.begin(), result.stories.end(),
                     [&](const auto& story) { return story.metrics.contains(metric); });
}

void compare_sets(const document::ResultMetric& base, const document::ResultMetric& candidate,
                  MetricComparison& comparison) {
  comparison.set_level = true;
  comparison.base = base.mean;
  comparison.candidate = candidate.mean;
  comparison.base_interval = base.ci95;
  comparison.candidate_interval = candidate.ci95;
  if (!base.mean || !candidate.mean) return;
  comparison.difference = improvement(base.direction, *candidate.mean - *base.mean);
  if (!std::isfinite(*comparison.difference))
    throw BadInput(fmt::format("{}: the two values are too large to subtract", base.id));
}

/// One metric's values of both sides, without statistics.
MetricComparison collect(const document::ResultMetric& base,
                         const document::ResultMetric& candidate, const std::vector<Pair>& pairs,
                         bool set_level, const Gate& gate, const CompareOptions& options) {
  if (base.direction != candidate.direction) {
    throw NotComparable(
        fmt::format("{}: its preferred direction is {} in one document and {} in the other",
                    base.id, to_string(base.direction), to_string(candidate.direction)));
  }
  MetricComparison comparison;
  comparison.id = base.id;
  comparison.title = candidate.description.title;
  comparison.signature = candidate.signature;
  comparison.direction = base.direction;
  comparison.rule = resolved_rule(gate, base).value_or(MetricRule{});
  require_directed(base, comparison.rule, gate);
  if (set_level) {
    compare_sets(base, candidate, comparison);
    return comparison;
  }
  std::vector<std::string> unpaired;
  for (const auto& pair : pairs) {
    const auto left = story_value(*pair.base, base.id);
    const auto right = story_value(*pair.candidate, base.id);
    if (left && right)
      comparison.stories.push_back({pair.base->id, pair.base->ip, *left, *right,
                                    improvement(base.direction, *right - *left)});
    else if (left || right)
      unpaired.push_back(pair.base->id);
  }
  widen_to_spread(comparison.rule, comparison.stories);
  check_unpaired(unpaired, base.id, gate, options);
  comparison.unpaired = static_cast<int>(unpaired.size());
  return comparison;
}

bool has_role(const MetricComparison& comparison, GateRole role) {
  return comparison.rule.role == role;
}

void describe(const document::Result& base, const document::Result& candidate, const Gate& gate,
              const std::vector<Pair>& pairs, Comparison& comparison) {
  comparison.gate = gate.name;
  comparison.alpha = gate.alpha;
  comparison.sides = gate.sides;
  comparison.base = base.system;
  comparison.candidate = candidate.system;
  comparison.base_where = base.where;
  comparison.candidate_where = candidate.where;
  comparison.split = base.split.name;
  comparison.stories = static_cast<int>(pairs.size());
  std::set<std::string_view> ips;
  for (const auto& pair : pairs) ips.insert(pair.base->ip);
  comparison.ips = static_cast<int>(ips.size());
}

/// The compared metrics of one document whose means rest on fewer stories than the split has.
void warn_of_fewer_stories(const document::Result& result, Comparison& comparison) {
  std::map<std::string, std::vector<std::string>> by_count;
  for (const auto& compared : comparison.metrics) {
    const auto* metric = result.find_metric(compared.id);
    if (metric == nullptr || !metric->of_stories) continue;
    by_count[fewer_stories(*metric)].push_back(compared.id);
  }
  for (const auto& [count, ids] : by_count)
    comparison.warnings.push_back(fmt::format("mean of fewer stories: {} of {} ({}): {}",
                                              fmt::join(ids, ", "), result.system, result.where,
                                              count));
}

/// Metrics that the gate would decide by if the base had them, too.
void warn_of_uncompared(const Gate& gate, Comparison& comparison) {
  std::vector<std::string> listed;
  for (const auto& id : comparison.candidate_only) {
    if (gate.metrics.contains(id)) listed.push_back(id);
  }
  if (listed.empty()) return;
  comparison.warnings.push_back(fmt::format(
      "not compared, because only the candidate has values of it: {}; score the base again "
      "to have the gate look at it",
      fmt::join(listed, ", ")));
}

void warn(const document::Result& base, const document::Result& candidate, const Pairing& pairing,
          Comparison& comparison) {
  for (auto& warning : provenance_warnings(base, candidate))
    comparison.warnings.push_back(std::move(warning));
  for (auto& difference : clip_differences(base, candidate))
    comparison.warnings.push_back(std::move(difference));
  if (!pairing.unpaired.empty())
    comparison.warnings.push_back(
        fmt::format("{} in one document only and {} dropped",
                    counted(static_cast<int>(pairing.unpaired.size()), "story is", "stories are"),
                    pairing.unpaired.size() == 1 ? "was" : "were"));
  warn_of_fewer_stories(base, comparison);
  warn_of_fewer_stories(candidate, comparison);
  const bool hopeless = std::none_of(comparison.metrics.begin(), comparison.metrics.end(),
                                     [](const auto& metric) { return metric.can_be_significant; });
  if (hopeless) {
    comparison.warnings.push_back(fmt::format(
        "with {} and {} no difference can be significant at alpha {:g}; only limits can "
        "fail the comparison",
        counted(comparison.ips, "IP", "IPs"),
        counted(comparison.tested, "tested metric", "tested metrics"), comparison.alpha));
  }
}

void count_families(Comparison& comparison) {
  for (const auto& metric : comparison.metrics) {
    if (!metric.tested()) continue;
    ++(has_role(metric, GateRole::headline) ? comparison.tested : comparison.watched_tested);
  }
}

/// Refuses a comparison that could not fail by any metric.
void require_deciding(const Comparison& comparison, const Gate& gate) {
  const bool decides =
      std::any_of(comparison.metrics.begin(), comparison.metrics.end(), [](const auto& metric) {
        const bool limited = metric.rule.has_limit() &&
                             (metric.set_level ? metric.base.has_value() : !metric.stories.empty());
        return metric.tested() || limited;
      });
  if (decides) return;
  throw NotComparable(
      fmt::format("gate {}: none of the metrics that it decides by has values for a story in both "
                  "{} and {}, so "
                  "there is nothing to decide by\n"
                  "  List metrics in the gate that were scored (`asbench score --metrics`).",
                  gate.name, comparison.base_where, comparison.candidate_where));
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::improved:
      return "improved";
    case Verdict::unchanged:
      return "unchanged";
    case Verdict::regressed:
      return "regressed";
    case Verdict::undecided:
      return "undecided";
    case Verdict::untested:
      return "untested";
  }
  return "untested";
}

std::vector<const StoryDifference*> MetricComparison::worst_stories(std::size_t most) const {
  std::vector<const StoryDifference*> lost;
  for (const auto& story : stories) {
    if (story.difference < 0.0) lost.push_back(&story);
  }
  std::stable_sort(lost.begin(), lost.end(),
                   [](const auto* a, const auto* b) { return a->difference < b->difference; });
  if (lost.size() > most) lost.resize(most);
  return lost;
}

bool MetricComparison::tested() const {
  const bool decides = rule.role == GateRole::headline || rule.watch == WatchAction::fail;
  return decides && !stories.empty() && direction != document::ResultDirection::none;
}

bool Comparison::regressed() const {
  return missing.fails || clips.fails ||
         std::any_of(metrics.begin(), metrics.end(),
                     [](const auto& metric) { return metric.fails; });
}

std::vector<std::string> Comparison::failing() const {
  std::vector<std::string> ids;
  for (const auto& metric : metrics) {
    if (metric.fails) ids.push_back(metric.id);
  }
  if (missing.fails) ids.emplace_back("missing shots");
  if (clips.fails) ids.emplace_back("clips");
  return ids;
}

std::vector<std::string> Comparison::headlines(Verdict verdict) const {
  std::vector<std::string> ids;
  for (const auto& metric : metrics) {
    if (metric.rule.role == GateRole::headline && metric.verdict == verdict)
      ids.push_back(metric.id);
  }
  return ids;
}

Comparison compare(const document::Result& base, const document::Result& candidate,
                   const Gate& gate, const CompareOptions& options) {
  refuse_reported(base);
  refuse_reported(candidate);
  require_known_fields(options.allow, base, candidate);
  Comparison comparison;
  comparison.absent = require_scored(base, candidate, gate);
  comparison.allowed =
      require_comparable(base, candidate, gate, options.allow, comparison.warnings);
  comparison.base_only = only_in(base, candidate, gate);
  comparison.candidate_only = only_in(candidate, base, gate);
  const Pairing pairing = pair_stories(base, candidate);
  check_unpaired(pairing.unpaired, {}, gate, options);
  describe(base, candidate, gate, pairing.pairs, comparison);

  for (const auto& metric : base.metrics) {
    const document::ResultMetric* other = candidate.find_metric(metric.id);
    if (other == nullptr || !gate.rule_of(metric.id)) continue;
    const bool set_level =
        !has_story_values(base, metric.id) && !has_story_values(candidate, metric.id);
    comparison.metrics.push_back(collect(metric, *other, pairing.pairs, set_level, gate, options));
  }
  count_families(comparison);
  require_deciding(comparison, gate);
  TestPower power({.random_draws = gate.sign_flips, .seed = gate.seed});
  for (auto& metric : comparison.metrics) {
    const int family =
        has_role(metric, GateRole::headline) ? comparison.tested : comparison.watched_tested;
    if (!metric.stories.empty()) measure(metric, gate, metric.tested() ? family : 1, power);
  }
  adjust(comparison.metrics);
  for (auto& metric : comparison.metrics) judge(metric, gate);
  comparison.missing = compare_missing_shots(base, candidate, gate);
  comparison.clips = compare_clips(base, candidate, gate);
  warn_of_uncompared(gate, comparison);
  warn(base, candidate, pairing, comparison);
  std::stable_partition(comparison.metrics.begin(), comparison.metrics.end(),
                        [](const auto& metric) { return metric.rule.role == GateRole::headline; });
  return comparison;
}

}  // namespace asbench::reports
