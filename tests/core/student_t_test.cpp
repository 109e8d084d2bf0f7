#include "core/student_t.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace asbench {
namespace {

constexpr double kClosedForm =
    1e-13;  // rounding of a continued fraction of some ten steps, lgamma's error in the factor
constexpr double kManyDegrees =
    1e-10;  // lgamma of large arguments loses six digits in the difference
constexpr double kIntegration = 1e-10;  // error of Simpson's rule below

/// P(T <= t) by Simpson's rule over the density, t >= 0.
double integrated(double t, double freedom) {
  const double front = std::exp(std::lgamma((freedom + 1) / 2) - std::lgamma(freedom / 2)) /
                       std::sqrt(freedom * std::numbers::pi);
  const auto density = [&](double x) {
    return front * std::pow(1 + x * x / freedom, -(freedom + 1) / 2);
  };
  constexpr int kSteps = 20'000;
  const double width = t / kSteps;
  double sum = density(0) + density(t);
  for (int i = 1; i < kSteps; ++i) sum += density(i * width) * (i % 2 == 0 ? 2 : 4);
  return 0.5 + sum * width / 3;
}

TEST(StudentT, HasItsClosedFormsForOneAndTwoDegreesOfFreedom) {
  for (const double t : {-1000.0, -3.0, -0.5, 0.0, 1e-6, 0.5, 1.0, 12.7, 400.0}) {
    EXPECT_NEAR(student_t_cdf(t, 1), 0.5 + std::atan(t) / std::numbers::pi, kClosedForm) << t;
    EXPECT_NEAR(student_t_cdf(t, 2), 0.5 + t / (2 * std::sqrt(2 + t * t)), kClosedForm) << t;
  }
}

TEST(StudentT, IsTheIntegralOfItsDensity) {
  for (const double freedom : {3.0, 4.5, 7.0, 19.0, 119.0, 1000.0}) {
    for (const double t : {0.1, 0.7, 1.0, 2.0, 3.5})
      EXPECT_NEAR(student_t_cdf(t, freedom), integrated(t, freedom), kIntegration)
          << t << ", " << freedom;
  }
}

TEST(StudentT, QuantilesAreThoseOfThePrintedTables) {
  // NIST/SEMATECH e-Handbook 1.3.6.7.2 prints three decimals.
  EXPECT_NEAR(student_t_quantile(0.975, 1), 12.706, 5e-4);
  EXPECT_NEAR(student_t_quantile(0.95, 11), 1.796, 5e-4);
  EXPECT_NEAR(student_t_quantile(0.975, 19), 2.093, 5e-4);
  EXPECT_NEAR(student_t_quantile(0.999, 100), 3.174, 5e-4);
}

TEST(StudentT, QuantileUndoesTheDistribution) {
  for (const double freedom : {1.0, 2.0, 5.0, 19.0, 500.0, 1e6}) {
    for (const double p : {1e-6, 0.025, 0.2, 0.4999, 0.5, 0.8, 0.95, 0.999999}) {
      EXPECT_NEAR(student_t_cdf(student_t_quantile(p, freedom), freedom), p,
                  freedom > 1e5 ? kManyDegrees : kClosedForm)
          << p << ", " << freedom;
    }
    EXPECT_NEAR(student_t_quantile(0.5, freedom), 0.0, kClosedForm);
    EXPECT_EQ(student_t_quantile(0.25, freedom), -student_t_quantile(0.75, freedom));
  }
}

TEST(StudentT, ComesCloseToTheNormalDistribution) {
  for (const double t : {-2.0, 0.3, 1.5})
    EXPECT_NEAR(student_t_cdf(t, 1e6), normal_cdf(t), 1e-6);  // their difference is O(1 / freedom)
}

TEST(NormalCdf, HasItsKnownValues) {
  EXPECT_DOUBLE_EQ(normal_cdf(0.0), 0.5);
  EXPECT_NEAR(normal_cdf(1.959963984540054), 0.975, 1e-15);
  EXPECT_NEAR(normal_cdf(-1.959963984540054), 0.025, 1e-15);
}

}  // namespace
}  // namespace asbench
