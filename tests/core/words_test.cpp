#include "core/words.h"

#include <gtest/gtest.h>

namespace asbench {
namespace {

TEST(Words, TheNounFitsTheNumber) {
  EXPECT_EQ(counted(0, "story", "stories"), "0 stories");
  EXPECT_EQ(counted(1, "story", "stories"), "1 story");
  EXPECT_EQ(counted(16, "story", "stories"), "16 stories");
}

TEST(Words, EveryPlaceIsReplacedOnce) {
  EXPECT_EQ(replaced("{x} and {x}", "{x}", "a"), "a and a");
  EXPECT_EQ(replaced("{x}", "{x}", "{x}{x}"), "{x}{x}") << "what is put in is not searched again";
  EXPECT_EQ(replaced("plain", "{x}", "a"), "plain");
}

}  // namespace
}  // namespace asbench
