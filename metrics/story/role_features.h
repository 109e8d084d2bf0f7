#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "metrics/numerics/cosine.h"
#include "metrics/numerics/feature_view.h"

namespace asbench::metrics {

/// Features of the same things under several encoder roles. Each role's rows are normalised once,
/// when they are set, and serve every metric.
class RoleFeatures {
 public:
  /// Replaces what the role had. The view's owner must outlive this.
  void set(std::string_view role, FeatureView features);
  /// As given; empty when the role has none.
  [[nodiscard]] FeatureView view(std::string_view role) const;
  /// As unit vectors; no rows when the role has none.
  [[nodiscard]] const UnitRows& units(std::string_view role) const;
  /// In the order in which they were set.
  [[nodiscard]] std::vector<std::string> roles() const;

 private:
  struct Entry {
    std::string role;
    FeatureView view;
    UnitRows units;
  };
  [[nodiscard]] const Entry* find(std::string_view role) const;
  std::vector<Entry> entries_;
};

}  // namespace asbench::metrics
