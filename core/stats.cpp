#include "core/stats.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "core/student_t.h"

namespace asbench {

std::uint64_t SplitMix64::next() {
  state_ += 0x9E3779B97F4A7C15ULL;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

std::uint64_t SplitMix64::below(std::uint64_t bound) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(next()) * bound) >> 64);
}

double NormalStream::next() {
  const auto uniform = [&] {
    return (static_cast<double>(generator_.next() >> 11) + 0.5) * 0x1p-53;
  };
  const double radius = std::sqrt(-2.0 * std::log(uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

double mean(std::span<const double> values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double sorted_quantile(std::span<const double> sorted, double p) {
  const double position = static_cast<double>(sorted.size() - 1) * p;
  const auto below = static_cast<std::size_t>(std::floor(position));
  const auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - static_cast<double>(below));
}

int count_clusters(std::span<const ClusteredValue> values) {
  std::map<std::string_view, int> seen;
  for (const auto& entry : values) ++seen[entry.cluster];
  return static_cast<int>(seen.size());
}

namespace {

double tail_of(const BootstrapOptions& options, std::size_t clusters) {
  const double tail = (1.0 - options.level) / 2.0;
  if (options.tails == IntervalTails::percentile) return tail;
  const auto groups = static_cast<double>(clusters);
  return normal_cdf(-std::sqrt(groups / (groups - 1.0)) *
                    student_t_quantile(1.0 - tail, groups - 1.0));
}

}  // namespace

std::optional<Interval> clustered_bootstrap(std::span<const ClusteredValue> values,
                                            const BootstrapOptions& options) {
  std::map<std::string_view, ClusterSum> by_id;  // ordered: byte order of the ids
  for (const auto& entry : values) {
    auto& cluster = by_id[entry.cluster];
    cluster.sum += entry.value;
    cluster.count += 1.0;
  }
  std::vector<ClusterSum> clusters;
  clusters.reserve(by_id.size());
  for (const auto& [id, cluster] : by_id) clusters.push_back(cluster);
  return bootstrap_of_sums(clusters, options);
}

std::optional<Interval> bootstrap_of_sums(std::span<const ClusterSum> clusters,
                                          const BootstrapOptions& options) {
  if (clusters.size() < 2) return std::nullopt;
  SplitMix64 generator(options.seed);
  std::vector<double> replicates(static_cast<std::size_t>(options.replicates));
  for (double& replicate : replicates) {
    ClusterSum drawn;
    for (std::size_t draw = 0; draw < clusters.size(); ++draw) {
      const ClusterSum& cluster = clusters[generator.below(clusters.size())];
      drawn.sum += cluster.sum;
      drawn.count += cluster.count;
    }
    replicate = drawn.sum / drawn.count;
  }
  std::sort(replicates.begin(), replicates.end());
  const double tail = tail_of(options, clusters.size());
  return Interval{sorted_quantile(replicates, tail), sorted_quantile(replicates, 1.0 - tail)};
}

}  // namespace asbench
