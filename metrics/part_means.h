#pragma once

// Not a public header.

#include <string>
#include <utility>
#include <vector>

#include "core/means.h"
#include "metrics/measurement.h"

namespace asbench::metrics {

/// Means of named parts, in the order in which the names first occur.
class PartMeans {
 public:
  void add(const std::vector<Part>& parts) {
    for (const Part& part : parts) entry(part.name).add(part.value);
  }
  [[nodiscard]] std::vector<Overall> overall() const {
    std::vector<Overall> result;
    for (const auto& [name, mean] : entries_) result.push_back({name, mean.value(), mean.count()});
    return result;
  }
  [[nodiscard]] std::vector<Part> parts() const {
    std::vector<Part> result;
    for (const auto& [name, mean] : entries_) result.push_back({name, mean.value()});
    return result;
  }

 private:
  RunningMean& entry(const std::string& name) {
    for (auto& [known, mean] : entries_) {
      if (known == name) return mean;
    }
    return entries_.emplace_back(name, RunningMean{}).second;
  }
  std::vector<std::pair<std::string, RunningMean>> entries_;
};

}  // namespace asbench::metrics
