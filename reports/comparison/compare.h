#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/stats.h"
#include "document/result.h"
#include "reports/comparison/gate.h"

namespace asbench::reports {

enum class Verdict {
  improved,   ///< significantly better, by more than the tolerance
  unchanged,  ///< the interval lies within +- the minimum effect, or no story's value changed
  regressed,  ///< significantly worse, by more than the tolerance; or worse by a limit or more
  undecided,  ///< none of these: too few stories or too much noise
  untested,   ///< no preferred direction, no values, or a set-level metric without pairs
};

[[nodiscard]] std::string_view to_string(Verdict verdict);

/// One story's two values. `difference` is positive where the candidate is better (plain candidate
/// - base for metrics without a direction).
struct StoryDifference {
  std::string story;
  std::string ip;
  double base = 0.0;
  double candidate = 0.0;
  double difference = 0.0;
};

/// Mean difference of one IP's stories.
struct IpDifference {
  std::string ip;
  double difference = 0.0;
};

/// The comparison of one metric; docs/design/metrics.md 9.3. A difference is positive where the
/// candidate is better, also where lower is better.
struct MetricComparison {
  std::string id;
  std::string title;      ///< the metric's; empty where the documents don't describe it
  std::string signature;  ///< the candidate's
  document::ResultDirection direction = document::ResultDirection::none;
  MetricRule rule;
  bool set_level =
      false;  ///< no values of stories: means of the documents, their own intervals, no test
  document::ResultValue base, candidate;  ///< means over the stories that both have
  std::optional<Interval> base_interval, candidate_interval;  ///< set-level metrics only
  document::ResultValue difference;
  std::optional<Interval> interval;  ///< 95 %, bootstrap over IPs
  /// One-sided or two-sided as the gate says; adjusted over their family for the metrics whose test
  /// decides (tested()).
  std::optional<double> p_worse, p_better;
  document::ResultValue standard_error, effect_size;
  document::ResultValue detectable;        ///< the true change found 80 times in 100 (test_power.h)
  document::ResultValue detectable_error;  ///< its standard error
  int ips = 0;
  std::optional<IpDifference> worst_ip;
  int wins = 0, ties = 0, losses = 0;  ///< stories; ties differ by the tolerance at most
  int unpaired = 0;                    ///< stories dropped because one side has no value
  std::optional<int> deciding_ips, deciding_stories;  ///< would detect the minimum effect
  bool can_be_significant = false;       ///< enough IPs for the test to reach alpha at all
  std::vector<StoryDifference> stories;  ///< in the base's order
  Verdict verdict = Verdict::untested;
  std::string reason;
  bool fails = false;  ///< makes the exit code 1: a metric whose test decides regressed, or a limit
                       ///< was reached, the mean's, one IP's or one story's
  bool warns = false;  ///< watched and significantly worse, which is named and decides nothing

  /// Whether its test decides: a headline metric, or one watched with `fail`, that has pairs.
  [[nodiscard]] bool tested() const;
  /// The stories that lost most, worst first; only those that lost.
  [[nodiscard]] std::vector<const StoryDifference*> worst_stories(std::size_t most) const;
};

/// Shots that were not scored. Under `zero` they are in every mean as failures; here they count by
/// themselves.
struct MissingShots {
  MissingRule rule;
  int base = 0, candidate = 0;
  std::vector<std::string> added;  ///< "fox/0 shot 2": missing in the candidate only
  bool fails = false;              ///< so many more than the base has that the gate fails it
  bool warns = false;              ///< the same where the gate only warns
  [[nodiscard]] int more() const { return candidate - base; }
};

/// Clips that became shorter, or smaller, or of another shape.
struct ClipChange {
  std::string how;                 ///< "shorter", "smaller", "reshaped"
  std::string most;                ///< the most frequent change, "2 s | 1 s"
  std::vector<std::string> shots;  ///< "fox/0 shot 2", in the base's order; not empty
};

/// What the candidate's clips are, beside the base's of the same shots.
struct ClipChanges {
  std::optional<ClipRule> rule;  ///< nothing: the gate does not look at clips
  int compared = 0;              ///< shots that both have
  int unknown = 0;               ///< of these, where a document lacks what the rule looks at
  std::vector<ClipChange> changes;
  bool fails = false;  ///< one of the changes reaches the limit, and the gate says `fail`
  bool warns = false;  ///< the same where the gate only warns
};

struct Comparison {
  std::string gate;
  double alpha = 0.05;
  TestSides sides = TestSides::one;
  std::string base, candidate;              ///< systems
  std::string base_where, candidate_where;  ///< documents
  std::string split;
  int stories = 0, ips = 0;         ///< that both documents have
  int tested = 0;                   ///< headline metrics: size of Holm's family
  int watched_tested = 0;           ///< metrics watched with `fail`: size of the second family
  std::vector<std::string> absent;  ///< optional metrics of the gate that neither document has
  /// Metrics of one document only, which the gate does not require: not compared.
  std::vector<std::string> base_only, candidate_only;
  MissingShots missing;
  ClipChanges clips;
  std::vector<std::string>
      allowed;  ///< differences that `--allow` permits; the output is marked with them
  std::vector<std::string> warnings;
  std::vector<MetricComparison> metrics;  ///< headline first, else in the base's order

  /// The gate's answer: some metric fails, the candidate lacks shots, or its clips changed.
  [[nodiscard]] bool regressed() const;
  /// Ids of the metrics that fail, "missing shots" and "clips".
  [[nodiscard]] std::vector<std::string> failing() const;
  /// Headline metrics with this verdict.
  [[nodiscard]] std::vector<std::string> headlines(Verdict verdict) const;
};

struct CompareOptions {
  std::set<std::string> allow;  ///< names of fields that may differ (FieldDifference::field)
};

/// Compares two systems' results story by story under the rules of a gate.
/// @throws NotComparable when the documents differ in what must be equal (the message names every
/// field), when the gate names a metric that has no value in either and isn't optional, when more
/// stories are in one document only than the gate allows, or when nothing of the gate can be
/// tested; BadInput when values are too large to sum.
[[nodiscard]] Comparison compare(const document::Result& base, const document::Result& candidate,
                                 const Gate& gate, const CompareOptions& options = {});

}  // namespace asbench::reports
