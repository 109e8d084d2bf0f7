// The rotation of DINOv3 against a naive double-precision loop.
#include "models/layers/rotary.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

constexpr double kTableTolerance = 2e-6;  // float32 angles of up to a turn
constexpr double kRotateTolerance = 1e-6;
constexpr double kTheta = 100.0;

/// The angle of entry `i` of a head for the patch in `row` and `column`.
double angle_of(std::int64_t row, std::int64_t column, std::int64_t i, std::int64_t rows,
                std::int64_t columns, std::int64_t width) {
  const std::int64_t quarter = width / 4;
  const std::int64_t within = i % (width / 2);
  const bool by_row = within < quarter;
  const double place =
      by_row ? 2.0 * (static_cast<double>(row) + 0.5) / static_cast<double>(rows) - 1
             : 2.0 * (static_cast<double>(column) + 0.5) / static_cast<double>(columns) - 1;
  const double exponent = 4.0 * static_cast<double>(within % quarter) / static_cast<double>(width);
  return 2.0 * std::numbers::pi * place / std::pow(kTheta, exponent);
}

TEST(Rotation, TableIsRowsThenColumnsThenBothAgain) {
  constexpr std::int64_t kRows = 3;
  constexpr std::int64_t kColumns = 5;
  constexpr std::int64_t kWidth = 12;
  const at::Tensor table = rotation_table(kRows, kColumns, kWidth, kTheta);
  ASSERT_EQ(table.sizes().vec(), (std::vector<std::int64_t>{2, kRows * kColumns, kWidth}));
  for (std::int64_t patch = 0; patch < kRows * kColumns; ++patch) {
    for (std::int64_t i = 0; i < kWidth; ++i) {
      const double angle = angle_of(patch / kColumns, patch % kColumns, i, kRows, kColumns, kWidth);
      EXPECT_NEAR(table[0][patch][i].item<double>(), std::cos(angle), kTableTolerance);
      EXPECT_NEAR(table[1][patch][i].item<double>(), std::sin(angle), kTableTolerance);
    }
  }
}

TEST(Rotation, TurnsHalvesAgainstEachOtherAndLeavesTheFirstTokens) {
  const InferenceScope scope;
  constexpr std::int64_t kWidth = 8;
  constexpr std::int64_t kHeads = 3;
  const at::Tensor table = rotation_table(2, 2, kWidth, kTheta);
  const at::Tensor before =
      at::arange(2 * 6 * kHeads * kWidth, at::kFloat).mul_(0.7).sin_().view({2, 6, -1});
  const at::Tensor x = before.clone();
  rotate(x, {table[0], table[1]});
  EXPECT_TRUE(at::equal(x.narrow(1, 0, 2), before.narrow(1, 0, 2)));
  for (std::int64_t patch = 0; patch < 4; ++patch) {
    for (std::int64_t head = 0; head < kHeads; ++head) {
      for (std::int64_t i = 0; i < kWidth; ++i) {
        const bool first = i < kWidth / 2;
        const auto at = [&](std::int64_t place) {
          return before[1][2 + patch][head * kWidth + place].item<double>();
        };
        const double other = first ? -at(i + kWidth / 2) : at(i - kWidth / 2);
        const double angle = angle_of(patch / 2, patch % 2, i, 2, 2, kWidth);
        EXPECT_NEAR(x[1][2 + patch][head * kWidth + i].item<double>(),
                    at(i) * std::cos(angle) + other * std::sin(angle), kRotateTolerance);
      }
    }
  }
}

TEST(Rotation, KeepsLengthsAndProductsOfEqualPlaces) {
  const InferenceScope scope;
  const at::Tensor table = rotation_table(4, 3, 8, kTheta);
  const at::Tensor before = at::arange(12 * 8, at::kFloat).mul_(1.1).cos_().view({1, 12, 8});
  const at::Tensor x = before.clone();
  rotate(x, {table[0], table[1]});
  EXPECT_LE((x.norm(2, {2}) - before.norm(2, {2})).abs().max().item<double>(), kRotateTolerance);
  EXPECT_GT((x - before).abs().max().item<double>(), 0.1);
}

// docs/design/animeshootergen.md 4.4.
TEST(RotationOfPositions, IsPositionTimesFrequencyInBothHalves) {
  constexpr std::int64_t kWidth = 6;
  const at::Tensor table = rotation_of_positions(3, 4, kWidth, kTheta);
  ASSERT_EQ(table.sizes().vec(), (std::vector<std::int64_t>{2, 4, kWidth}));
  for (std::int64_t token = 0; token < 4; ++token) {
    for (std::int64_t i = 0; i < kWidth; ++i) {
      const double angle = static_cast<double>(3 + token) *
                           std::pow(kTheta, -2.0 * static_cast<double>(i % 3) / kWidth);
      EXPECT_NEAR(table[0][token][i].item<double>(), std::cos(angle), kTableTolerance);
      EXPECT_NEAR(table[1][token][i].item<double>(), std::sin(angle), kTableTolerance);
    }
  }
}

// Qwen2 turns the halves of a head against each other; other models turn neighbours.
TEST(RotationOfPositions, TurnsHalvesAndNotNeighbours) {
  const InferenceScope scope;
  const at::Tensor table = rotation_of_positions(1, 1, 4, kTheta);
  const at::Tensor x = at::tensor({1.0F, 2.0F, 3.0F, 4.0F}).view({1, 1, 4});
  rotate(x, {table[0], table[1]});
  const double fast = 1.0;
  const double slow = std::pow(kTheta, -0.5);
  const std::vector<double> halves = {
      std::cos(fast) - 3 * std::sin(fast), 2 * std::cos(slow) - 4 * std::sin(slow),
      3 * std::cos(fast) + std::sin(fast), 4 * std::cos(slow) + 2 * std::sin(slow)};
  for (std::int64_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(x[0][0][i].item<double>(), halves[static_cast<std::size_t>(i)], kRotateTolerance);
  }
  const double neighbours = std::cos(fast) - 2 * std::sin(fast);
  EXPECT_GT(std::abs(x[0][0][0].item<double>() - neighbours), 0.1);
}

}  // namespace
}  // namespace asbench::models
