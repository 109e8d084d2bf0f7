#include "core/means.h"

#include <algorithm>
#include <vector>

namespace asbench {

std::optional<double> RunningMean::value() const {
  if (count_ == 0) return std::nullopt;
  return sum_ / count_;
}

std::optional<double> mean_of(std::span<const std::optional<double>> values) {
  RunningMean mean;
  for (const auto& value : values) mean.add(value);
  return mean.value();
}

double harmeanp_of_similarities(std::span<const double> similarities) {
  const double smallest = *std::min_element(similarities.begin(), similarities.end());
  if (smallest <= 0.0) return 0.0;
  double reciprocals = 0.0;
  for (const double value : similarities) reciprocals += 1.0 / value;
  return static_cast<double>(similarities.size()) / reciprocals * smallest;
}

double harmeanp_of_distances(std::span<const double> distances) {
  std::vector<double> similarities;
  for (const double distance : distances) similarities.push_back(1.0 - distance);
  return 1.0 - harmeanp_of_similarities(similarities);
}

}  // namespace asbench
