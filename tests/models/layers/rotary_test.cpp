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

}  // namespace
}  // namespace asbench::models
