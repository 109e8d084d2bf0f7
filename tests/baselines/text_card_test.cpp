#include "baselines/training_free/text_card.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace asbench::baselines {
namespace {

TEST(TextCard, WritesWhatAsciiHas) {
  EXPECT_EQ(plain_letters("café “naïve” – it’s"), "cafe \"naive\" - it's");
  EXPECT_EQ(plain_letters("a\nb"), "a b");
  EXPECT_EQ(plain_letters("\xE7\x8C\xAB"), "?");
}

TEST(TextCard, HasInkForAnyTextAndNoneForNone) {
  const auto ink = [](std::string_view text) {
    const Image card = draw_text_card(text, 96, 64);
    return std::count_if(card.bytes.begin(), card.bytes.end(),
                         [](std::uint8_t level) { return level < 128; });
  };
  EXPECT_EQ(ink(""), 0);
  EXPECT_GT(ink("cat"), 0);
  std::string long_caption;
  for (int i = 0; i < 60; ++i) long_caption += "word ";
  EXPECT_GT(ink(long_caption), ink("cat") / 4) << "shrinks until it fits";
  EXPECT_NE(draw_text_card("cat", 96, 64), draw_text_card("dog", 96, 64));
}

}  // namespace
}  // namespace asbench::baselines
