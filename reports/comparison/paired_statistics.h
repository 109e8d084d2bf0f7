#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/stats.h"

namespace asbench {

// Statistics of paired differences whose clusters (the IPs) are the independent units:
// docs/design/metrics.md 9.3. A difference d_i is positive where the candidate is better. D_g is
// the sum over cluster g, G the number of clusters, n of values, T = sum of D_g / n. Every function
// wants finite values, at least one, and takes clusters in byte order of their ids.

/// The most clusters of which all sign vectors are tried.
inline constexpr std::size_t kMostExactClusters = 20;

struct SignFlipOptions {
  int random_draws = 100'000;  ///< used where there are too many sign vectors to try all
  std::uint64_t seed = 0;
};

struct SignFlipTest {
  double worse = 1.0;   ///< p against "T is not below 0": share of sign vectors with T* <= T
  double better = 1.0;  ///< p against "T is not above 0": share with T* >= T
  bool exact = true;    ///< all 2^G sign vectors were tried
  [[nodiscard]] double two_sided() const;
};

/// Randomisation test (Fisher 1935) that flips the signs of whole clusters: all 2^G vectors for G
/// <= 20, else random ones from one SplitMix64 stream, 64 signs a draw, p = (b + 1) / (draws + 1).
/// Needs no normal distribution; p is never below 2^-G.
[[nodiscard]] SignFlipTest sign_flip_test(std::span<const ClusteredValue> differences,
                                          const SignFlipOptions& options = {});

/// The smallest one-sided p that a sign-flip test of so many clusters can give.
[[nodiscard]] double smallest_sign_flip_p(int clusters, const SignFlipOptions& options = {});

/// Adjusted p-values in the order given (Holm 1979): the family's false alarm rate is that of one
/// test.
[[nodiscard]] std::vector<double> holm(std::span<const double> p_values);

/// T with its standard error over clusters, sqrt(G / (G - 1) sum (D_g - n_g T)^2) / n.
struct ClusterMean {
  double mean = 0.0;
  std::optional<double> standard_error;  ///< nothing for one cluster
  int clusters = 0;
  int values = 0;
  /// Mean in units of the spread between clusters, mean / (standard_error sqrt(G)). Nothing where
  /// nothing varies.
  [[nodiscard]] std::optional<double> effect_size() const;
};
[[nodiscard]] ClusterMean cluster_mean(std::span<const ClusteredValue> values);

}  // namespace asbench
