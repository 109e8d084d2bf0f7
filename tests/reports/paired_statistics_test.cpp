// Conformance numbers of docs/design/metrics.md 9.3 and 10, naive forms, and what must hold
// whatever the data.
#include "reports/comparison/paired_statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace asbench {
namespace {

constexpr double kTolerance = 1e-9;  ///< docs/design/metrics.md 10

std::vector<ClusteredValue> in_clusters(const std::vector<std::vector<double>>& clusters) {
  std::vector<ClusteredValue> values;
  for (std::size_t g = 0; g < clusters.size(); ++g) {
    for (const double value : clusters[g]) values.push_back({std::to_string(100 + g), value});
  }
  return values;
}

std::vector<ClusteredValue> seeded(std::uint64_t seed, int clusters, int values_each) {
  SplitMix64 generator(seed);
  std::vector<ClusteredValue> values;
  for (int i = 0; i < clusters * values_each; ++i) {
    values.push_back({std::to_string(1000 + i / values_each),
                      static_cast<double>(generator.below(2001)) / 1000.0 - 1.0});
  }
  return values;
}

/// The rule as it is written: all 2^G sums, one after the other.
double naive_worse(const std::vector<double>& sums) {
  double seen = 0.0;
  for (const double sum : sums) seen += sum;
  int below = 0;
  for (unsigned signs = 0; signs < (1U << sums.size()); ++signs) {
    double total = 0.0;
    for (std::size_t g = 0; g < sums.size(); ++g)
      total += ((signs >> g) & 1U) != 0 ? -sums[g] : sums[g];
    below += total <= seen + 1e-12 ? 1 : 0;
  }
  return below / std::exp2(sums.size());
}

TEST(SignFlip, MatchesTheConformanceNumber) {
  const auto test = sign_flip_test(in_clusters({{-.03}, {-.01}, {.005}, {-.04}, {-.02}, {-.015}}));
  EXPECT_EQ(test.worse, 2.0 / 64.0);
  EXPECT_EQ(test.better, 63.0 / 64.0);
  EXPECT_EQ(test.two_sided(), 4.0 / 64.0);
  EXPECT_TRUE(test.exact);
}

TEST(SignFlip, MatchesTheNaiveForm) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const int clusters = 1 + static_cast<int>(seed % 12);
    const auto values = seeded(seed, clusters, 1);
    std::vector<double> sums;
    for (const auto& entry : values) sums.push_back(entry.value);
    EXPECT_EQ(sign_flip_test(values).worse, naive_worse(sums)) << seed;
  }
}

TEST(SignFlip, TurnsWholeClustersNotStories) {
  // Six stories of two IPs: four sign vectors, not 64.
  EXPECT_EQ(sign_flip_test(in_clusters({{-1, -2, -3}, {-1, -1, -1}})).worse, 0.25);
}

TEST(SignFlip, EqualRunsAreNoEvidence) {
  const auto test = sign_flip_test(in_clusters({{0, 0}, {0}, {0}}));
  EXPECT_EQ(test.worse, 1.0);
  EXPECT_EQ(test.better, 1.0);
  EXPECT_EQ(test.two_sided(), 1.0);
}

TEST(SignFlip, WorseAndBetterChangePlacesWithTheSign) {
  for (const int clusters : {9, 30}) {
    auto values = seeded(3, clusters, 2);
    const auto test = sign_flip_test(values);
    for (auto& entry : values) entry.value = -entry.value;
    const auto turned = sign_flip_test(values);
    EXPECT_EQ(test.worse, turned.better);
    EXPECT_EQ(test.better, turned.worse);
  }
}

TEST(SignFlip, OfManyClustersIsRandomSeededAndCloseToTheExactOne) {
  const auto values = seeded(5, 20, 3);
  const auto exact = sign_flip_test(values);
  ASSERT_TRUE(exact.exact);
  auto more = values;
  more.push_back({"zero", 0.0});  // a 21st cluster that changes no sum
  const auto random = sign_flip_test(more);
  EXPECT_FALSE(random.exact);
  EXPECT_EQ(random.worse, sign_flip_test(more).worse);
  EXPECT_NE(random.worse, sign_flip_test(more, {.seed = 1}).worse);
  EXPECT_NEAR(random.worse, exact.worse, 5 * std::sqrt(exact.worse * (1 - exact.worse) / 100'000))
      << "five standard deviations";
  EXPECT_NEAR(random.better, exact.better,
              5 * std::sqrt(exact.better * (1 - exact.better) / 100'000));
}

TEST(SignFlip, ReachesAllClustersBeyondTheFirstWord) {
  std::vector<std::vector<double>> clusters(70, {0.0});
  clusters[69] = {-1.0};
  EXPECT_NEAR(sign_flip_test(in_clusters(clusters)).worse, 0.5,
              0.01);  // the one sign that matters; 0.01 is six standard deviations
}

TEST(SignFlip, IsNeverSurerThanItsSmallestP) {
  std::vector<std::vector<double>> clusters(40, {-1.0});
  EXPECT_EQ(sign_flip_test(in_clusters(clusters)).worse, smallest_sign_flip_p(40));
  EXPECT_EQ(smallest_sign_flip_p(40), 1.0 / 100'001.0);
  clusters.resize(3);
  EXPECT_EQ(sign_flip_test(in_clusters(clusters)).worse, smallest_sign_flip_p(3));
  EXPECT_EQ(smallest_sign_flip_p(3), 0.125);
}

TEST(Holm, MatchesTheConformanceNumbers) {
  EXPECT_THAT(holm(std::vector{.01, .04, .03, .005}),
              ::testing::ElementsAre(
                  ::testing::DoubleNear(.03, kTolerance), ::testing::DoubleNear(.06, kTolerance),
                  ::testing::DoubleNear(.06, kTolerance), ::testing::DoubleNear(.02, kTolerance)));
}

TEST(Holm, LeavesOnePAloneAndStopsAtOne) {
  EXPECT_THAT(holm(std::vector{.04}), ::testing::ElementsAre(.04));
  EXPECT_THAT(holm(std::vector{.9, .8}), ::testing::ElementsAre(1.0, 1.0));
  EXPECT_TRUE(holm({}).empty());
}

TEST(ClusterMean, MatchesTheConformanceNumbers) {
  const auto mean = cluster_mean(in_clusters({{-.03, -.01}, {.005, .01}, {-.04, -.02}, {-.02, 0}}));
  EXPECT_NEAR(mean.mean, -.013125, kTolerance);
  EXPECT_NEAR(*mean.standard_error, .0079957671, 1e-10);
  EXPECT_EQ(mean.clusters, 4);
  EXPECT_EQ(mean.values, 8);
  EXPECT_NEAR(*mean.effect_size(), -.013125 / (2 * .0079957671), 1e-8);
}

TEST(ClusterMean, IsTheTextbooksForOneStoryAnIp) {
  const auto mean = cluster_mean(in_clusters({{1}, {2}, {4}, {9}}));
  EXPECT_NEAR(*mean.standard_error, std::sqrt((9.0 + 4 + 0 + 25) / 3 / 4),
              kTolerance);  // sd / sqrt(n)
}

TEST(ClusterMean, HasNoErrorOfOneClusterAndNoEffectSizeWithoutSpread) {
  EXPECT_FALSE(cluster_mean(in_clusters({{1, 2, 3}})).standard_error.has_value());
  EXPECT_FALSE(cluster_mean(in_clusters({{1, 2, 3}})).effect_size().has_value());
  EXPECT_FALSE(cluster_mean(in_clusters({{2}, {2}})).effect_size().has_value());
}

}  // namespace
}  // namespace asbench
