#pragma once

#include <span>
#include <string>
#include <vector>

#include "document/result.h"

namespace asbench::reports {

/// How far a system's mean moves when other frames of the same videos are sampled: part of the
/// uncertainty of the number, not of the system (docs/design/metrics.md 2).
struct FrameRuleSpread {
  std::string system;
  std::string metric;
  std::vector<std::string> rules;  ///< "ends:5", "midpoint:5", ...; in alphabetical order
  double spread = 0.0;             ///< greatest mean minus smallest
};

/// One entry for each metric of each system that was measured under two or more frame rules on the
/// same split, by documents whose signatures agree in everything else. Systems and
/// metrics in the order of the documents.
[[nodiscard]] std::vector<FrameRuleSpread> frame_rule_spread(
    std::span<const document::Result> results);

/// The same as text; empty when no system was measured twice.
[[nodiscard]] std::string frame_rule_spread_text(std::span<const document::Result> results,
                                                 int digits);
[[nodiscard]] std::string frame_rule_spread_markdown(std::span<const document::Result> results,
                                                     int digits);

}  // namespace asbench::reports
