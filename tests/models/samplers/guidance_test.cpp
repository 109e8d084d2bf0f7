#include "models/samplers/guidance.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/models/weights/expect_error.h"

namespace asbench::models {
namespace {

using asbench::testing::expect_error;

/// Anchors have 6 decimals.
constexpr double kAnchorTolerance = 1e-6;

TEST(Guidance, FixedIsTheScaleInEveryStep) {
  const Guidance guidance{GuidanceMode::fixed, 6.0};
  for (std::int64_t i = 0; i < 50; ++i) EXPECT_EQ(guidance.at_step(i, 50, 999 - 20 * i), 6.0);
}

TEST(Guidance, RampRisesFromOneWhateverTheTime) {
  const Guidance guidance{GuidanceMode::ramp, 6.0};
  EXPECT_EQ(guidance.at_step(0, 50, 999), 1.0);
  // 1 + 6 (1 - cos(pi / 32)) / 2, half way.
  EXPECT_NEAR(guidance.at_step(25, 50, 3), 1.0 + 3.0 * (1.0 - 0.9951847266721969), 1e-12);
  EXPECT_EQ(guidance.at_step(25, 50, 3), guidance.at_step(25, 50, 499));
  double before = 0.0;
  for (std::int64_t i = 0; i < 50; ++i) {
    const double g = guidance.at_step(i, 50, 0);
    EXPECT_GE(g, before) << i;  // equal at first: the fifth power of a small number
    EXPECT_LT(g, 7.0) << i;
    before = g;
  }
  EXPECT_GT(before, 6.5);
}

TEST(Guidance, DiffusersCompatMatchesTheAnchors) {
  const Guidance guidance{GuidanceMode::diffusers_compat, 6.0};
  EXPECT_NEAR(guidance.at_step(0, 50, 999), 2.291487, kAnchorTolerance);
  EXPECT_NEAR(guidance.at_step(1, 50, 979), 2.543503, kAnchorTolerance);
  EXPECT_NEAR(guidance.at_step(24, 50, 519), 6.985373, kAnchorTolerance);
  EXPECT_NEAR(guidance.at_step(49, 50, 19), 1.123398, kAnchorTolerance);
}

TEST(Guidance, DiffusersCompatGuidesNothingAtAScaleOfOne) {
  const Guidance guidance{GuidanceMode::diffusers_compat, 1.0};
  EXPECT_EQ(guidance.at_step(24, 50, 519), 1.0);
}

TEST(Guide, GoesFromTheNullBranchToTheConditionalOneAndBeyond) {
  const at::Tensor both = at::tensor({1.0F, 2.0F, 3.0F, 1.5F, 2.0F, 2.0F}).view({2, 3});
  EXPECT_TRUE(guide(both, 6.0).equal(at::tensor({4.0F, 2.0F, -3.0F}).view({1, 3})));
  EXPECT_TRUE(guide(both, 0.0).equal(both.narrow(0, 0, 1)));
}

TEST(Guide, OfOneIsTheConditionalBranchBitForBit) {
  // 1e8 + (0.1 - 1e8) is 0 in float32.
  const at::Tensor both = at::tensor({1e8F, 0.1F}).view({2, 1});
  EXPECT_TRUE(guide(both, 1.0).equal(at::tensor({0.1F}).view({1, 1})));
}

TEST(Guide, ComputesInFloat32) {
  const at::Tensor both = at::tensor({1.0F, 1.0078125F}).view({2, 1}).to(at::kBFloat16);
  const at::Tensor guided = guide(both, 6.5);
  EXPECT_EQ(guided.scalar_type(), at::kFloat);
  EXPECT_EQ(guided.item<float>(), 1.05078125F);  // bfloat16 would round it to 1.046875 or 1.0546875
}

TEST(Guide, RefusesAnythingButTwoBranches) {
  for (const std::int64_t branches : {1, 3}) {
    expect_error<InternalError>(
        [&] {
          (void)guide(at::zeros({branches, 2}), 6.0);
        },
        {"[2, ...]", "[" + std::to_string(branches) + ", 2]"});
  }
}

}  // namespace
}  // namespace asbench::models
