#pragma once

#include <optional>
#include <string>
#include <vector>

namespace asbench::document {

/// What a metric is for: a headline is what systems are compared by; a control is read beside
/// headlines, never alone; a set metric is one number of all clips together.
enum class MetricKind { headline, control, set };

/// When a control's value withholds marks: above or below a limit. Exactly one is stated.
struct MarkLimit {
  std::optional<double> above;
  std::optional<double> below;
  bool operator==(const MarkLimit&) const = default;
};

/// What a metric says about itself. Stated once, in metrics/registry and configs/metrics.json;
/// every document carries it, so that reports, gates and the page know no metric by name. Documents
/// written before this existed, and published results, may lack it: all fields are then empty.
struct MetricDescription {
  std::string title;       ///< "Reference adherence under CLIP"; empty: not described
  std::string definition;  ///< the formula in words
  std::string source;      ///< where the formula comes from
  /// Works to cite for it, by their keys in configs/citations.json; empty: not stated.
  std::vector<std::string> cites;
  std::string family;  ///< "adherence", "consistency", "text", "identity", "controls", "set"
  MetricKind kind = MetricKind::control;
  std::optional<double> range_low;   ///< nothing: unbounded
  std::optional<double> range_high;  ///< nothing: unbounded
  std::string unit;                  ///< what its counts count: "shots", "shot pairs", "clips"
  std::vector<std::string> parts;    ///< names of the further numbers beside the value
  std::vector<std::string> roles;    ///< encoder roles that it reads, "clip"
  bool leaderboard = false;          ///< a column of the leaderboard unless the user asks otherwise
  /// Metrics that must be measured and within their limits before a system gets a mark here.
  std::vector<std::string> controls;
  std::optional<MarkLimit> withholds_marks;  ///< of a control
  bool operator==(const MetricDescription&) const = default;
};

}  // namespace asbench::document
