#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "core/stats.h"

namespace asbench::reports {

enum class GateRole {
  headline,  ///< tested, one of the family that Holm's method protects; decides the exit code
  watch,     ///< shown; decides by its limits, and by its test where it is watched with `fail`
};

/// What a watched metric that is significantly worse does.
enum class WatchAction {
  warn,  ///< stands in the heading; tested by itself
  fail,  ///< decides the exit code too; such metrics are a second family of Holm's method
};

enum class TestSides { one, two };

/// What counts as a change of one metric, in the metric's own units. The documents state which
/// direction is better.
struct MetricRule {
  GateRole role = GateRole::watch;
  double tolerance = 0.0;  ///< a smaller drop of the mean is no regression, however significant
  /// Where it is larger, the tolerance is this share of the standard deviation of the base's
  /// stories, so that a gate fits encoders that use more or less of the cosine's range.
  std::optional<double> tolerance_spread = {};
  /// The gate states no tolerance for a watched metric: resolved_rule() (tolerance.h) sets it.
  bool tolerance_unstated = false;
  std::optional<double> minimum_effect =
      {};  ///< an interval within +- this means unchanged; without it nothing is called so
  /// A drop of this size or more is a regression whatever the test says.
  std::optional<double> limit = {};
  /// The same for the mean of any one IP: a mean over many hides a lost character.
  std::optional<double> ip_limit = {};
  /// The same for any one story.
  std::optional<double> story_limit = {};
  WatchAction watch = WatchAction::warn;  ///< of a watched metric
  bool optional = false;                  ///< may be missing from both documents
  [[nodiscard]] bool has_limit() const { return limit || ip_limit || story_limit; }
};

/// When shots that the candidate lacks are a regression by themselves.
struct MissingRule {
  WatchAction watch = WatchAction::fail;
  int limit = 1;  ///< so many more missing shots than the base has, or more
};

/// When clips that became shorter, smaller or of another shape are a regression by themselves: no
/// metric looks at a clip's length and shape. Each clip is held against the base's of the same
/// shot. Shares lie in (0, 1); what is not stated is not looked at.
struct ClipRule {
  WatchAction watch = WatchAction::fail;
  std::optional<double> shorter = {};   ///< by more than this share of the duration
  std::optional<double> smaller = {};   ///< by more than this share of the number of pixels
  std::optional<double> reshaped = {};  ///< width / height away by more than this share, either way
  int limit = 1;  ///< so many clips, or more, that changed in one of these ways
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
  bool watch_others = true;               ///< show metrics that the gate doesn't list
  WatchAction watch = WatchAction::warn;  ///< of watched metrics that don't state their own
  MissingRule missing;
  std::optional<ClipRule> clips = {};  ///< nothing: differences of clips are only told

  /// The metric's rule; nothing when the gate ignores it.
  [[nodiscard]] std::optional<MetricRule> rule_of(std::string_view metric) const;
};

/// @throws BadInput when the schema refuses the document, or what it says could not act: a
/// tolerance above minimum_effect or a limit, `watch` of a headline metric, `clips` that look at
/// nothing.
[[nodiscard]] Gate gate_from_json(const Json& document, std::string_view where);

/// A built-in gate (configs/gates) by name, else a file. @throws UsageError when it is neither,
/// BadInput.
[[nodiscard]] Gate load_gate(const std::string& name_or_path);

/// The names of the built-in gates, sorted.
[[nodiscard]] std::vector<std::string> built_in_gates();

/// The text of the built-in gate or of the file that load_gate() reads.
[[nodiscard]] std::string gate_text(const std::string& name_or_path);

}  // namespace asbench::reports
