#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/measurement.h"
#include "metrics/need.h"
#include "metrics/settings.h"
#include "metrics/story/story_features.h"

namespace asbench::metrics {

enum class Direction { higher, lower, none };

/// Headlines are what systems are compared by; a control is read beside headlines, never alone; a
/// set metric is one number of all clips together.
enum class Kind { headline, control, set };

struct Metric;
struct DistributionResult;
struct SetParts;

/// A formula, for whatever encoder roles: everything about a metric but the roles it is measured
/// with. One constant per formula (metrics/registry.h). Texts are static.
struct Measure {
  std::string_view measure;  ///< its name, "reference_adherence"
  int version = 1;  ///< raised whenever a number changes: part of the signature (`clip_i@1`)
  std::string_view measure_title;  ///< "Reference adherence"; a metric adds its roles
  std::string_view
      family;  ///< "adherence", "consistency", "text", "identity", "controls", "picture", "set"
  Direction direction = Direction::none;
  double range_low = 0.0;
  double range_high = 1.0;
  /// In words. `{roles}` stands for the roles' names, `{frozen_below}` for the threshold of that
  /// name: every threshold occurs.
  std::string_view formula;
  std::string_view source;              ///< where the formula comes from
  std::vector<std::string_view> cites;  ///< works to cite, by their keys in configs/citations.json
  std::string_view aggregation;         ///< the levels, for the signature's `agg=`
  std::string_view unit;                ///< what Counts counts: "shots", "shot pairs", "clips"
  std::vector<std::string_view> parts;  ///< further numbers beside the value
  /// A part of the whole system that is no mean of stories: over all shots, as the original tool
  /// adds them up. By weight it is the worst under `zero` where a shot failed, whose weight is not
  /// known.
  struct Total {
    enum class By { shot, weight };  ///< each shot alike, or by ShotValue::weight
    std::string_view part;
    By by = By::shot;
  };
  std::vector<Total> totals;
  std::vector<Modality> reads;         ///< of each of its roles
  std::vector<Modality> reads_pixels;  ///< of kPixels
  int fewest_roles = 1, most_roles = 1;
  bool has_harmeanp = false;
  bool uses_reference_pooling = false;  ///< MetricSettings::references changes it
  bool has_real_ceiling = false;        ///< the IPs' own clips are measured beside it
                                        ///< (metrics/story/real_ceiling.h)
  /// The settings, by the name they have in signatures and protocols, that change the number.
  struct Threshold {
    std::string_view name;
    double MetricSettings::*setting = nullptr;
  };
  std::vector<Threshold> thresholds;
  /// What no setting changes and the signature states all the same: names and values.
  std::vector<std::pair<std::string_view, std::string>> constants;
  /// Measures one story; empty for measures of whole sets (metrics/set/distribution.h).
  StoryValue (*measure_story)(const StoryFeatures&, const Metric&, const MetricSettings&) = nullptr;
  /// The parts of a measure of whole sets, but for the counts that all of them have; may be empty.
  SetParts (*set_parts)(const DistributionResult&) = nullptr;
  bool uses_ddof = false;        ///< of whole sets: the divisor of covariances changes it
  bool uses_neighbours = false;  ///< of whole sets: k changes it

  [[nodiscard]] bool set_level() const { return measure_story == nullptr; }
};

/// When a control's value withholds marks. One of both is stated.
struct MarkLimit {
  std::optional<double> above;
  std::optional<double> below;
};

/// A measure with its roles: one metric. Listed in configs/metrics.json or declared by a protocol
/// file (metrics/catalogue.h).
struct Metric : Measure {
  std::string id;                  ///< "clip_i"
  std::vector<std::string> roles;  ///< in the measure's order
  std::string title;               ///< "Reference adherence under CLIP"
  std::string definition;          ///< the formula with its roles' names; definition_under()
                                   ///< fills in its thresholds
  Kind kind = Kind::control;
  bool leaderboard = false;  ///< a column of the leaderboard unless the user asks otherwise
  std::vector<std::string> controls;  ///< metrics whose limits must hold before it may be marked
  std::optional<MarkLimit> withholds_marks;  ///< of a control
  Needs needs;                               ///< what it reads, by role

  /// The only role of a measure that takes one.
  [[nodiscard]] const std::string& role() const { return roles.front(); }
};

/// "higher", "lower", "none"; "headline", "control", "set".
[[nodiscard]] std::string_view to_string(Direction direction);
[[nodiscard]] std::string_view to_string(Kind kind);

/// The fields of a metric's signature that this module decides: {"agg", levels}, {"missing",
/// policy}, {"refs", mean|max} where they apply, its constants, and every threshold that changes
/// the number, e.g. {"frozen_below", "0.002"}; keys are unique. The caller puts them in the order
/// of docs/design/metrics.md 0.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> signature_fields(
    const Metric& metric, const MetricSettings& settings);

/// The definition as it holds under these settings, with the values of the metric's thresholds.
[[nodiscard]] std::string definition_under(const Metric& metric, const MetricSettings& settings);

/// "fail", "zero", "exclude"; "mean", "max". The parse_ functions throw UsageError naming the value
/// and what is allowed.
[[nodiscard]] std::string_view to_string(MissingPolicy policy);
[[nodiscard]] std::string_view to_string(ReferencePooling pooling);
[[nodiscard]] MissingPolicy parse_missing_policy(std::string_view text);
[[nodiscard]] ReferencePooling parse_reference_pooling(std::string_view text);

}  // namespace asbench::metrics
