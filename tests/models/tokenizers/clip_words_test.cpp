#include "models/tokenizers/clip_words.h"

#include <gtest/gtest.h>

#include <vector>

namespace asbench::models {
namespace {

using Words = std::vector<std::string>;

Words words_of(std::string_view text) {
  Words found;
  ClipWords words(text);
  while (const auto word = words.next()) found.emplace_back(*word);
  return found;
}

TEST(ClipNormalise, ComposesThenJoinsWhiteSpaceThenLowersCase) {
  EXPECT_EQ(clip_normalise("  A\t\u3000\r\nCafE\u0301 "), " a caf\u00e9 ");
  EXPECT_EQ(clip_normalise("\u03a3\u03a3"), "\u03c3\u03c3");  // no final form
  EXPECT_EQ(clip_normalise("a\u200bB"), "a\u200bb");          // zero width, yet no white space
}

TEST(ClipWords, PartsLettersNumbersAndTheRest) {
  EXPECT_EQ(words_of(""), Words{});
  EXPECT_EQ(words_of("  "), Words{});
  EXPECT_EQ(words_of("a cat, 24 cats!?"), (Words{"a", "cat", ",", "2", "4", "cats", "!?"}));
  EXPECT_EQ(words_of("x\u00b2\u2167y"), (Words{"x", "\u00b2", "\u2167", "y"}));
  EXPECT_EQ(words_of("a\u0301b"), (Words{"a", "\u0301", "b"}));
}

TEST(ClipWords, CutsOffContractionsOnlyWhereAWordBegins) {
  EXPECT_EQ(words_of("it's we're 'll 'd"), (Words{"it", "'s", "we", "'re", "'ll", "'d"}));
  EXPECT_EQ(words_of("''s !'s"), (Words{"''", "s", "!'", "s"}));
  EXPECT_EQ(words_of("'sad 'S"), (Words{"'s", "ad", "'", "S"}));
}

TEST(ClipWords, PartsSpeltOutSpecialTokensInThree) {
  EXPECT_EQ(words_of("<|endoftext|>"), (Words{"<|", "endoftext", "|>"}));
  EXPECT_EQ(words_of("<|startoftext|>!"), (Words{"<|", "startoftext", "|>", "!"}));
  EXPECT_EQ(words_of("!<|endoftext|>!"), (Words{"!<|", "endoftext", "|>!"}));
}

}  // namespace
}  // namespace asbench::models
