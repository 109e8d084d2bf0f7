#pragma once

#include <vector>

#include "core/json.h"
#include "document/result.h"

// Numbers as the page's data have them, and one metric's rows of all stories of a system.
namespace asbench::reports {

inline constexpr int kMeanDigits = 5;  ///< significant digits of system and story means
inline constexpr int kShotDigits = 4;  ///< of shots and frames

/// Rounded to significant digits; null for nothing.
[[nodiscard]] Json number(const document::ResultValue& value, int digits);
[[nodiscard]] Json numbers(const std::vector<document::ResultValue>& values, int digits);

/// Story means, shot values and frame values of one metric of one system, story by story; each null
/// where no story has such.
struct StoryRows {
  Json means, shots, frames;
  /// {"names": of the parts, "stories": [[value by name] a story], "shots": [[[value by name]
  /// ...]]}, or null when there are none.
  Json parts;
};

/// @param stories  nullptr for a story without the metric
[[nodiscard]] StoryRows story_rows(const std::vector<const document::StoryMetric*>& stories,
                                   document::ResultDirection direction);

}  // namespace asbench::reports
