#pragma once

#include <optional>
#include <string>
#include <vector>

#include "document/result.h"
#include "reports/comparison/gate.h"

namespace asbench::reports {

/// What a gate does, in sentences under headings. Plain text.
struct GateSection {
  std::string title;
  std::vector<std::string> lines;
};
[[nodiscard]] std::vector<GateSection> gate_in_words(const Gate& gate);

/// What the gate could find on the stories of one document.
struct MetricPower {
  std::string metric;
  GateRole role = GateRole::headline;
  document::ResultValue base;  ///< mean of the document
  int ips = 0, stories = 0;    ///< with a value
  bool can_be_significant = false;
  /// The drop that is found four times in five, if a candidate differs from the base as a further
  /// run of the same system would. Nothing: unknown, no IP has two stories.
  std::optional<double> detectable;
  std::optional<double> limit, ip_limit, story_limit;
};

/// One row for each metric whose test decides, in the document's order.
///
/// How much two runs of one system differ in a story is taken from how much the stories of one IP
/// differ from each other in the base: the difference of a story has twice the variance within IPs.
/// Two runs with other seeds show it as measured (`asbench compare`).
/// @throws NotComparable when the document lacks a metric that the gate names and that isn't
/// optional, BadInput when a headline metric has no preferred direction.
[[nodiscard]] std::vector<MetricPower> gate_power(const Gate& gate, const document::Result& base);

}  // namespace asbench::reports
