#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <limits>
#include <string>

#include "core/error.h"
#include "metrics/set/frechet.h"
#include "tests/metrics/random_samples.h"

namespace asbench::metrics {
namespace {

using namespace testing;

constexpr double kByHand = 1e-12;  // a few additions
constexpr double kAgainstLongDouble =
    1e-8;  // singular values in double; the naive form takes roots of 64-bit eigenvalues
constexpr double kRounding =
    1e-10;  // two ways through the same computation, relative to the traces

using Matrix80 = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;

Matrix80 covariance(SamplesView samples, int ddof) {
  Matrix80 x(samples.rows, samples.cols);
  for (int i = 0; i < samples.rows; ++i) {
    for (int j = 0; j < samples.cols; ++j) x(i, j) = samples.row(i)[static_cast<std::size_t>(j)];
  }
  x.rowwise() -= x.colwise().mean().eval();
  return x.transpose() * x / static_cast<long double>(samples.rows - ddof);
}

Matrix80 root(const Matrix80& symmetric) {
  const Eigen::SelfAdjointEigenSolver<Matrix80> solver(symmetric);
  return solver.eigenvectors() * solver.eigenvalues().cwiseMax(0.0L).cwiseSqrt().asDiagonal() *
         solver.eigenvectors().transpose();
}

/// The definition: roots of covariances, in long double.
long double naive_frechet(SamplesView x, SamplesView y, int ddof) {
  long double value = 0;
  for (int j = 0; j < x.cols; ++j) {
    long double mean_x = 0, mean_y = 0;
    for (int i = 0; i < x.rows; ++i)
      mean_x += static_cast<long double>(x.row(i)[static_cast<std::size_t>(j)]) / x.rows;
    for (int i = 0; i < y.rows; ++i)
      mean_y += static_cast<long double>(y.row(i)[static_cast<std::size_t>(j)]) / y.rows;
    value += (mean_x - mean_y) * (mean_x - mean_y);
  }
  const Matrix80 s_x = covariance(x, ddof), s_y = covariance(y, ddof);
  const Matrix80 half = root(s_x);
  return value + s_x.trace() + s_y.trace() - 2 * root(half * s_y * half).trace();
}

TEST(FrechetDistance, MeetsThePublishedNumbers) {
  EXPECT_NEAR(frechet_distance(conformance_a(), conformance_b(), 1).value(), 24.683913174287795,
              1e-9);
  EXPECT_NEAR(frechet_distance(conformance_a(), conformance_b(), 0).value(), 19.006098468080804,
              1e-9);
  EXPECT_NEAR(frechet_distance(conformance_a(), conformance_b(), 0).mean_term, 6.0, kByHand);
}

TEST(FrechetDistance, MatchesTheHandComputedSquares) {
  const Samples square = samples_of(2, {0, 0, 2, 0, 0, 2, 2, 2}),
                tall = samples_of(2, {1, 1, 3, 1, 1, 5, 3, 5});
  const Frechet plain = frechet_distance(square, tall, 0);
  EXPECT_NEAR(plain.mean_term, 5.0, kByHand);
  EXPECT_NEAR(plain.trace_term, 1.0, kByHand);
  EXPECT_NEAR(frechet_distance(square, tall, 1).value(), 19.0 / 3.0, kByHand);
}

TEST(FrechetDistance, MatchesTheNaiveLongDoubleForm) {
  struct Case {
    int n, m, d;
  };
  for (const Case c : {Case{40, 50, 7},
                       {7, 9, 12},
                       {5, 60, 20},
                       {60, 5, 20},
                       {2, 2, 30},
                       {30, 30, 30},
                       {31, 30, 30},
                       {9, 9, 1}}) {
    for (std::uint32_t seed = 0; seed < 5; ++seed) {
      const Samples x = random_samples(c.n, c.d, seed),
                    y = random_samples(c.m, c.d, seed + 100, 0.1);
      for (const int ddof : {0, 1}) {
        const auto expected = static_cast<double>(naive_frechet(x, y, ddof));
        EXPECT_NEAR(frechet_distance(x, y, ddof).value(), expected, kAgainstLongDouble * expected)
            << c.n << " " << c.m << " " << c.d << " seed " << seed;
      }
    }
  }
}

TEST(FrechetDistance, TakesTheSameValueFromEigenvaluesAndFromSingularValues) {
  // Above 256 rows the eigenvalues of the Gram matrix are tried first; low rank forces the singular
  // values.
  for (const auto& [rows, cols] : {std::pair(262, 270), std::pair(290, 260)}) {
    const Samples x = random_samples(rows, cols, 1), y = random_samples(rows, cols, 2);
    const auto expected = static_cast<double>(naive_frechet(x, y, 1));
    EXPECT_NEAR(frechet_distance(x, y, 1).value(), expected, kAgainstLongDouble * expected)
        << rows << " x " << cols;
  }
  Samples flat = random_samples(400, 300, 3);
  for (int i = 0; i < flat.rows; ++i) {
    for (std::size_t j = 3; j < 300; ++j) flat.row(i)[j] = flat.row(i)[j % 3];
  }
  const double spread = frechet_distance(flat, transformed(flat, 2.0, 0.0), 1).value();
  EXPECT_NEAR(frechet_distance(flat, flat, 1).value(), 0.0, 1e-9 * spread);
}

/// Shapes that take every way through the computation: fewer and more rows than columns, and more
/// than 256 of both (eigenvalues).
struct Shape {
  int real, generated, cols;
};
constexpr Shape kShapes[] = {{20, 50, 33}, {40, 60, 15}, {300, 310, 320}, {330, 340, 300}};

TEST(FrechetDistance, IsZeroForASetAgainstItselfAndItsDuplicates) {
  for (const Shape& shape : kShapes) {
    const Samples x = random_samples(shape.real, shape.cols, 4);
    std::vector<int> twice;
    for (int i = 0; i < 2 * x.rows; ++i) twice.push_back(i % x.rows);
    double squares = 0.0;
    for (const double value : x.values) squares += value * value;
    const double traces = 2.0 * squares / x.rows;
    EXPECT_NEAR(frechet_distance(x, x, 1).value(), 0.0, 1e-9 * traces) << shape.real;
    EXPECT_NEAR(frechet_distance(x, select_rows(x, twice), 0).value(), 0.0, 1e-9 * traces)
        << shape.real;
  }
}

TEST(FrechetDistance, MovesByTheSquaredShiftUnderTranslation) {
  for (const Shape& shape : kShapes) {
    const Samples x = random_samples(shape.real, shape.cols, 5),
                  y = random_samples(shape.generated, shape.cols, 6);
    const double squared_shift = shape.cols * 9.0;
    const Frechet moved = frechet_distance(x, transformed(x, 1.0, 3.0), 1);
    EXPECT_NEAR(moved.mean_term, squared_shift, kRounding * squared_shift);
    EXPECT_NEAR(moved.trace_term, 0.0, kRounding * squared_shift);
    // Two sets with the same mean: shifting one adds the squared shift, shifting both nothing.
    std::vector<double> mean_x, mean_y;
    const Samples cx = centred(x, mean_x), cy = centred(y, mean_y);
    const double apart = frechet_distance(cx, cy, 1).value();
    EXPECT_NEAR(frechet_distance(cx, transformed(cy, 1.0, 3.0), 1).value(), apart + squared_shift,
                kRounding * squared_shift);
    EXPECT_NEAR(frechet_distance(transformed(cx, 1.0, 7.0), transformed(cy, 1.0, 7.0), 1).value(),
                apart, 1e-9 * apart);
  }
}

TEST(FrechetDistance, IsSymmetricTurnsWithTheSpaceAndIgnoresOrder) {
  for (const Shape& shape : kShapes) {
    const Samples x = random_samples(shape.real, shape.cols, 7),
                  y = random_samples(shape.generated, shape.cols, 8, 0.2);
    const double value = frechet_distance(x, y, 1).value();
    EXPECT_NEAR(frechet_distance(y, x, 1).value(), value, kRounding * value);
    EXPECT_NEAR(frechet_distance(rotated(x), rotated(y), 1).value(), value, kRounding * value);
    EXPECT_GT(std::abs(frechet_distance(rotated(x), y, 1).value() - value), 1e-3 * value)
        << "the rotation turns nothing";
    EXPECT_NEAR(frechet_distance(reversed(x), reversed(y), 1).value(), value, kRounding * value);
    EXPECT_NEAR(frechet_distance(transformed(x, -3.0, 0.0), transformed(y, -3.0, 0.0), 1).value(),
                9.0 * value, 9.0 * kRounding * value);
  }
}

TEST(FrechetDistance, RelatesTheTwoDivisorsForEqualSizes) {
  for (const Shape& shape : kShapes) {
    const Samples x = random_samples(shape.real, shape.cols, 9),
                  y = random_samples(shape.real, shape.cols, 10);
    const Frechet one = frechet_distance(x, y, 1), zero = frechet_distance(x, y, 0);
    const double n = shape.real;
    EXPECT_NEAR(zero.value(), one.mean_term + (n - 1.0) / n * (one.value() - one.mean_term),
                kRounding * one.value());
    EXPECT_GT(one.value() - zero.value(), 1e-4 * one.value());
  }
}

TEST(FrechetDistance, PartsOfSetsWithoutVarianceGiveTheDistanceOfTheMeans) {
  const Samples x = transformed(random_samples(5, 4, 0), 0.0, 1.0),
                y = transformed(random_samples(6, 4, 0), 0.0, 3.0);
  EXPECT_DOUBLE_EQ(frechet_parts(x, y).with(1).value(), 16.0);
  const Samples one_column = samples_of(1, {1, 3}), other = samples_of(1, {2, 6});
  EXPECT_NEAR(frechet_distance(one_column, other, 0).value(), 4.0 + 1.0, kByHand);
}

TEST(FrechetDistance, RefusesBadSetsByName) {
  const auto message = [](const Samples& x, const Samples& y) -> std::string {
    try {
      (void)frechet_distance(x, y, 1);
    } catch (const BadInput& error) {
      return error.what();
    }
    return "taken";
  };
  const Samples good = random_samples(5, 4, 0);
  Samples nan = good, inf = good;
  nan.row(3)[2] = std::numeric_limits<double>::quiet_NaN();
  inf.row(1)[0] = std::numeric_limits<double>::infinity();
  EXPECT_NE(message(good, nan).find("generated set holds nan in row 3, column 2"),
            std::string::npos)
      << message(good, nan);
  EXPECT_NE(message(inf, good).find("real set holds inf in row 1, column 0"), std::string::npos)
      << message(inf, good);
  EXPECT_NE(
      message(good, random_samples(5, 3, 0)).find("real features have 4 columns, generated ones 3"),
      std::string::npos);
  const Samples constant = transformed(good, 0.0, 1.0);
  EXPECT_NE(message(constant, good).find("real set has zero variance: its 5 samples are all equal"),
            std::string::npos)
      << message(constant, good);
  EXPECT_NE(message(good, constant).find("generated set has zero variance"), std::string::npos)
      << message(good, constant);
  EXPECT_NE(message(random_samples(1, 4, 0), good).find("1 sample, at least 2"), std::string::npos);
  EXPECT_NE(message(Samples(3, 0), Samples(3, 0)).find("no columns"), std::string::npos);
}

}  // namespace
}  // namespace asbench::metrics
