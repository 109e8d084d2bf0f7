#include "core/words.h"

#include <gtest/gtest.h>

namespace asbench {
namespace {

TEST(DurationInWords, TakesTheUnitThatFits) {
  EXPECT_EQ(duration_in_words(0.0), "0 s");
  EXPECT_EQ(duration_in_words(0.2), "1 s");
  EXPECT_EQ(duration_in_words(59.0), "59 s");
  EXPECT_EQ(duration_in_words(60.0), "1 min 0 s");
  EXPECT_EQ(duration_in_words(200.0), "3 min 20 s");
  EXPECT_EQ(duration_in_words(7500.0), "2 h 5 min");
  EXPECT_EQ(duration_in_words(-3.0), "0 s");
}

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
