#include "reports/comparison/significance.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/words.h"
#include "reports/comparison/paired_statistics.h"

namespace asbench::reports {

double level_of_one(const Gate& gate, int tested) {
  return gate.alpha / tested / (gate.sides == TestSides::two ? 2 : 1);
}

bool can_be_significant(const Gate& gate, int tested, int ips) {
  const SignFlipOptions flips{.random_draws = gate.sign_flips, .seed = gate.seed};
  return smallest_sign_flip_p(ips, flips) < level_of_one(gate, tested);
}

std::optional<int> fewest_ips(const Gate& gate, int tested) {
  // Beyond the exact tests the smallest p depends on the number of random signs alone.
  for (int ips = 1; ips <= static_cast<int>(kMostExactClusters) + 1; ++ips) {
    if (can_be_significant(gate, tested, ips)) return ips;
  }
  return std::nullopt;
}

int count_tested(const Gate& gate, const std::vector<std::string>& metrics) {
  return static_cast<int>(std::count_if(metrics.begin(), metrics.end(), [&](const auto& metric) {
    const auto rule = gate.metrics.find(metric);
    return rule != gate.metrics.end() && rule->second.role == GateRole::headline;
  }));
}

std::optional<std::string> too_few_ips(const Gate& gate, const std::vector<std::string>& metrics,
                                       int ips) {
  const int tested = count_tested(gate, metrics);
  if (tested == 0 || can_be_significant(gate, tested, ips)) return std::nullopt;
  const auto enough = fewest_ips(gate, tested);
  return fmt::format(
      "{} too few for `asbench compare` to find a significant change in {} under the gate {}{}; "
      "only the gate's limits can fail it",
      counted(ips, "IP is", "IPs are"), counted(tested, "metric", "metrics"), gate.name,
      enough ? fmt::format(", which needs {} or more", counted(*enough, "IP", "IPs")) : "");
}

}  // namespace asbench::reports
