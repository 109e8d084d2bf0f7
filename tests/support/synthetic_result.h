#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/json.h"

namespace asbench::testing {

/// A result document made without scoring anything: sound to the schema, with values that the test
/// chooses.
struct SyntheticResult {
  std::string system = "synthetic";
  std::string kind = "submission";
  int ips = 6;
  int stories_per_ip = 2;
  int shots = 4;
  int frames = 5;
  std::vector<std::string> metrics = {"clip_i"};
  std::string direction = "higher";
  /// Value of a metric (index in `metrics`) of a story (index in the document; IP = story /
  /// stories_per_ip).
  std::function<double(int metric, int story)> value = [](int, int) { return 0.5; };

  /// Stories are "ip00/0", "ip00/1", ...; shots and frames have their story's value.
  [[nodiscard]] Json document() const;
};

/// Ten metrics of several kinds, for pages of many systems.
[[nodiscard]] std::vector<std::string> page_metrics();

}  // namespace asbench::testing
