#include "models/samplers/shot_noise.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include <set>

namespace asbench::models {
namespace {

/// LibTorch computes logarithm and cosine by vector or one by one, depending on the CPU: the last
/// bits of values up to 4 may differ.
constexpr double kStreamTolerance = 2e-6;

TEST(ShotNoise, MatchesTheAnchors) {
  const at::Tensor noise = ShotNoise(42).draw({16});
  EXPECT_EQ(noise.scalar_type(), at::kFloat);
  EXPECT_NEAR(noise[0].item<double>(), 1.9269153, kStreamTolerance);
  EXPECT_NEAR(noise[1].item<double>(), 1.4872841, kStreamTolerance);
  EXPECT_NEAR(noise[2].item<double>(), 0.9007172, kStreamTolerance);
}

TEST(ShotNoise, IsTheSameForTheSameSeedAndOtherForAnother) {
  const at::Tensor noise = ShotNoise(42).draw({1, 2, 4, 3, 3});
  EXPECT_TRUE(noise.equal(ShotNoise(42).draw({1, 2, 4, 3, 3})));
  EXPECT_FALSE(noise.equal(ShotNoise(43).draw({1, 2, 4, 3, 3})));
}

// docs/design/animeshootergen.md 10, pitfall 9.
TEST(ShotNoise, ComesInBlocksOfSixteenSoAShotMustBeOneDraw) {
  ShotNoise whole(7);
  const at::Tensor together = whole.draw({48});
  ShotNoise by_blocks(7);
  EXPECT_TRUE(at::cat({by_blocks.draw({16}), by_blocks.draw({32})}).equal(together));
  ShotNoise by_frames(7);
  const at::Tensor apart = at::cat({by_frames.draw({24}), by_frames.draw({24})});
  EXPECT_FALSE(apart.equal(together));
  EXPECT_FALSE(ShotNoise(42).draw({15}).equal(ShotNoise(42).draw({16}).narrow(0, 0, 15)));
}

TEST(ShotNoise, ContinuesItsStream) {
  ShotNoise noise(5);
  const at::Tensor first = noise.draw({16});
  EXPECT_FALSE(first.equal(noise.draw({16})));
}

TEST(ShotNoise, LeavesTheGlobalGeneratorAlone) {
  const at::Generator& global = at::detail::getDefaultCPUGenerator();
  const at::Tensor before = global.get_state();
  (void)ShotNoise(42).draw({64});
  EXPECT_TRUE(global.get_state().equal(before));
}

TEST(ShotSeed, IsTheHashOfRunStoryAndShot) {
  // python: int.from_bytes(hashlib.sha256(b"0|story|1").digest()[:8], "big") & (2**63 - 1)
  EXPECT_EQ(shot_seed(0, "story", 1), 4698068629017046435U);
  EXPECT_EQ(shot_seed(18446744073709551615U, "", 12), 8825883589015314027U);
}

TEST(ShotSeed, HasItsTopBitClearedAndDependsOnEachPart) {
  std::set<std::uint64_t> seeds;
  for (std::uint64_t run = 0; run < 4; ++run) {
    for (const char* story : {"a", "b", "a|1"}) {
      for (std::int64_t shot = 1; shot <= 4; ++shot) seeds.insert(shot_seed(run, story, shot));
    }
  }
  EXPECT_EQ(seeds.size(), 48U);
  EXPECT_LT(*seeds.rbegin(), std::uint64_t{1} << 63U);
}

}  // namespace
}  // namespace asbench::models
