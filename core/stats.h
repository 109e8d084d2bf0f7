#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace asbench {

/// SplitMix64 (Steele, Lea & Flood 2014). The random generator of all seeded statistics:
/// docs/design/metrics.md 9.2.
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// Uniform in 0..bound-1: high 64 bits of next() * bound. bound >= 1.
  std::uint64_t below(std::uint64_t bound);

 private:
  std::uint64_t state_;
};

/// Standard normal numbers from one SplitMix64 stream, two of its numbers each (Box & Muller 1958).
class NormalStream {
 public:
  explicit NormalStream(std::uint64_t seed) : generator_(seed) {}
  double next();

 private:
  SplitMix64 generator_;
};

/// Mean in double, ascending index. values.size() >= 1.
[[nodiscard]] double mean(std::span<const double> values);

/// Quantile with linear interpolation at (n - 1) p of *sorted* values (numpy's default). n >= 1, p
/// in [0, 1].
[[nodiscard]] double sorted_quantile(std::span<const double> sorted, double p);

/// One story's value and the IP (cluster) that it belongs to.
struct ClusteredValue {
  std::string cluster;
  double value = 0.0;
};

struct Interval {
  double low = 0.0;
  double high = 0.0;
  bool operator==(const Interval&) const = default;
};

/// How an interval's ends are chosen from the sorted replicates.
enum class IntervalTails {
  percentile,  ///< (1 - level) / 2 on each side; too narrow for few clusters
  /// Widened for G clusters: normal_cdf(-sqrt(G / (G - 1)) t_{1 - tail, G-1}) in place of tail
  /// (Hesterberg 2015). Option `ci=expanded` of docs/design/metrics.md 9.2.
  expanded,
};

struct BootstrapOptions {
  int replicates = 10000;
  std::uint64_t seed = 0;
  double level = 0.95;
  IntervalTails tails = IntervalTails::percentile;
};

/// Confidence interval of the mean by a bootstrap over whole clusters (docs/design/metrics.md 9.2):
/// clusters in byte order of their ids, G draws per replicate from one SplitMix64 stream, replicate
/// = sum of values / number of values drawn.
/// @returns nothing when there are fewer than two clusters. Values must be finite.
[[nodiscard]] std::optional<Interval> clustered_bootstrap(std::span<const ClusteredValue> values,
                                                          const BootstrapOptions& options = {});

/// What a bootstrap draws: a cluster's values, by their sum in the order given, and their number.
struct ClusterSum {
  double sum = 0.0;
  double count = 0.0;
};

/// The same of clusters whose values are summed already: in byte order of their ids, each of at
/// least one value.
[[nodiscard]] std::optional<Interval> bootstrap_of_sums(std::span<const ClusterSum> clusters,
                                                        const BootstrapOptions& options = {});

/// Number of distinct clusters.
[[nodiscard]] int count_clusters(std::span<const ClusteredValue> values);

}  // namespace asbench
