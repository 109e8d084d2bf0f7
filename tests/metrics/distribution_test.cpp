// The set-level numbers around the distances: extrapolation, noise floor, jackknife, and the choice
// of metrics.
#include "metrics/set/distribution.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "core/error.h"
#include "tests/metrics/random_samples.h"

namespace asbench::metrics {
namespace {

using namespace testing;

TEST(FrechetAtInfinity, RefusesSetsBelowTwiceTheDimension) {
  EXPECT_FALSE(
      frechet_at_infinity(random_samples(15, 8, 1), random_samples(100, 8, 2), 1).has_value());
  EXPECT_TRUE(
      frechet_at_infinity(random_samples(16, 8, 1), random_samples(100, 8, 2), 1).has_value());
  EXPECT_FALSE(frechet_at_infinity(random_samples(3, 1, 1), random_samples(3, 1, 2), 1).has_value())
      << "half of three samples has no covariance";
}

TEST(FrechetAtInfinity, LiesNearerToTheTruthThanTheDistanceItself) {
  // Both sides from one distribution: the truth is 0.
  const Samples x = random_samples(400, 20, 3), y = random_samples(400, 20, 4);
  const double biased = frechet_distance(x, y, 1).value();
  const double extrapolated = frechet_at_infinity(x, y, 1).value();
  EXPECT_GT(biased, 0.0);
  EXPECT_LT(std::abs(extrapolated), 0.35 * biased);
}

TEST(FrechetAtInfinity, DependsOnTheSeedOnly) {
  const Samples x = random_samples(60, 8, 5), y = random_samples(50, 8, 6);
  EXPECT_EQ(frechet_at_infinity(x, y, 1, 7), frechet_at_infinity(x, y, 1, 7));
  EXPECT_NE(frechet_at_infinity(x, y, 1, 7), frechet_at_infinity(x, y, 1, 8));
}

TEST(NoiseFloor, IsWhatTheHalvesOfOneSetDifferBy) {
  const Samples x = random_samples(100, 10, 7);
  const Samples near = random_samples(100, 10, 8), far = transformed(near, 1.0, 2.0);
  const auto floor = noise_floor(x, near, {}, 1).value();
  EXPECT_EQ(floor.size, 50);
  EXPECT_GT(floor.mean, 0.0);
  EXPECT_GT(floor.deviation, 0.0);
  // The same distribution: at the same size both distances are of one kind.
  EXPECT_LT(std::abs(floor.generated - floor.mean), 4.0 * floor.deviation);
  EXPECT_NEAR(noise_floor(x, far, {}, 1).value().generated, floor.mean + 40.0, 8.0);
}

TEST(NoiseFloor, KeepsGroupsTogether) {
  // Six groups of five equal rows: halves by row would share rows, halves by group never do.
  Samples x(30, 4);
  std::vector<std::string> groups;
  for (int i = 0; i < 30; ++i) {
    groups.push_back(fmt::format("ip{}", i / 5));
    for (std::size_t j = 0; j < 4; ++j)
      x.row(i)[j] = static_cast<double>((i / 5 + 1) * (static_cast<int>(j) + 1) *
                                        (static_cast<int>(j) + 3) % 11);
  }
  const auto by_group = noise_floor(x, x, groups, 0).value(),
             by_row = noise_floor(x, x, {}, 0).value();
  EXPECT_EQ(by_group.size, 15);
  EXPECT_GT(by_group.mean, by_row.mean);
}

TEST(NoiseFloor, CutsTheHalvesToASmallerGeneratedSet) {
  // Both distances at one size, or a small set would look far away for its size alone.
  const Samples x = random_samples(200, 10, 1), y = random_samples(20, 10, 2);
  const auto floor = noise_floor(x, y, {}, 1).value();
  EXPECT_EQ(floor.size, 20);
  EXPECT_LT(std::abs(floor.generated - floor.mean), 4.0 * floor.deviation);
  EXPECT_GT(floor.mean, 2.0 * noise_floor(x, random_samples(100, 10, 3), {}, 1).value().mean);
}

TEST(NoiseFloor, CutsByChanceAndNotToTheFirstGroups) {
  // 8 groups of 10 rows, each far from the others; cut to 10 rows the halves still hold rows of
  // several groups.
  Samples x = random_samples(80, 3, 4);
  std::vector<std::string> groups;
  for (int i = 0; i < 80; ++i) {
    groups.push_back(fmt::format("ip{}", i / 10));
    for (double& value : x.row(i)) value = 0.01 * value + 100.0 * (i / 10);
  }
  // The means of two groups are 3 x 100^2 x 12 = 360,000 apart on average, those of four and four
  // groups a third of it.
  EXPECT_LT(noise_floor(x, select_rows(x, std::vector<int>{0, 8, 16, 24, 32, 40, 48, 56, 64, 72}),
                        groups, 1)
                .value()
                .mean,
            2e5);
}

TEST(NoiseFloor, HalvesByRowsWhenSomeBelongToNoGroup) {
  const Samples x = random_samples(40, 4, 5);
  std::vector<std::string> groups(40);
  for (std::size_t i = 0; i < 8; ++i) groups[i] = fmt::format("ip{}", i / 2);
  EXPECT_EQ(noise_floor(x, x, groups, 1).value().size, 20);
}

TEST(NoiseFloor, NeedsFourSamplesAndTwoGeneratedOnes) {
  EXPECT_FALSE(noise_floor(random_samples(3, 2, 1), random_samples(9, 2, 2), {}, 1).has_value());
  EXPECT_FALSE(noise_floor(random_samples(20, 2, 1), random_samples(1, 2, 2), {}, 1).has_value());
  EXPECT_TRUE(noise_floor(random_samples(4, 2, 1), random_samples(2, 2, 2), {}, 1).has_value());
}

TEST(Jackknife, MatchesTheHandComputedInterval) {
  // theta_(g) = 1, 2, 3: deviations -1, 0, 1; se = sqrt(2/3 * 2); t_{.975, 2} = 4.302652729911275.
  const auto interval = jackknife_interval(2.5, std::vector<double>{1, 2, 3}).value();
  const double half = 4.302652729911275 * std::sqrt(4.0 / 3.0);
  EXPECT_NEAR(interval.low, 2.5 - half, 1e-9);
  EXPECT_NEAR(interval.high, 2.5 + half, 1e-9);
  EXPECT_FALSE(jackknife_interval(1.0, std::vector<double>{1.0}).has_value());
}

TEST(Jackknife, OfGroupsThatAreAllAlikeIsAPoint) {
  const auto interval = jackknife_interval(4.0, std::vector<double>{4, 4, 4, 4}).value();
  EXPECT_EQ(interval.low, 4.0);
  EXPECT_EQ(interval.high, 4.0);
}

TEST(Distribution, ComputesTheNamedMetricsOnly) {
  const Samples x = random_samples(20, 4, 1), y = random_samples(20, 4, 2);
  DistributionSettings settings;
  settings.metrics = {"kernel", "coverage"};
  const auto found = measure_distribution(x, y, settings);
  EXPECT_EQ(found.values.size(), 2U);
  EXPECT_FALSE(found.frechet.has_value());
  // A metric that is not asked for refuses nothing: 3 rows are too few for coverage, enough for the
  // kernel.
  settings.metrics = {"kernel"};
  EXPECT_NO_THROW(
      (void)measure_distribution(random_samples(3, 4, 1), random_samples(3, 4, 2), settings));
  settings.metrics = {"coverage"};
  EXPECT_THROW(
      (void)measure_distribution(random_samples(3, 4, 1), random_samples(3, 4, 2), settings),
      BadInput);
}

TEST(Distribution, GivesIntervalsThatHoldTheValue) {
  const Samples x = random_samples(24, 4, 1), y = random_samples(24, 4, 2);
  std::vector<std::string> groups;
  for (int i = 0; i < 24; ++i) groups.push_back(fmt::format("ip{}", i % 4));
  DistributionSettings settings;
  settings.intervals = true;
  const auto found = measure_distribution(x, y, settings, groups, groups);
  for (const auto& [metric, value] : found.values) {
    const auto& interval = found.intervals.at(metric);
    ASSERT_TRUE(interval.has_value()) << metric;
    EXPECT_LE(interval->low, value) << metric;
    EXPECT_GE(interval->high, value) << metric;
  }
  // One group alone: leaving it out leaves nothing.
  const std::vector<std::string> one(24, "ip");
  EXPECT_FALSE(measure_distribution(x, y, settings, one, one).intervals.at("kernel").has_value());
}

TEST(Distribution, GivesIntervalsToThoseMetricsThatTheSmallerSetsAllow) {
  // Without either group 4 rows are left: enough for the kernel, too few for five neighbours.
  const Samples x = random_samples(8, 4, 1), y = random_samples(8, 4, 2);
  std::vector<std::string> groups;
  for (int i = 0; i < 8; ++i) groups.push_back(fmt::format("ip{}", i % 2));
  DistributionSettings settings;
  settings.intervals = true;
  settings.metrics = {"kernel", "coverage"};
  const auto found = measure_distribution(x, y, settings, groups, groups);
  EXPECT_TRUE(found.intervals.at("kernel").has_value());
  EXPECT_FALSE(found.intervals.at("coverage").has_value());
}

TEST(Distribution, IsAlwaysOfSetsThatVary) {
  const Samples x = random_samples(20, 4, 1), constant = transformed(x, 0.0, 2.0);
  for (const std::string metric : {"frechet", "kernel", "jedi", "coverage"}) {
    DistributionSettings settings;
    settings.metrics = {metric};
    EXPECT_THROW((void)measure_distribution(x, constant, settings), BadInput) << metric;
    EXPECT_THROW((void)measure_distribution(constant, x, settings), BadInput) << metric;
    EXPECT_NO_THROW((void)measure_distribution(x, x, settings)) << metric;
  }
}

TEST(Distribution, GivesKidAsAskedFor) {
  const Samples x = random_samples(30, 4, 1), y = random_samples(25, 4, 2);
  DistributionSettings settings;
  settings.metrics = {"kid"};
  EXPECT_THROW((void)measure_distribution(x, y, settings), BadInput) << "subsets of 1,000 from 25";
  settings.kid = {.subsets = 5, .subset_size = 20};
  const auto found = measure_distribution(x, y, settings);
  const Kid expected = kid(x, y, settings.kid);
  EXPECT_EQ(found.values.at("kid"), expected.mean);
  EXPECT_EQ(found.kid_deviation, expected.deviation);
}

TEST(Distribution, RefusesUnknownNamesAndDivisors) {
  const Samples x = random_samples(20, 4, 1);
  DistributionSettings settings;
  settings.metrics = {"fid"};
  EXPECT_THROW((void)measure_distribution(x, x, settings), UsageError);
  settings.metrics = {"frechet"};
  settings.ddof = 2;
  EXPECT_THROW((void)measure_distribution(x, x, settings), UsageError);
}

}  // namespace
}  // namespace asbench::metrics
