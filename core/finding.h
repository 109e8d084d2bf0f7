#pragma once

#include <optional>
#include <string>
#include <vector>

namespace asbench {

/// A problem in a split, in a system's outputs or in a feature: counted and listed, never repaired
/// silently. Kinds are the names of docs/design/dataset.md 6 and docs/design/metrics.md
/// (`missing_shot`, `broken_video`, `short_shot`, ...).
struct Finding {
  std::string kind;
  std::string
      story;  ///< story id; empty when the finding is about the split, a file or a reference
  std::optional<int> shot;  ///< 1-based
  std::string detail;       ///< what, where (path), cause
  bool operator==(const Finding&) const = default;
};

using Findings = std::vector<Finding>;

}  // namespace asbench
