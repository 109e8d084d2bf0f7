#include "models/layers/position_table.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/models/weights/expect_error.h"

namespace asbench::models {
namespace {

constexpr double kInterpolationTolerance = 1e-5;  // float32 coordinates of a table of order 1

/// docs/design/metrics.md 1.2 in double: src = (x + 0.5) * scale - 0.5, four neighbours, a = -0.75,
/// edges clamped.
double cubic(double t) {
  constexpr double a = -0.75;
  t = std::abs(t);
  if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  if (t < 2) return ((a * t - 5 * a) * t + 8 * a) * t - 4 * a;
  return 0;
}

double sample(const at::Tensor& grid, double y, double x) {
  const auto side = grid.size(0);
  const auto clamped = [&](std::int64_t i) { return std::clamp<std::int64_t>(i, 0, side - 1); };
  const auto y0 = static_cast<std::int64_t>(std::floor(y));
  const auto x0 = static_cast<std::int64_t>(std::floor(x));
  double sum = 0;
  for (std::int64_t j = y0 - 1; j <= y0 + 2; ++j) {
    for (std::int64_t i = x0 - 1; i <= x0 + 2; ++i) {
      sum += cubic(y - static_cast<double>(j)) * cubic(x - static_cast<double>(i)) *
             grid[clamped(j)][clamped(i)].item<double>();
    }
  }
  return sum;
}

at::Tensor table(std::int64_t side, std::int64_t width) {
  return at::arange((side * side + 1) * width, at::kFloat)
      .mul_(1.9)
      .sin_()
      .view({side * side + 1, width});
}

void expect_naive(PositionScale kind, double extra) {
  constexpr std::int64_t kSide = 5;
  constexpr std::int64_t kRows = 4;
  constexpr std::int64_t kColumns = 7;
  const at::Tensor positions = table(kSide, 3);
  const at::Tensor stretched = interpolate_positions(positions, kRows, kColumns, kind);
  ASSERT_EQ(stretched.sizes().vec(), (std::vector<std::int64_t>{1 + kRows * kColumns, 3}));
  EXPECT_TRUE(at::equal(stretched[0], positions[0]));
  for (std::int64_t channel = 0; channel < 3; ++channel) {
    const at::Tensor grid =
        positions.narrow(0, 1, kSide * kSide).select(1, channel).view({kSide, kSide});
    for (std::int64_t r = 0; r < kRows; ++r) {
      for (std::int64_t c = 0; c < kColumns; ++c) {
        const double y = (static_cast<double>(r) + 0.5) * kSide / (kRows + extra) - 0.5;
        const double x = (static_cast<double>(c) + 0.5) * kSide / (kColumns + extra) - 0.5;
        EXPECT_NEAR(stretched[1 + r * kColumns + c][channel].item<double>(), sample(grid, y, x),
                    kInterpolationTolerance)
            << r << " " << c;
      }
    }
  }
}

TEST(PositionTable, StretchesBySizeAsTheNaiveForm) {
  expect_naive(PositionScale::by_size, 0.0);
}

TEST(PositionTable, StretchesPlusATenthAsTheNaiveForm) {
  expect_naive(PositionScale::plus_a_tenth, 0.1);
}

/// The same with the filter as wide as the step where it shrinks, a = -0.5, weights summing to 1.
double antialiased_weight(double t) {
  constexpr double a = -0.5;
  t = std::abs(t);
  if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  if (t < 2) return ((a * t - 5 * a) * t + 8 * a) * t - 4 * a;
  return 0;
}

std::vector<double> antialiased_weights(std::int64_t x, std::int64_t side, std::int64_t wanted) {
  const double scale = static_cast<double>(side) / static_cast<double>(wanted);
  const double widened = std::max(scale, 1.0);
  const double centre = scale * (static_cast<double>(x) + 0.5);
  std::vector<double> weights;
  double sum = 0;
  for (std::int64_t i = 0; i < side; ++i) {
    const double t = (static_cast<double>(i) - centre + 0.5) / widened;
    const bool inside = i >= static_cast<std::int64_t>(std::max(centre - 2 * widened + 0.5, 0.0)) &&
                        i < static_cast<std::int64_t>(centre + 2 * widened + 0.5);
    weights.push_back(inside ? antialiased_weight(t) : 0.0);
    sum += weights.back();
  }
  for (double& weight : weights) weight /= sum;
  return weights;
}

TEST(PositionTable, StretchesAntialiasedAsTheNaiveForm) {
  constexpr std::int64_t kSide = 6;
  constexpr std::int64_t kRows = 4;
  constexpr std::int64_t kColumns = 9;
  const at::Tensor positions = table(kSide, 3);
  const at::Tensor stretched =
      interpolate_positions(positions, kRows, kColumns, PositionScale::antialiased);
  EXPECT_TRUE(at::equal(stretched[0], positions[0]));
  for (std::int64_t channel = 0; channel < 3; ++channel) {
    for (std::int64_t r = 0; r < kRows; ++r) {
      for (std::int64_t c = 0; c < kColumns; ++c) {
        const auto down = antialiased_weights(r, kSide, kRows);
        const auto across = antialiased_weights(c, kSide, kColumns);
        double expected = 0;
        for (std::int64_t y = 0; y < kSide; ++y) {
          for (std::int64_t x = 0; x < kSide; ++x) {
            expected += down[static_cast<std::size_t>(y)] * across[static_cast<std::size_t>(x)] *
                        positions[1 + y * kSide + x][channel].item<double>();
          }
        }
        EXPECT_NEAR(stretched[1 + r * kColumns + c][channel].item<double>(), expected,
                    kInterpolationTolerance);
      }
    }
  }
}

TEST(PositionTable, MayHaveNoTokenBeforeTheGrid) {
  const at::Tensor positions = table(5, 3);
  const at::Tensor with = interpolate_positions(positions, 4, 7);
  const at::Tensor without =
      interpolate_positions(positions.narrow(0, 1, 25), 4, 7, PositionScale::by_size, 0);
  EXPECT_TRUE(at::equal(without, with.narrow(0, 1, 28)));
}

TEST(PositionTable, TheTwoScalesAreNotTheSame) {
  const at::Tensor positions = table(14, 8);
  const at::Tensor difference =
      (interpolate_positions(positions, 14, 21, PositionScale::by_size) -
       interpolate_positions(positions, 14, 21, PositionScale::plus_a_tenth))
          .abs();
  EXPECT_GT(difference.max().item<double>(), 0.05);
}

TEST(PositionTable, IsItselfForItsOwnGrid) {
  const at::Tensor positions = table(6, 4);
  for (const PositionScale kind : {PositionScale::by_size, PositionScale::plus_a_tenth}) {
    EXPECT_TRUE(at::equal(interpolate_positions(positions, 6, 6, kind), positions));
  }
}

TEST(PositionTable, RefusesToStretchWhatIsNoSquare) {
  asbench::testing::expect_error(
      [] { static_cast<void>(interpolate_positions(table(3, 2).narrow(0, 0, 8), 4, 4)); },
      {"7 patches", "4 x 4"});
}

}  // namespace
}  // namespace asbench::models
