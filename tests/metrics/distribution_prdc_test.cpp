#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "core/error.h"
#include "metrics/set/prdc.h"
#include "tests/metrics/random_samples.h"

namespace asbench::metrics {
namespace {

using namespace testing;

double distance(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t j = 0; j < a.size(); ++j) sum += (a[j] - b[j]) * (a[j] - b[j]);
  return std::sqrt(sum);
}

std::vector<double> radii(SamplesView set, int k) {
  std::vector<double> result;
  for (int i = 0; i < set.rows; ++i) {
    std::vector<double> others;
    for (int j = 0; j < set.rows; ++j) {
      if (j != i) others.push_back(distance(set.row(i), set.row(j)));
    }
    std::ranges::sort(others);
    result.push_back(others[static_cast<std::size_t>(k - 1)]);
  }
  return result;
}

/// The definition, distance by distance in double.
Prdc naive_prdc(SamplesView x, SamplesView y, int k) {
  const auto rho = radii(x, k), sigma = radii(y, k);
  int precise = 0, recalled = 0, covered = 0, held = 0;
  for (int j = 0; j < y.rows; ++j) {
    int balls = 0;
    for (int i = 0; i < x.rows; ++i)
      balls += distance(x.row(i), y.row(j)) < rho[static_cast<std::size_t>(i)] ? 1 : 0;
    held += balls;
    precise += balls > 0 ? 1 : 0;
  }
  for (int i = 0; i < x.rows; ++i) {
    bool in_generated = false, holds = false;
    for (int j = 0; j < y.rows; ++j) {
      const double between = distance(x.row(i), y.row(j));
      in_generated = in_generated || between < sigma[static_cast<std::size_t>(j)];
      holds = holds || between < rho[static_cast<std::size_t>(i)];
    }
    recalled += in_generated ? 1 : 0;
    covered += holds ? 1 : 0;
  }
  Prdc result;
  result.precision = static_cast<double>(precise) / y.rows;
  result.recall = static_cast<double>(recalled) / x.rows;
  result.density = static_cast<double>(held) / (static_cast<double>(k) * y.rows);
  result.coverage = static_cast<double>(covered) / x.rows;
  return result;
}

void expect_equal(const Prdc& actual, const Prdc& expected, const std::string& what) {
  EXPECT_EQ(actual.precision, expected.precision) << what;
  EXPECT_EQ(actual.recall, expected.recall) << what;
  EXPECT_EQ(actual.density, expected.density) << what;
  EXPECT_EQ(actual.coverage, expected.coverage) << what;
}

/// Whole numbers: many distances are equal, on the spheres' surfaces too.
Samples grid(int rows, int cols, int size, std::uint32_t seed) {
  std::mt19937 generator(seed);
  Samples samples(rows, cols);
  for (double& value : samples.values)
    value = static_cast<double>(generator() % static_cast<unsigned>(size));
  return samples;
}

TEST(Prdc, MeetsTheNumbersOfTheDefinition) {
  const Samples real = samples_of(2, {0, 0, 1, 0, 0, 1, 1, 1, 5, 5}),
                generated = samples_of(2, {.5, .5, .2, .1, 6, 5, 9, 9});
  const auto expect = [](const Prdc& found, double precision, double recall, double density,
                         double coverage) {
    EXPECT_DOUBLE_EQ(found.precision, precision);
    EXPECT_DOUBLE_EQ(found.recall, recall);
    EXPECT_DOUBLE_EQ(found.density, density);
    EXPECT_DOUBLE_EQ(found.coverage, coverage);
  };
  expect(prdc(real, generated, 1), 0.75, 0.4, 2.0, 1.0);
  expect(prdc(real, generated, 2), 1.0, 1.0, 1.25, 1.0);
}

TEST(Prdc, EqualsTheNaiveDistancesOnRandomSets) {
  for (std::uint32_t seed = 0; seed < 10; ++seed) {
    const Samples x = random_samples(60, 20, seed), y = random_samples(45, 20, seed + 50, 0.05);
    for (const int k : {1, 3, 5})
      expect_equal(prdc(x, y, k), naive_prdc(x, y, k), fmt::format("seed {}, k {}", seed, k));
  }
}

TEST(Prdc, EqualsTheNaiveDistancesOverSeveralTiles) {
  const Samples x = random_samples(1100, 8, 1), y = random_samples(2200, 8, 2);
  expect_equal(prdc(x, y, 5), naive_prdc(x, y, 5), "x, y");
  expect_equal(prdc(y, x, 5), naive_prdc(y, x, 5), "y, x");
}

TEST(Prdc, EqualsTheNaiveDistancesOnGridsFullOfTiesAndDuplicates) {
  for (std::uint32_t seed = 0; seed < 10; ++seed) {
    for (const int size : {2, 3, 5}) {
      const Samples x = grid(80, 3, size, seed), y = grid(70, 3, size, seed + 1000);
      for (const int k : {1, 2, 5}) {
        expect_equal(prdc(x, y, k), naive_prdc(x, y, k),
                     fmt::format("size {}, seed {}, k {}", size, seed, k));
        // Thirds are no binary numbers: what was a tie is now decided by the last bit.
        const Samples a = transformed(x, 1.0 / 3.0, 0.1), b = transformed(y, 1.0 / 3.0, 0.1);
        expect_equal(prdc(a, b, k), naive_prdc(a, b, k),
                     fmt::format("thirds, size {}, seed {}, k {}", size, seed, k));
      }
    }
  }
}

TEST(Prdc, EqualsTheNaiveDistancesWhereFloat32SeesNothing) {
  const Samples x = random_samples(60, 10, 3), y = random_samples(60, 10, 4);
  struct Case {
    const char* name;
    double scale, shift;
  };
  for (const Case c : {Case{"far from the origin", 1.0, 1e8},
                       {"farther", 1.0, 1e12},
                       {"tiny", 1e-30, 0.0},
                       {"tinier", 1e-150, 0.0},
                       {"huge", 1e30, 0.0},
                       {"huger", 1e150, 0.0},
                       {"squares overflow", 1e200, 0.0}}) {
    const Samples a = transformed(x, c.scale, c.shift), b = transformed(y, c.scale, c.shift);
    expect_equal(prdc(a, b, 5), naive_prdc(a, b, 5), c.name);
  }
  // Two clusters, each far smaller than the gap between them.
  for (const double size : {1e-3, 1e-7, 1e-12, 1e-19, 1e-21, 1e-23, 1e-30, 1e-40}) {
    Samples a = transformed(x, size, 0.0), b = transformed(y, size, 0.0);
    a.row(59)[0] = 1.0;
    b.row(59)[0] = -1.0;
    expect_equal(prdc(a, b, 5), naive_prdc(a, b, 5), fmt::format("cluster of {}", size));
  }
}

TEST(Prdc, DecidesByTheLastBitOfADouble) {
  // Real samples at 0 and 1 and far away: the ball of 0 reaches to 1.
  const double one = 1.0;
  const auto precision_at = [&](double place) {
    return prdc(samples_of(1, {0, one, 100, 201, 403}), samples_of(1, {-place, 1000, 2000, 4000}),
                1)
        .precision;
  };
  EXPECT_EQ(precision_at(std::nextafter(one, 0.0)), 0.25);
  EXPECT_EQ(precision_at(one), 0.0);
  EXPECT_EQ(precision_at(std::nextafter(one, 2.0)), 0.0);
}

TEST(Prdc, OfDistinctPointsAgainstThemselvesIsOne) {
  const Samples x = random_samples(40, 12, 5);
  const Prdc found = prdc(x, x, 5);
  EXPECT_EQ(found.precision, 1.0);
  EXPECT_EQ(found.recall, 1.0);
  EXPECT_EQ(found.coverage, 1.0);
  EXPECT_FALSE(found.degenerate);
}

TEST(Prdc, SwapsPrecisionAndRecallWithTheSetsAndIgnoresOrder) {
  const Samples x = random_samples(40, 12, 6), y = random_samples(50, 12, 7);
  const Prdc forward = prdc(x, y, 3), backward = prdc(y, x, 3);
  EXPECT_EQ(forward.precision, backward.recall);
  EXPECT_EQ(forward.recall, backward.precision);
  expect_equal(prdc(reversed(x), reversed(y), 3), forward, "reversed");
  expect_equal(prdc(transformed(x, 4.0, 0.0), transformed(y, 4.0, 0.0), 3), forward, "scaled");
  expect_equal(prdc(rotated(x), rotated(y), 3), forward, "rotated");
}

TEST(Prdc, SaysWhenEqualFeaturesLeaveBallsEmpty) {
  // Seven equal rows among nine: with five neighbours each of the seven has a ball of radius 0.
  Samples x = random_samples(9, 4, 0);
  for (int i = 1; i < 7; ++i) std::ranges::copy(x.row(0), x.row(i).begin());
  const Prdc found = prdc(x, x, 5);
  expect_equal(found, naive_prdc(x, x, 5), "seven equal rows");
  EXPECT_LT(found.coverage, 0.5);
  EXPECT_TRUE(found.degenerate);
  EXPECT_FALSE(prdc(x, x, 7).degenerate);
}

TEST(Prdc, RefusesBadSetsByName) {
  const Samples good = random_samples(7, 4, 0);
  Samples bad = good;
  bad.row(2)[1] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_NO_THROW((void)prdc(good, good, 5));
  EXPECT_THROW((void)prdc(good, bad, 5), BadInput);
  EXPECT_THROW((void)prdc(good, random_samples(6, 4, 0), 5), BadInput);
  EXPECT_THROW((void)prdc(good, random_samples(7, 3, 0), 5), BadInput);
  EXPECT_THROW((void)prdc(good, transformed(good, 0.0, 1.0), 5), BadInput);
  EXPECT_THROW((void)prdc(good, good, 0), UsageError);
}

}  // namespace
}  // namespace asbench::metrics
