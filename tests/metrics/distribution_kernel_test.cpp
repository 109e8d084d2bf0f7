#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "metrics/set/kernel_distance.h"
#include "tests/metrics/random_samples.h"

namespace asbench::metrics {
namespace {

using namespace testing;

constexpr double kRounding = 1e-12;  // thousands of additions of numbers around 1

long double kernel(SamplesView a, int i, SamplesView b, int j, const PolynomialKernel& kernel) {
  long double product = 0;
  for (std::size_t c = 0; c < static_cast<std::size_t>(a.cols); ++c)
    product += static_cast<long double>(a.row(i)[c]) * b.row(j)[c];
  long double value = 1;
  for (int e = 0; e < kernel.degree; ++e) value *= kernel.gamma * product + kernel.offset;
  return value;
}

/// The definition, pair by pair.
double naive_mmd(SamplesView x, SamplesView y, const PolynomialKernel& form, bool unbiased) {
  const auto within = [&](SamplesView a) {
    long double sum = 0;
    for (int i = 0; i < a.rows; ++i) {
      for (int j = 0; j < a.rows; ++j) sum += unbiased && i == j ? 0 : kernel(a, i, a, j, form);
    }
    return sum / (static_cast<long double>(a.rows) * (unbiased ? a.rows - 1 : a.rows));
  };
  long double between = 0;
  for (int i = 0; i < x.rows; ++i) {
    for (int j = 0; j < y.rows; ++j) between += kernel(x, i, y, j, form);
  }
  return static_cast<double>(within(x) + within(y) -
                             2 * between / (static_cast<long double>(x.rows) * y.rows));
}

TEST(KernelDistance, MeetsThePublishedNumbers) {
  EXPECT_NEAR(kernel_distance(conformance_a(), conformance_b()), -5062.043209876541, 1e-9);
  EXPECT_NEAR(biased_mmd(conformance_a(), conformance_b(), {2, 1.0 / 3.0, 0.0}),
              270.0 + 72222.0 / 99999.0, 1e-4);
  EXPECT_NEAR(biased_mmd(conformance_a(), conformance_b(), {2, 1.0 / 3.0, 0.0}), 270.72222222222223,
              1e-9);
  EXPECT_NEAR(jedi_distance(conformance_a(), conformance_b()), 27072.222222222223, 1e-7);
  EXPECT_NEAR(biased_mmd(conformance_a(), conformance_b(), {3, 1.0 / 3.0, 1.0}), 23088.083333333333,
              1e-8);
}

TEST(KernelDistance, MatchesTheNaivePairs) {
  // 1,100 rows are more than one tile.
  for (const auto& [n, m] : {std::pair(2, 2), std::pair(13, 40), std::pair(1100, 30)}) {
    const Samples x = random_samples(n, 6, 1), y = random_samples(m, 6, 2, 0.3);
    EXPECT_NEAR(kernel_distance(x, y), naive_mmd(x, y, {3, 1.0 / 6.0, 1.0}, true), kRounding) << n;
    EXPECT_NEAR(jedi_distance(x, y), 100.0 * naive_mmd(x, y, {2, 1.0 / 6.0, 0.0}, false),
                100.0 * kRounding)
        << n;
  }
}

TEST(KernelDistance, IgnoresOrderAndRotationAndTheSidesName) {
  const Samples x = random_samples(20, 9, 3), y = random_samples(31, 9, 4);
  EXPECT_NEAR(kernel_distance(reversed(x), reversed(y)), kernel_distance(x, y), kRounding);
  EXPECT_NEAR(kernel_distance(rotated(x), rotated(y)), kernel_distance(x, y), kRounding);
  EXPECT_NEAR(kernel_distance(y, x), kernel_distance(x, y), kRounding);
  EXPECT_NEAR(jedi_distance(x, x), 0.0, kRounding);
}

TEST(KernelDistance, KeepsANegativeSign) {
  // Unbiased: a set against itself lies below 0, because the pairs of equal rows count between the
  // sets and not within.
  EXPECT_LT(kernel_distance(conformance_a(), conformance_a()), 0.0);
}

TEST(KernelDistance, OfSubsetsAsLargeAsTheSetsIsTheDistanceItself) {
  const Samples x = random_samples(30, 5, 5), y = random_samples(30, 5, 6);
  const Kid found = kid(x, y, {.subsets = 3, .subset_size = 30, .seed = 2020});
  EXPECT_NEAR(found.mean, kernel_distance(x, y), kRounding);
  EXPECT_NEAR(found.deviation, 0.0, kRounding);
}

TEST(KernelDistance, RefusesBadSetsAndSubsetsThatCanNotBeDrawn) {
  const Samples good = random_samples(5, 4, 0);
  Samples bad = good;
  bad.row(0)[0] = std::numeric_limits<double>::infinity();
  EXPECT_THROW((void)kernel_distance(good, bad), BadInput);
  EXPECT_THROW((void)kernel_distance(random_samples(1, 4, 0), good), BadInput);
  EXPECT_THROW((void)jedi_distance(good, random_samples(5, 3, 0)), BadInput);
  EXPECT_THROW((void)jedi_distance(good, random_samples(1, 4, 0)), BadInput);
  const Samples constant = transformed(good, 0.0, 1.0);
  EXPECT_THROW((void)kernel_distance(good, constant), BadInput);
  EXPECT_THROW((void)jedi_distance(constant, good), BadInput);
  EXPECT_THROW((void)kid(constant, good, {.subsets = 2, .subset_size = 3}), BadInput);
  EXPECT_THROW((void)kid(good, good), BadInput);
  EXPECT_THROW((void)kid(good, good, {.subsets = 0, .subset_size = 2}), UsageError);
}

}  // namespace
}  // namespace asbench::metrics
