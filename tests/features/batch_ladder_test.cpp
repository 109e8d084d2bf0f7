#include "features/batch_ladder.h"

#include <gtest/gtest.h>

#include <vector>

namespace asbench::features {
namespace {

TEST(BatchLadder, TakesTheLargestThatFits) {
  BatchLadder ladder(0, {});
  EXPECT_FALSE(ladder.decided());
  std::vector<int> tried;
  EXPECT_TRUE(ladder.find([&](int images) {
    tried.push_back(images);
    return images <= 40;
  }));
  EXPECT_EQ(tried, (std::vector<int>{256, 128, 64, 32}));
  EXPECT_EQ(ladder.size(), 32);
  EXPECT_TRUE(ladder.decided());
}

TEST(BatchLadder, SaysWhenNotEvenOneFits) {
  BatchLadder ladder(0, {});
  EXPECT_FALSE(ladder.find([](int) { return false; }));
  EXPECT_FALSE(ladder.decided());
}

TEST(BatchLadder, KeepsWhatIsGivenOrRemembered) {
  EXPECT_EQ(BatchLadder(7, "32").size(), 7);
  EXPECT_TRUE(BatchLadder(7, {}).decided());
  EXPECT_EQ(BatchLadder(0, "32").size(), 32);
  EXPECT_TRUE(BatchLadder(0, "32").decided());
  for (const char* text : {"", "x", "32x", "0", "-4", "99999999999"}) {
    EXPECT_FALSE(BatchLadder(0, text).decided()) << text;
  }
}

TEST(BatchLadder, HalvesDownToOne) {
  BatchLadder ladder(7, {});
  std::vector<int> sizes;
  while (ladder.halve()) sizes.push_back(ladder.size());
  EXPECT_EQ(sizes, (std::vector<int>{3, 1}));
  EXPECT_EQ(ladder.size(), 1);
}

}  // namespace
}  // namespace asbench::features
