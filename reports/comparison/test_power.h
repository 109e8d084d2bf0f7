#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/stats.h"
#include "reports/comparison/paired_statistics.h"

namespace asbench {

/// The test of one metric in a comparison.
struct DetectionRule {
  double level = 0.05;     ///< one-sided: alpha / m for m tested metrics, half of that if two-sided
  double tolerance = 0.0;  ///< a smaller difference counts as none, however significant
};

struct DetectableEffect {
  double effect = 0.0;
  /// Standard error of `effect`. Nearly all of it comes from the spread between IPs, which is known
  /// from the IPs of this comparison only; the simulation's own error is in it too.
  double error = 0.0;
};

struct NoiseDraws;
struct SpreadDraws;

/// What a sign-flip test can find, by simulation of that test (docs/design/metrics.md 9.3): IPs
/// with normal noise, as many and of as many stories as those seen. An effect shifts all stories
/// alike; no other metric changes, so that Holm's method asks for the level alpha / m. Simulated
/// draws are kept for the next metric with the same IPs and level. Deterministic: each set of draws
/// has a stream of its own from the same seed. Not for several threads at once.
class TestPower {
 public:
  static constexpr double kPower = 0.8;
  explicit TestPower(const SignFlipOptions& options = {}) : options_(options) {}

  /// The true effect that the test, repeated on as many IPs, finds 80 times in 100, where the
  /// spread is known only as well as these IPs show it.
  /// @returns nothing where no difference between so few IPs can be significant, and where the
  /// differences show no spread to judge by
  [[nodiscard]] std::optional<DetectableEffect> detectable(
      std::span<const ClusteredValue> differences, const DetectionRule& rule);

  /// The fewest IPs, alike in their number of stories, whose test finds `effect` (> 0) 80 times in
  /// 100, if they spread as those seen do.
  /// @returns nothing beyond a million, and where the differences show no spread to judge by
  [[nodiscard]] std::optional<int> clusters_to_detect(double effect,
                                                      std::span<const ClusteredValue> differences,
                                                      const DetectionRule& rule);

 private:
  using Counts = std::vector<int>;  ///< stories of each IP
  const NoiseDraws& noise_of(const Counts& counts, double level);
  const SpreadDraws& spreads_of(const Counts& counts);

  SignFlipOptions options_;
  std::map<std::pair<Counts, double>, std::shared_ptr<const NoiseDraws>> noise_;
  std::map<Counts, std::shared_ptr<const SpreadDraws>> spreads_;
};

}  // namespace asbench
