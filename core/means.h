#pragma once

#include <optional>
#include <span>

namespace asbench {

// The means of a result (docs/design/metrics.md 0), for metrics/, which computes them, and for
// document/, which computes them again when it reads a document.

/// Sum and number of the values seen so far, in the order seen; what is not there stays outside.
class RunningMean {
 public:
  void add(const std::optional<double>& value) {
    if (!value) return;
    sum_ += *value;
    ++count_;
  }
  [[nodiscard]] int count() const { return count_; }
  [[nodiscard]] double sum() const { return sum_; }
  /// Nothing when no value was there.
  [[nodiscard]] std::optional<double> value() const;

 private:
  double sum_ = 0.0;
  int count_ = 0;
};

/// Mean of the values that are there, ascending index, in double. Nothing when there are none.
[[nodiscard]] std::optional<double> mean_of(std::span<const std::optional<double>> values);

/// HarMeanP of similarities: harmonic mean x smallest, 0 when the smallest is <= 0 (the limit).
/// Equal values x give x^2. Source: the AnimeShooter paper; docs/design/metrics.md 4.
/// @param similarities  at least one.
[[nodiscard]] double harmeanp_of_similarities(std::span<const double> similarities);

/// HarMeanP of distances d: 1 - (HarMeanP of 1 - d). The paper's DreamSim values fit only this.
[[nodiscard]] double harmeanp_of_distances(std::span<const double> distances);

}  // namespace asbench
