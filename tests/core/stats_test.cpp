// Conformance numbers of docs/design/metrics.md 9.2 and 10.
#include "core/stats.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace asbench {
namespace {

constexpr double kTolerance =
    1e-9;  ///< docs/design/metrics.md 10: for everything that is no integer

std::vector<ClusteredValue> example() {
  const std::vector<std::pair<double, double>> ips = {{.80, .78}, {.70, .74}, {.77, .81},
                                                      {.69, .72}, {.83, .79}, {.75, .71}};
  std::vector<ClusteredValue> values;
  for (std::size_t ip = 0; ip < ips.size(); ++ip) {
    const std::string id = "ip" + std::to_string(ip);
    values.push_back({id, ips[ip].first});
    values.push_back({id, ips[ip].second});
  }
  return values;
}

TEST(SplitMix64, GivesThePublishedSequence) {
  SplitMix64 generator(0);
  EXPECT_EQ(generator.next(), 0xE220A8397B1DCDAFULL);
  EXPECT_EQ(generator.next(), 0x6E789E6AA1B965F4ULL);
  EXPECT_EQ(generator.next(), 0x06C45D188009454FULL);
}

TEST(SplitMix64, BelowIsTheHighHalfOfTheProduct) {
  // 0xE220A8397B1DCDAF / 2^64 = 0.8833: times 6 gives 5; the next, 0.4315, gives 2.
  SplitMix64 generator(0);
  EXPECT_EQ(generator.below(6), 5U);
  EXPECT_EQ(generator.below(6), 2U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(generator.below(1), 0U);
}

TEST(SplitMix64, BelowReachesEveryValueAboutEquallyOften) {
  SplitMix64 generator(7);
  std::vector<int> counts(5);
  for (int i = 0; i < 50'000; ++i) ++counts[generator.below(5)];
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 500);  // five standard deviations
}

TEST(NormalStream, HasTheMomentsOfTheNormalDistribution) {
  NormalStream normal(3);
  constexpr int kDraws = 200'000;
  double sum = 0.0, squares = 0.0, fourths = 0.0;
  int beyond_two = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double value = normal.next();
    sum += value;
    squares += value * value;
    fourths += value * value * value * value;
    beyond_two += value > 2.0 ? 1 : 0;
  }
  const double deviation = 1.0 / std::sqrt(kDraws);
  EXPECT_NEAR(sum / kDraws, 0.0, 4 * deviation);
  EXPECT_NEAR(squares / kDraws, 1.0, 4 * std::sqrt(2.0) * deviation);
  EXPECT_NEAR(fourths / kDraws, 3.0, 4 * std::sqrt(96.0) * deviation);
  EXPECT_NEAR(beyond_two / static_cast<double>(kDraws), 0.02275, 4 * 0.149 * deviation);
}

TEST(NormalStream, IsBoxAndMullersFormulaOfOneStream) {
  SplitMix64 generator(7);
  NormalStream normal(7);
  for (int i = 0; i < 5; ++i) {
    const double first = (static_cast<double>(generator.next() >> 11) + 0.5) / 9007199254740992.0;
    const double second = (static_cast<double>(generator.next() >> 11) + 0.5) / 9007199254740992.0;
    EXPECT_NEAR(normal.next(),
                std::sqrt(-2 * std::log(first)) * std::cos(2 * 3.14159265358979323846 * second),
                1e-12);
  }
}

TEST(Mean, IsTheSumInAscendingOrderOverTheNumber) {
  EXPECT_EQ(mean(std::vector<double>{1.0, 2.0, 4.5}), 2.5);
  EXPECT_EQ(mean(std::vector<double>{-3.0}), -3.0);
  EXPECT_EQ(mean(std::vector<double>{1e16, 1.0, -1e16}), 0.0);  // 1 is lost in this order, by rule
}

TEST(Quantile, InterpolatesAtNMinusOneTimesP) {
  const std::vector<double> values = {1.0, 2.0, 3.0, 4.0};
  EXPECT_EQ(sorted_quantile(values, 0.0), 1.0);
  EXPECT_EQ(sorted_quantile(values, 0.25), 1.75);
  EXPECT_EQ(sorted_quantile(values, 0.5), 2.5);
  EXPECT_EQ(sorted_quantile(values, 1.0), 4.0);
  EXPECT_EQ(sorted_quantile(std::vector<double>{7.0}, 0.3), 7.0);
}

TEST(Bootstrap, GivesTheConformanceInterval) {
  const auto values = example();
  std::vector<double> plain;
  for (const auto& value : values) plain.push_back(value.value);
  EXPECT_NEAR(mean(plain), .7575, kTolerance);
  const auto interval = clustered_bootstrap(values, {.replicates = 10'000, .seed = 1});
  ASSERT_TRUE(interval.has_value());
  EXPECT_NEAR(interval->low, .72583333333333333, kTolerance);
  EXPECT_NEAR(interval->high, .78916666666666667, kTolerance);
}

TEST(Bootstrap, DoesNotDependOnTheOrderOfTheClusters) {
  auto values = example();
  const auto before = clustered_bootstrap(values);
  std::rotate(values.begin(), values.begin() + 6, values.end());
  EXPECT_EQ(clustered_bootstrap(values), before);
}

TEST(Bootstrap, OfSumsIsThatOfTheValues) {
  const std::vector<ClusteredValue> values = {{"b", 0.1}, {"a", 0.7}, {"b", 0.3}, {"c", 0.2}};
  const std::vector<ClusterSum> sums = {{0.7, 1.0}, {0.1 + 0.3, 2.0}, {0.2, 1.0}};
  EXPECT_EQ(bootstrap_of_sums(sums), clustered_bootstrap(values));
  EXPECT_FALSE(bootstrap_of_sums({sums.data(), 1}).has_value());
}

TEST(Bootstrap, DependsOnTheSeedAndOnNothingElse) {
  const auto values = example();
  const auto at_seed = [&](std::uint64_t seed) {
    return clustered_bootstrap(values, {.replicates = 101, .seed = seed});
  };
  EXPECT_EQ(at_seed(5), at_seed(5));
  EXPECT_NE(at_seed(5), at_seed(6));
}

TEST(Bootstrap, WeighsClustersByTheirValues) {
  // A replicate is a sum over a count: with clusters of 1 and 3 values it is never the mean of the
  // clusters' means.
  const std::vector<ClusteredValue> values = {{"a", 0.0}, {"b", 1.0}, {"b", 1.0}, {"b", 1.0}};
  const auto interval = clustered_bootstrap(values, {.replicates = 1000, .seed = 0, .level = 0.10});
  ASSERT_TRUE(interval.has_value());
  EXPECT_EQ(interval->low, 0.75);  // of 0, 3/4 (half of all draws) and 1
  EXPECT_EQ(interval->high, 0.75);
}

TEST(Bootstrap, ExpandedTailsAreThoseOfStudentsT) {
  // Six IPs: normal_cdf(-sqrt(6/5) 2.5706) = .00243 in place of .025, so the interval is that of
  // level .99514 without the option.
  const auto values = example();
  const double tail = 0.0024320;
  const auto expanded = clustered_bootstrap(values, {.tails = IntervalTails::expanded});
  const auto wider = clustered_bootstrap(values, {.level = 1 - 2 * tail});
  const auto plain = clustered_bootstrap(values);
  ASSERT_TRUE(expanded && wider && plain);
  EXPECT_NEAR(expanded->low, wider->low, 1e-4);
  EXPECT_NEAR(expanded->high, wider->high, 1e-4);
  EXPECT_LT(expanded->low, plain->low);
  EXPECT_GT(expanded->high, plain->high);
}

TEST(Bootstrap, NeedsTwoClusters) {
  EXPECT_FALSE(
      clustered_bootstrap(std::vector<ClusteredValue>{{"a", 1.0}, {"a", 2.0}}).has_value());
  EXPECT_FALSE(clustered_bootstrap({}).has_value());
}

TEST(Bootstrap, OfEqualValuesIsThatValue) {
  const std::vector<ClusteredValue> values = {{"a", .5}, {"b", .5}, {"c", .5}};
  EXPECT_EQ(clustered_bootstrap(values), (Interval{.5, .5}));
}

TEST(CountClusters, CountsDistinctIds) {
  EXPECT_EQ(count_clusters(example()), 6);
  EXPECT_EQ(count_clusters({}), 0);
}

}  // namespace
}  // namespace asbench
