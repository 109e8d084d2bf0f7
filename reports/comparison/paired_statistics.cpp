#include "reports/comparison/paired_statistics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <string_view>

#include "reports/comparison/sign_vectors.h"

namespace asbench {
namespace {

constexpr double kSameSum = 1e-12;  ///< docs/design/metrics.md 9.3; absorbs the order of summation

struct Cluster {
  double sum = 0.0;
  double count = 0.0;
};

std::vector<Cluster> clusters_of(std::span<const ClusteredValue> values) {
  std::map<std::string_view, Cluster> by_id;
  for (const auto& entry : values) {
    auto& cluster = by_id[entry.cluster];
    cluster.sum += entry.value;
    cluster.count += 1.0;
  }
  std::vector<Cluster> clusters;
  clusters.reserve(by_id.size());
  for (const auto& [id, cluster] : by_id) clusters.push_back(cluster);
  return clusters;
}

/// The sum under a vector of signs, eight clusters per table look-up: a bit that is set flips its
/// cluster's sign.
class SignedSums {
 public:
  explicit SignedSums(const std::vector<Cluster>& clusters) : tables_((clusters.size() + 7) / 8) {
    for (std::size_t g = 0; g < clusters.size(); ++g) {
      for (std::size_t signs = 0; signs < 256; ++signs) {
        const bool flipped = ((signs >> (g % 8)) & 1U) != 0;
        tables_[g / 8][signs] += flipped ? -clusters[g].sum : clusters[g].sum;
      }
    }
  }
  /// @param word  gives the signs of clusters 64 k .. 64 k + 63 when called with k, in ascending
  /// order
  template <typename Word>
  double sum(Word word) const {
    double total = 0.0;
    std::uint64_t signs = 0;
    for (std::size_t t = 0; t < tables_.size(); ++t) {
      if (t % 8 == 0) signs = word(t / 8);
      total += tables_[t][(signs >> (8 * (t % 8))) & 0xFFU];
    }
    return total;
  }

 private:
  std::vector<std::array<double, 256>> tables_;
};

/// Counts how often a sum lies at or below, at or above the one seen.
struct Tails {
  double seen = 0.0;
  double same = 0.0;
  std::uint64_t below = 0, above = 0;
  void add(double sum) {
    below += sum <= seen + same ? 1U : 0U;
    above += sum >= seen - same ? 1U : 0U;
  }
};

}  // namespace

double SignFlipTest::two_sided() const {
  return std::min(1.0, 2.0 * std::min(worse, better));
}

SignFlipTest sign_flip_test(std::span<const ClusteredValue> differences,
                            const SignFlipOptions& options) {
  const auto clusters = clusters_of(differences);
  double largest = 0.0;
  for (const auto& cluster : clusters) largest += std::abs(cluster.sum);
  const auto n = static_cast<double>(differences.size());
  // The rule compares means; here sums are compared, so the allowance grows with n, and with values
  // that are not of size 1.
  const double same = kSameSum * std::max(n, largest);

  SignFlipTest test;
  test.exact = clusters.size() <= kMostExactClusters;
  if (test.exact) {
    SignVectorCounter counter;
    std::vector<double> sums;
    for (const auto& cluster : clusters) sums.push_back(cluster.sum);
    const double vectors = std::ldexp(1.0, static_cast<int>(clusters.size()));
    test.better = static_cast<double>(counter.at_least_as_high(sums, same)) / vectors;
    for (double& sum : sums) sum = -sum;
    test.worse = static_cast<double>(counter.at_least_as_high(sums, same)) / vectors;
    return test;
  }
  const SignedSums sums(clusters);
  Tails tails{.seen = sums.sum([](std::size_t) { return 0U; }), .same = same};
  SplitMix64 generator(options.seed);
  for (int draw = 0; draw < options.random_draws; ++draw)
    tails.add(sums.sum([&](std::size_t) { return generator.next(); }));
  test.worse = static_cast<double>(tails.below + 1) / (options.random_draws + 1.0);
  test.better = static_cast<double>(tails.above + 1) / (options.random_draws + 1.0);
  return test;
}

double smallest_sign_flip_p(int clusters, const SignFlipOptions& options) {
  return clusters <= static_cast<int>(kMostExactClusters) ? std::exp2(-clusters)
                                                          : 1.0 / (options.random_draws + 1.0);
}

std::vector<double> holm(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(p_values.size());
  double largest = 0.0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const auto remaining = static_cast<double>(order.size() - rank);
    largest = std::max(largest, std::min(1.0, remaining * p_values[order[rank]]));
    adjusted[order[rank]] = largest;
  }
  return adjusted;
}

std::optional<double> ClusterMean::effect_size() const {
  if (!standard_error || *standard_error <= 0.0) return std::nullopt;
  return mean / (*standard_error * std::sqrt(static_cast<double>(clusters)));
}

ClusterMean cluster_mean(std::span<const ClusteredValue> values) {
  const auto clusters = clusters_of(values);
  const auto n = static_cast<double>(values.size());
  ClusterMean result;
  result.clusters = static_cast<int>(clusters.size());
  result.values = static_cast<int>(values.size());
  for (const auto& cluster : clusters) result.mean += cluster.sum;
  result.mean /= n;
  if (clusters.size() < 2) return result;
  double squares = 0.0;
  for (const auto& cluster : clusters) {
    const double residual = cluster.sum - cluster.count * result.mean;
    squares += residual * residual;
  }
  const auto groups = static_cast<double>(clusters.size());
  result.standard_error = std::sqrt(groups / (groups - 1.0) * squares) / n;
  return result;
}

}  // namespace asbench
