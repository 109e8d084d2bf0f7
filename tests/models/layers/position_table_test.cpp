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
