#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/measurement.h"
#include "metrics/settings.h"
#include "metrics/story/story_features.h"

namespace asbench::metrics {

enum class Direction { higher, lower, none };

/// What a metric reads of a StoryFeatures; a run extracts the union over its metrics.
struct Needs {
  bool clip_image = false;
  bool clip_text = false;
  bool dino = false;
  bool pixels = false;
  bool references = false;           ///< the references under the encoders (or cells) named above
  bool mirrored_references = false;  ///< also mirrored, under CLIP
  bool gallery = false;              ///< the references of every character of the split
  bool video = false;  ///< one feature a clip under a video network, and a reference set of such
  bool training_set = false;  ///< the frames' nearest rows of a training set
};

/// One metric: everything `asbench metrics show`, docs/metrics.md and a signature say about it, and
/// the function that measures one story. Texts are static.
struct MetricInfo {
  std::string_view id;
  int version = 1;  ///< raised whenever a number changes: part of the signature (`clip_i@1`)
  std::string_view title;
  Direction direction = Direction::none;
  double range_low = 0.0;
  double range_high = 1.0;
  std::string_view definition;   ///< the formula in words
  std::string_view source;       ///< where the formula comes from
  std::string_view aggregation;  ///< the levels, for the signature's `agg=`
  std::string_view unit;         ///< what Counts counts: "shots" or "shot pairs"
  Needs needs;
  bool set_level =
      false;  ///< one number a system: measure_story stays empty (metrics/set/set_metrics.h)
  bool headline = false;  ///< else a control: read beside a headline metric, never alone
  bool has_harmeanp = false;
  bool uses_reference_pooling = false;  ///< MetricSettings::references changes it
  bool has_real_ceiling =
      false;  ///< the IPs' own clips are measured beside (metrics/story/real_ceiling.h)
  /// The settings, by the name they have in signatures and protocols, that change the number.
  struct Threshold {
    std::string_view name;
    double MetricSettings::*setting = nullptr;
  };
  std::vector<Threshold> thresholds;
  StoryValue (*measure_story)(const StoryFeatures&, const MetricSettings&) = nullptr;
};

/// All metrics in the order in which they are printed, those of whole sets last. The one place a
/// new metric is added to.
[[nodiscard]] std::span<const MetricInfo> all_metrics();

/// Those that measure story by story: all but the set-level ones.
[[nodiscard]] std::span<const MetricInfo> story_metrics();

/// @returns nullptr when there is no such metric.
[[nodiscard]] const MetricInfo* find_metric(std::string_view id);

/// @throws UsageError naming `id` and the known ids.
[[nodiscard]] const MetricInfo& require_metric(std::string_view id);

/// Union of the needs of several metrics. @throws UsageError for an unknown id.
[[nodiscard]] Needs needs_of(std::span<const std::string> metrics);

/// "higher", "lower", "none".
[[nodiscard]] std::string_view to_string(Direction direction);

/// The fields of a metric's signature that this room decides: {"agg", levels}, {"missing", policy},
/// {"refs", mean|max} where they apply, and every threshold that changes the number, e.g.
/// {"frozen_below", "0.002"}; keys are unique. The caller puts them in the order of metrics.md 0.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> signature_fields(
    const MetricInfo& metric, const MetricSettings& settings);

/// "fail", "zero", "exclude"; "mean", "max". The parse_ functions throw UsageError naming the value
/// and what is allowed.
[[nodiscard]] std::string_view to_string(MissingPolicy policy);
[[nodiscard]] std::string_view to_string(ReferencePooling pooling);
[[nodiscard]] MissingPolicy parse_missing_policy(std::string_view text);
[[nodiscard]] ReferencePooling parse_reference_pooling(std::string_view text);

}  // namespace asbench::metrics
