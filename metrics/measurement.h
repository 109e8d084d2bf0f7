#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.h"
#include "core/stats.h"
#include "metrics/settings.h"
#include "metrics/story/story_features.h"

namespace asbench::metrics {

/// A further number beside the value, e.g. `worst` of cross_shot_clip or `features` of motion.
struct Part {
  std::string name;
  std::optional<double> value;
};

/// How many of a metric's units (shots, or shot pairs) were expected and what became of them:
/// expected() of a metric does not depend on the system that is scored.
struct Counts {
  int n_evaluated = 0;
  int n_failed = 0;   ///< missing, bad_feature
  int n_skipped = 0;  ///< null by rule: no_character, missing_caption, single_shot, ...
  [[nodiscard]] int expected() const { return n_evaluated + n_failed + n_skipped; }
  Counts& operator+=(const Counts& other);
  bool operator==(const Counts&) const = default;
};

/// One shot under one metric. For metrics over shot pairs all fields stay empty.
struct ShotValue {
  int number = 1;                             ///< of the shot, 1-based
  std::optional<double> value;                ///< as measured; nothing when failed or skipped
  std::vector<std::optional<double>> frames;  ///< per sampled frame, where the metric has such
  std::vector<Part> parts;
  double weight = 1.0;            ///< in totals by weight (Measure::totals)
  std::optional<double> counted;  ///< what it adds to the means under the policy; nothing: outside
};

/// One story under one metric. Nothing stands for null, and a finding says why.
struct StoryValue {
  std::string id;
  std::string ip;
  std::optional<double> value;                     ///< the story's `mean`
  std::optional<double> harmeanp;                  ///< only metrics with Metric::has_harmeanp
  std::vector<ShotValue> shots;                    ///< one per expected shot
  std::vector<Part> parts;                         ///< cross_shot_*: adjacent, first, worst
  std::vector<std::optional<double>> by_distance;  ///< cross_shot_*: [d - 1], d = 1..S-1
  Counts counts;
  Findings findings;
};

/// A number over stories with the number of stories that it rests on.
struct Overall {
  std::string name;
  std::optional<double> value;
  int n_stories = 0;
};

/// One metric over one system: what the result document says about it, the signature apart.
struct Measurement {
  std::string metric;
  std::optional<double> mean;      ///< mean over the stories whose value is not null
  std::optional<Interval> ci95;    ///< clustered by IP; nothing below two IPs (`one_cluster`)
  std::optional<double> harmeanp;  ///< mean over stories
  int n_stories = 0;               ///< stories in the mean
  Counts counts;
  std::vector<std::optional<double>> per_shot_index;  ///< [j]: mean over stories that have shot j+1
  std::vector<Overall> parts;  ///< as StoryValue::parts and ShotValue::parts, then Measure::totals
  std::vector<Overall> by_distance;  ///< named "1", "2", ...
  std::vector<Overall> ips;          ///< means by IP, sorted by id (byte order)
  std::vector<StoryValue> stories;   ///< in the order given; empty: a Measurer has handed them out
  Findings findings;                 ///< of the stories, then of the whole
};

class Catalogue;

/// Measures one of the built-in metrics. Pure: the same input gives the same bits. Thread-safe.
///
/// @param metric  an id of configs/metrics.json
/// @throws UsageError naming an unknown metric and the known ones;
///         BadInput when the policy is `fail` and shots are missing (lists them), when a view that
///         the metric needs is empty for a shot that is there, or when sizes do not fit each other.
/// NaN, Inf and zero vectors are not errors: null with finding `bad_feature`. Findings don't name
/// the metric, so that those about a shot can be merged over metrics.
[[nodiscard]] Measurement measure(std::string_view metric, std::span<const StoryFeatures> stories,
                                  const MetricSettings& settings = {});

/// The same for several of a catalogue, in the order given.
[[nodiscard]] std::vector<Measurement> measure_all(const Catalogue& catalogue,
                                                   std::span<const std::string> metrics,
                                                   std::span<const StoryFeatures> stories,
                                                   const MetricSettings& settings = {});

/// The same story by story, when not all features and values fit into memory: the views of a story
/// need to live only while add() runs, and no story is kept. Same numbers and errors as
/// measure_all. Not thread-safe.
class Measurer {
 public:
  /// @throws UsageError for an unknown metric.
  Measurer(const Catalogue& catalogue, std::span<const std::string> metrics,
           const MetricSettings& settings);
  ~Measurer();
  Measurer(Measurer&&) noexcept;
  Measurer& operator=(Measurer&&) noexcept;

  /// @returns the story under each metric, in the order given.
  std::vector<StoryValue> add(StoryFeatures story);
  /// One measurement per metric, in the order given, without its stories; call once, after the last
  /// story.
  /// @param after_each  called after each metric (its intervals take time); may be empty
  [[nodiscard]] std::vector<Measurement> finish(const std::function<void()>& after_each = {});

 private:
  struct Entry;
  MetricSettings settings_;
  std::vector<Entry> entries_;
};

}  // namespace asbench::metrics
