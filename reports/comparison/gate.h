#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/json.h"
#include "core/stats.h"

namespace asbench::reports {

enum class GateRole {
  headline,  ///< tested, one of the family that Holm's method protects; decides the exit code
  watch,     ///< shown with its own p-value; decides by its limit only
};

enum class TestSides { one, two };

/// What counts as a change of one metric, in the metric's own units. The documents state which
/// direction is better.
struct MetricRule {
  GateRole role = GateRole::watch;
  double tolerance = 0.0;  ///< a smaller drop of the mean is no regression, however significant
  std::optional<double> minimum_effect =
      {};  ///< an interval within +- this means unchanged; without it nothing is called so
  std::optional<double> limit = {};  ///< a larger drop is a regression whatever the test says
  std::optional<double> ip_limit =
      {};  ///< the same for the mean of any one IP: a mean over many hides a lost character
};

/// The rules of a comparison (schema asbench/gate@1), written down before the numbers are seen.
struct Gate {
  std::string name;
  double alpha = 0.05;
  TestSides sides = TestSides::one;
  std::uint64_t seed = 0;
  int replicates = 10'000;
  IntervalTails tails = IntervalTails::expanded;
  int sign_flips = 100'000;
  int unpaired_stories =
      0;  ///< so many may be scored on one side only; they are dropped and counted
  std::map<std::string, MetricRule, std::less<>> metrics;
  bool watch_others = true;  ///< show metrics that the gate doesn't list

  /// The metric's rule; nothing when the gate ignores it.
  [[nodiscard]] std::optional<MetricRule> rule_of(std::string_view metric) const;
};

/// @throws BadInput when the schema refuses the document, or tolerance > minimum_effect or limit.
[[nodiscard]] Gate gate_from_json(const Json& document, std::string_view where);

/// A built-in gate (configs/gates) by name, else a file. @throws UsageError when it is neither,
/// BadInput.
[[nodiscard]] Gate load_gate(const std::string& name_or_path);

}  // namespace asbench::reports
