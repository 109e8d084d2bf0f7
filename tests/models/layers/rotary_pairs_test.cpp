// The rotation of neighbouring channels against a naive double-precision loop.
#include "models/layers/rotary_pairs.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

constexpr double kRotateTolerance = 1e-6;
constexpr std::int64_t kWidth = 6;
constexpr std::int64_t kHeads = 2;
constexpr std::int64_t kTokens = 3;

double angle_of(std::int64_t token, std::int64_t pair) {
  return 0.4 * static_cast<double>(token + 1) / static_cast<double>(pair + 1);
}

Rotation rotation() {
  Rotation table = {at::empty({kTokens, kWidth / 2}), at::empty({kTokens, kWidth / 2})};
  for (std::int64_t token = 0; token < kTokens; ++token) {
    for (std::int64_t pair = 0; pair < kWidth / 2; ++pair) {
      table.cosines[token][pair] = std::cos(angle_of(token, pair));
      table.sines[token][pair] = std::sin(angle_of(token, pair));
    }
  }
  return table;
}

TEST(RotationOfPairs, TurnsNeighboursAndLeavesTheFirstTokens) {
  const InferenceScope scope;
  const at::Tensor before =
      at::arange(2 * 5 * kHeads * kWidth, at::kFloat).mul_(0.7).sin_().view({2, 5, -1});
  const at::Tensor x = before.clone();
  rotate_pairs(x, rotation());
  EXPECT_TRUE(at::equal(x.narrow(1, 0, 2), before.narrow(1, 0, 2)));
  for (std::int64_t token = 0; token < kTokens; ++token) {
    for (std::int64_t channel = 0; channel < kHeads * kWidth; channel += 2) {
      const double angle = angle_of(token, channel % kWidth / 2);
      const double x0 = before[1][2 + token][channel].item<double>();
      const double x1 = before[1][2 + token][channel + 1].item<double>();
      EXPECT_NEAR(x[1][2 + token][channel].item<double>(),
                  x0 * std::cos(angle) - x1 * std::sin(angle), kRotateTolerance);
      EXPECT_NEAR(x[1][2 + token][channel + 1].item<double>(),
                  x1 * std::cos(angle) + x0 * std::sin(angle), kRotateTolerance);
    }
  }
}

// The rotation of halves (DINOv3, Qwen2) with the same angles is something else.
TEST(RotationOfPairs, IsNotThatOfHalves) {
  const InferenceScope scope;
  const Rotation table = rotation();
  const at::Tensor x = at::arange(kTokens * kWidth, at::kFloat).mul_(1.1).cos_().view({1, 3, -1});
  const at::Tensor halves = x.clone();
  rotate(halves,
         {at::cat({table.cosines, table.cosines}, 1), at::cat({table.sines, table.sines}, 1)});
  rotate_pairs(x, table);
  EXPECT_GT((x - halves).abs().max().item<double>(), 0.1);
}

TEST(RotationOfPairs, OfBfloat16IsComputedInFloat32) {
  const InferenceScope scope;
  const at::Tensor exact =
      at::arange(kTokens * kWidth, at::kFloat).mul_(1.1).cos_().view({1, 3, -1}).to(at::kBFloat16);
  const at::Tensor wide = exact.to(at::kFloat);
  rotate_pairs(exact, rotation());
  rotate_pairs(wide, rotation());
  EXPECT_TRUE(exact.equal(wide.to(at::kBFloat16)));
}

}  // namespace
}  // namespace asbench::models
