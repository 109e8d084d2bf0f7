#pragma once

#include <span>
#include <string>
#include <vector>

#include "document/result.h"
#include "reports/agreement/agreement.h"

namespace asbench::reports {

/// A story with a value of a metric and a rating: one point of a scatter chart.
struct RatedStory {
  std::string system, ip, story;
  double value = 0.0;   ///< of the metric
  double rating = 0.0;  ///< mean over raters
};

/// Stories of all systems that have both, in the order of the documents; ratings of others are left
/// out. The N of RankAgreement counts these.
[[nodiscard]] std::vector<RatedStory> rated_stories(std::span<const document::Result> results,
                                                    std::span<const Rating> ratings,
                                                    const std::string& metric,
                                                    const std::string& dimension);

}  // namespace asbench::reports
