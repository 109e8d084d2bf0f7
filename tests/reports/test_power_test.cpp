// What a comparison can find: counts of sign vectors, critical shifts, detectable effects, and the
// fewest IPs for any significant change.
#include "reports/comparison/test_power.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/student_t.h"
#include "reports/comparison/critical_shift.h"
#include "reports/comparison/sign_vectors.h"
#include "reports/comparison/significance.h"

namespace asbench {
namespace {

std::vector<double> normal_values(std::uint64_t seed, std::size_t count) {
  NormalStream normal(seed);
  std::vector<double> values(count);
  for (double& value : values) value = normal.next();
  return values;
}

/// Differences of IPs with as many stories each as `counts` says.
std::vector<ClusteredValue> seen(const std::vector<int>& counts, std::uint64_t seed,
                                 double spread = 0.02) {
  NormalStream normal(seed);
  std::vector<ClusteredValue> values;
  for (std::size_t g = 0; g < counts.size(); ++g) {
    const double shared = spread * normal.next();
    for (int s = 0; s < counts[g]; ++s)
      values.push_back({std::to_string(1000 + g), shared + spread * normal.next()});
  }
  return values;
}

std::vector<int> equal(int ips, int stories = 2) {
  return std::vector<int>(static_cast<std::size_t>(ips), stories);
}

TEST(SignVectors, AreCountedAsOneByOne) {
  SignVectorCounter counter;
  for (std::size_t clusters = 1; clusters <= 13; ++clusters) {
    auto sums = normal_values(clusters, clusters);
    for (double& sum : sums) sum += 0.4;
    double total = 0.0;
    for (const double sum : sums) total += sum;
    std::uint64_t naive = 0;
    for (unsigned signs = 0; signs < (1U << clusters); ++signs) {
      double flipped = 0.0;
      for (std::size_t g = 0; g < clusters; ++g)
        flipped += ((signs >> g) & 1U) != 0 ? -sums[g] : sums[g];
      naive += flipped >= total - 1e-9 ? 1U : 0U;
    }
    EXPECT_EQ(counter.at_least_as_high(sums, 1e-9), naive) << clusters;
  }
}

TEST(SignVectors, TiesCountAsEquallyHigh) {
  SignVectorCounter counter;
  EXPECT_EQ(counter.at_least_as_high(std::vector<double>(6, 0.0)), 64U);
  EXPECT_EQ(counter.at_least_as_high(std::vector{1.0, 1.0, 0.0}), 2U);
  EXPECT_EQ(counter.at_least_as_high(std::vector{1.0, 1.0, 1e-13}, 1e-12), 2U);
}

TEST(SignFlipRule, AllowsTheMostVectorsBelowItsLevel) {
  EXPECT_EQ((SignFlipRule{.level = 0.05 / 4}.most_vectors(8)), 3U);  // 3 / 256 = .0117
  EXPECT_EQ((SignFlipRule{.level = 0.05 / 4}.most_vectors(7)), 1U);
  EXPECT_EQ((SignFlipRule{.level = 0.05 / 4}.most_vectors(6)), 0U);
  EXPECT_EQ((SignFlipRule{.level = 0.0625}.most_vectors(4)), 0U) << "p must lie below the level";
}

TEST(CriticalShift, IsWhereTheTestBeginsToReject) {
  SignVectorCounter counter;
  const std::vector<double> counts{1, 1, 2, 1, 3, 1, 1, 2, 1};
  constexpr double kTolerance = 1e-6;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const auto sums = normal_values(seed, counts.size());
    const double shift = critical_shift(sums, counts, {.level = 0.0125}, 5.0, kTolerance, counter);
    const auto p_at = [&](double at) {
      std::vector<ClusteredValue> values;
      for (std::size_t g = 0; g < counts.size(); ++g) {
        for (int s = 0; s < static_cast<int>(counts[g]); ++s)
          values.push_back({std::to_string(g), sums[g] / counts[g] + at});
      }
      return sign_flip_test(values).better;
    };
    EXPECT_LT(p_at(shift + 2 * kTolerance), 0.0125) << seed;
    EXPECT_GE(p_at(shift - 2 * kTolerance), 0.0125) << seed;
  }
}

TEST(CriticalShift, OfRandomSignsIsThatOfAllSigns) {
  // The limit that stands for random sign vectors, where all vectors can still be counted.
  SignVectorCounter counter;
  const std::vector<double> counts(20, 1.0);
  constexpr int kDraws = 50;
  double sum = 0.0;
  for (std::uint64_t seed = 1; seed <= kDraws; ++seed) {
    const auto sums = normal_values(seed, counts.size());
    const auto of = [&](bool exact) {
      return critical_shift(sums, counts, {.level = 0.0125, .exact = exact}, 0.5, 1e-5, counter);
    };
    EXPECT_NEAR(of(false), of(true), 0.03) << "0.13 standard errors; " << seed;
    sum += of(false) - of(true);
  }
  EXPECT_NEAR(sum / kDraws, 0.0, 0.0015) << "0.007 standard errors, which is .002 of power";
}

TEST(CriticalShift, IsInfiniteWhereOneClusterHoldsNearlyAll) {
  SignVectorCounter counter;
  std::vector<double> counts(30, 1.0);
  counts[3] = 1e6;
  EXPECT_TRUE(std::isinf(critical_shift(normal_values(1, 30), counts,
                                        {.level = 0.001, .exact = false}, 1.0, 1e-3, counter)));
}

TEST(Detectable, IsNothingWhereNothingCanBeSignificant) {
  TestPower power;
  EXPECT_FALSE(power.detectable(seen(equal(6), 1), {.level = 0.05 / 4}).has_value());
  EXPECT_TRUE(power.detectable(seen(equal(7), 1), {.level = 0.05 / 4}).has_value());
  EXPECT_FALSE(power.detectable(seen(equal(1), 1), {}).has_value());
}

TEST(Detectable, IsNothingWithoutSpread) {
  TestPower power;
  const std::vector<ClusteredValue> same{{"a", 0.5}, {"b", 0.5}, {"c", 0.5},
                                         {"d", 0.5}, {"e", 0.5}, {"f", 0.5}};
  EXPECT_FALSE(power.detectable(same, {}).has_value());
  EXPECT_FALSE(power.clusters_to_detect(0.1, same, {}).has_value());
}

TEST(Detectable, DoesNotDependOnWhatWasAskedBefore) {
  TestPower fresh;
  TestPower used;
  EXPECT_TRUE(used.detectable(seen(equal(12), 4), {.level = 0.01}));
  EXPECT_TRUE(used.clusters_to_detect(0.01, seen(equal(9), 4), {}));
  const auto one = fresh.detectable(seen(equal(8), 1), {.level = 0.0125});
  const auto two = used.detectable(seen(equal(8), 1), {.level = 0.0125});
  EXPECT_EQ(one->effect, two->effect);
  EXPECT_EQ(one->error, two->error);
}

TEST(Detectable, GrowsWithTheSpreadAndNotWithTheNamesOrTheMean) {
  TestPower power;
  const DetectionRule rule{.level = 0.0125};
  auto values = seen({2, 3, 2, 2, 1, 2, 2, 4}, 1);
  const double effect = power.detectable(values, rule)->effect;
  auto moved = values;
  for (auto& entry : moved) {
    entry.value = 3.0 * entry.value + 0.25;
    entry.cluster = "x" + std::to_string(5000 - std::stoi(entry.cluster));
  }
  EXPECT_NEAR(power.detectable(moved, rule)->effect / effect, 3.0, 1e-3);
}

TEST(Detectable, SeedsMoveItByLessThanItsError) {
  const auto values = seen(equal(8), 1);
  const DetectionRule rule{.level = 0.0125};
  const auto first = TestPower().detectable(values, rule);
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto other = TestPower({.seed = seed}).detectable(values, rule);
    EXPECT_NE(other->effect, first->effect);
    EXPECT_NEAR(other->effect / first->effect, 1.0, 0.02);
  }
}

TEST(Detectable, OfManyIpsIsThatOfStudentsTest) {
  // With the spread nearly known and many IPs, the test is Student's and its power the normal one.
  const auto values = seen(equal(400), 1);
  const double quantiles = student_t_quantile(0.95, 399) + student_t_quantile(0.8, 1e6);
  const double expected = quantiles * *cluster_mean(values).standard_error;
  EXPECT_NEAR(TestPower().detectable(values, {})->effect / expected, 1.0, 0.01);
}

TEST(Detectable, ItsErrorIsThatOfTheSpread) {
  // Of the standard error over G IPs it is known to be about 1 / sqrt(2 (G - 1)).
  for (const int ips : {12, 40}) {
    const auto found = TestPower().detectable(seen(equal(ips), 1), {});
    EXPECT_NEAR(found->error / found->effect * std::sqrt(2.0 * (ips - 1)), 1.0, 0.1) << ips;
  }
}

TEST(Detectable, IsBeyondTheTolerance) {
  TestPower power;
  const auto values = seen(equal(8), 1);
  const double without = power.detectable(values, {})->effect;
  EXPECT_NEAR(power.detectable(values, {.tolerance = 0.01 * without})->effect / without, 1.0, 0.01);
  const auto coarse = power.detectable(values, {.tolerance = 10 * without});
  EXPECT_GT(coarse->effect, 10 * without);
  EXPECT_LT(coarse->effect, 11 * without);
  EXPECT_LT(coarse->error, 0.5 * without) << "most of it is the tolerance, which is known";
  const auto quiet = power.detectable(seen(equal(8), 1, 1e-15), {.tolerance = 0.001});
  EXPECT_NEAR(quiet->effect, 0.001, 1e-6);
  EXPECT_TRUE(std::isfinite(quiet->error));
}

TEST(ClustersToDetect, AreThoseAtHandForTheDetectableEffect) {
  TestPower power;
  for (const int ips : {7, 8, 12, 20, 24, 60}) {
    const auto values = seen(equal(ips), 3);
    const DetectionRule rule{.level = 0.0125};
    const double effect = power.detectable(values, rule)->effect;
    EXPECT_NEAR(*power.clusters_to_detect(1.001 * effect, values, rule), ips, ips / 40) << ips;
    EXPECT_GT(*power.clusters_to_detect(0.9 * effect, values, rule), ips);
  }
}

TEST(ClustersToDetect, AreAtLeastAsManyAsTheTestNeedsAndNothingBeyondAMillion) {
  TestPower power;
  const auto values = seen(equal(12), 1);
  EXPECT_EQ(power.clusters_to_detect(1e9, values, {}), 5);  // 2^-5 is the first below .05
  EXPECT_EQ(power.clusters_to_detect(1e9, values, {.level = 0.0125}), 7);
  EXPECT_EQ(power.clusters_to_detect(1e-9, values, {}), std::nullopt);
  EXPECT_GT(power.clusters_to_detect(1e-4, values, {}), 1000);
}

TEST(ClustersToDetect, AreStatedByFewerIpsThanTheTestNeeds) {
  TestPower power;
  EXPECT_GE(power.clusters_to_detect(0.05, seen(equal(3), 1), {.level = 0.0125}), 7);
}

}  // namespace

namespace reports {
namespace {

TEST(FewestIps, FollowFromTheSmallestP) {
  Gate gate;
  EXPECT_EQ(fewest_ips(gate, 1), 5);
  EXPECT_EQ(fewest_ips(gate, 4), 7);  // 4 / 2^7 = .031
  gate.sides = TestSides::two;
  EXPECT_EQ(fewest_ips(gate, 4), 8);
  gate.sign_flips = 1000;
  EXPECT_EQ(fewest_ips(gate, 1000), 16);
  gate.alpha = 1e-6;
  EXPECT_EQ(fewest_ips(gate, 4), std::nullopt);
}

TEST(FewestIps, CompareAsksTheSameRule) {
  Gate gate;
  for (int ips = 1; ips <= 25; ++ips) EXPECT_EQ(can_be_significant(gate, 4, ips), ips >= 7) << ips;
}

TEST(TooFewIps, SaysHowManyTheDefaultGateNeeds) {
  const Gate gate = load_gate("default");
  const std::vector<std::string> metrics{"clip_i", "dino_i", "clip_t", "faithful_consistency",
                                         "motion"};
  EXPECT_EQ(
      too_few_ips(gate, metrics, 6),
      "6 IPs are too few for `asbench compare` to find a significant change in 4 metrics "
      "under the gate default, which needs 7 IPs or more; only the gate's limits can fail it");
  EXPECT_EQ(too_few_ips(gate, metrics, 7), std::nullopt);
  EXPECT_EQ(too_few_ips(gate, {"clip_i"}, 5), std::nullopt) << "one metric: 1 / 2^5 is enough";
  EXPECT_THAT(*too_few_ips(gate, {"clip_i"}, 1), ::testing::HasSubstr("1 IP is too few"));
  EXPECT_EQ(too_few_ips(gate, {"motion"}, 1), std::nullopt) << "the gate tests nothing of it";
}

}  // namespace
}  // namespace reports
}  // namespace asbench
