#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/finding.h"
#include "core/json.h"
#include "core/stats.h"
#include "document/metric_description.h"

namespace asbench::document {

/// A number that a result may lack (`null` in the document, with a finding that says why). Always
/// finite.
using ResultValue = std::optional<double>;

enum class ResultKind { submission, baseline, reported };

/// Which way of a metric is better; metrics without a direction are never ranked or tested.
enum class ResultDirection { higher, lower, none };

[[nodiscard]] std::string_view to_string(ResultKind kind);
[[nodiscard]] std::string_view to_string(ResultDirection direction);

struct ResultSplit {
  std::string name;
  std::string form;
  std::string sha256;
  int stories = 0, shots = 0, ips = 0;
};

struct ResultCoverage {
  int expected_shots = 0;
  int scored_shots = 0;
  std::string policy;  ///< fail, zero or exclude; unstated for reported results
  int truncated_captions = 0;
  Findings findings;
};

/// Value of story pairs of shots that lie `distance` apart (1: neighbours).
struct DistanceValue {
  int distance = 1;
  ResultValue value;
  int n_stories = 0;  ///< 0 where the document doesn't say
};

/// One metric over all stories.
struct ResultMetric {
  std::string id;
  std::string signature;
  MetricDescription description;
  ResultDirection direction = ResultDirection::none;
  ResultValue mean;
  std::optional<Interval> ci95;
  int n_stories = 0, n_evaluated = 0, n_failed = 0, n_skipped = 0;
  std::vector<ResultValue> per_shot_index;  ///< means of shot 1, 2, ...
  bool has_harmeanp = false;
  ResultValue harmeanp;
  ResultValue normalised;
  ResultValue real_ceiling;  ///< of the IPs' own clips
  std::map<std::string, ResultValue>
      parts;  ///< of adjacent, first, worst, pixels, features those that the metric has
  std::vector<DistanceValue> by_distance;
  std::vector<std::pair<std::string, ResultValue>> ips;  ///< IP -> mean, in document order
  std::map<std::string, double>
      further;  ///< every other number of the metric, as the document names it
};

/// One shot as it was scored; its captions and pictures.
struct ResultShot {
  int number = 1;           ///< 1-based
  std::vector<int> frames;  ///< indices of the sampled frames; empty when the shot is missing
  int frame_count = 0;
  std::string
      sha256;  ///< of the frames; the sidecar's pictures are named by it. Empty when missing
  std::string caption;
};

struct ShotValue {
  ResultValue value;
  std::vector<ResultValue> frames;
  std::map<std::string, ResultValue> parts;
};

/// One metric of one story.
struct StoryMetric {
  ResultValue mean;
  ResultValue harmeanp;
  std::map<std::string, ResultValue> parts;
  std::vector<DistanceValue> by_distance;
  std::vector<ShotValue> shots;  ///< empty for metrics of whole stories
};

struct ResultStory {
  std::string id;
  std::string ip;
  std::vector<ResultShot> shots;  ///< empty where the document doesn't list them
  std::map<std::string, StoryMetric, std::less<>>
      metrics;  ///< metric id -> values; set-level metrics are absent
};

/// A result document (schema asbench/result@1) as plain values: what reports and comparisons read
/// instead of JSON.
struct Result {
  std::string where;  ///< what messages call the document, usually its path
  std::string system;
  ResultKind kind = ResultKind::submission;
  std::string protocol;
  Json settings;  ///< of the protocol, as used
  ResultSplit split;
  ResultCoverage coverage;
  Json provenance;
  bool canonical = false;
  std::vector<std::string> overrides;
  std::vector<std::string> demo_encoders;
  std::map<std::string, std::vector<std::string>> references;  ///< IP -> SHA-256 of its pictures
  std::vector<ResultMetric> metrics;                           ///< in document order
  std::vector<ResultStory> stories;                            ///< in document order

  /// Nothing when the document has no such metric.
  [[nodiscard]] const ResultMetric* find_metric(std::string_view id) const;
};

/// Checks a document against the schema and for meaning, and reads it: story ids are unique, every
/// story names its IP, a story has only metrics that the document has, numbers are finite,
/// intervals are not reversed.
/// @param where  what to call the document in messages
/// @throws BadInput naming the place in the document; no document whatever does worse.
[[nodiscard]] Result result_from_json(const Json& document, std::string_view where);

/// Reads a file. @throws BadInput, also when it can't be read, is no JSON or has a key twice.
[[nodiscard]] Result read_result(const std::filesystem::path& path);

}  // namespace asbench::document
