#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/json.h"

namespace asbench::testing {

/// A result document made without scoring anything: sound to the schema and consistent with itself,
/// with values that the test chooses.
struct SyntheticResult {
  std::string system = "synthetic";
  std::string kind = "submission";
  int ips = 6;
  int stories_per_ip = 2;
  int shots = 4;
  int frames = 5;
  std::vector<std::string> metrics = {"clip_i"};
  std::string direction = "higher";
  std::map<std::string, std::string> directions = {};  ///< of metrics that have another one
  std::map<std::string, Json> descriptions = {};       ///< of metrics that describe themselves
  /// Value of a metric (index in `metrics`) of a story (index in the document; IP = story /
  /// stories_per_ip).
  std::function<double(int metric, int story)> value = [](int, int) { return 0.5; };

  /// Stories are "ip00/0", "ip00/1", ...; shots and frames have their story's value.
  [[nodiscard]] Json document() const;
  [[nodiscard]] std::string direction_of(const std::string& metric) const;
};

/// A description with what the schema asks for; the test adds the rest.
[[nodiscard]] Json metric_description(const std::string& title, const std::string& family,
                                      const std::string& kind);

/// An invented distance to the reference: lower is better, no upper end, of the family "adherence".
[[nodiscard]] Json reference_distance_description();

/// A result with ten described metrics of several kinds, one of them without a direction and one a
/// distance, for pages of many systems.
[[nodiscard]] SyntheticResult page_result();

}  // namespace asbench::testing
