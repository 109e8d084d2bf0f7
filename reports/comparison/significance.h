#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/comparison/gate.h"

namespace asbench::reports {

// Whether a gate's test can find anything at all. Flipping the signs of G IPs gives 2^G vectors, so
// p is never below 2^-G, and Holm's method over m metrics asks for a p below alpha / m. Where m /
// 2^G is not below alpha, nothing can be significant, and only limits can fail a comparison.

/// The one-sided level that the p of one of `tested` (>= 1) metrics must lie below when no other
/// metric changes.
[[nodiscard]] double level_of_one(const Gate& gate, int tested);

[[nodiscard]] bool can_be_significant(const Gate& gate, int tested, int ips);

/// The fewest IPs over which something can be significant; nothing where no number is enough,
/// because the gate tries too few random signs.
[[nodiscard]] std::optional<int> fewest_ips(const Gate& gate, int tested);

/// How many of these metrics the gate tests.
[[nodiscard]] int count_tested(const Gate& gate, const std::vector<std::string>& metrics);

/// What to know before metrics are scored over so few IPs; nothing where they are enough, or the
/// gate tests none of the metrics. One sentence: "6 IPs: ..."
[[nodiscard]] std::optional<std::string> too_few_ips(const Gate& gate,
                                                     const std::vector<std::string>& metrics,
                                                     int ips);

}  // namespace asbench::reports
