#include "models/tokenizers/byte_level_bpe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "tests/models/tokenizers/toy_tokenizer.h"

namespace asbench::models {
namespace {

using Ids = std::vector<std::int64_t>;
using testing::bad_input_of;
using ::testing::HasSubstr;
using testing::toy_bpe;
using testing::toy_merges;
using testing::toy_vocabulary;

Ids encode(const ByteLevelBpe& bpe, std::string_view word) {
  Ids ids;
  bpe.encode_word(word, ids);
  return ids;
}

TEST(ByteLevelBpe, GivesTheIdsWorkedOutByHand) {
  const ByteLevelBpe bpe = toy_bpe();
  EXPECT_EQ(encode(bpe, ""), Ids{});
  EXPECT_EQ(encode(bpe, "l"), Ids{6});
  EXPECT_EQ(encode(bpe, "low"), Ids{14});             // l o w</w> -> lo w</w> -> low</w>
  EXPECT_EQ(encode(bpe, "lower"), (Ids{13, 15}));     // lo w er</w> -> low er</w>
  EXPECT_EQ(encode(bpe, "newer"), (Ids{16, 2, 15}));  // n e w er</w> -> ne w er</w>
  EXPECT_EQ(encode(bpe, "lolow"), (Ids{12, 14}));
  EXPECT_EQ(encode(bpe, "oooo"), (Ids{1, 1, 1, 7}));
}

TEST(ByteLevelBpe, AppendsToWhatIsThere) {
  Ids ids = {99};
  toy_bpe().encode_word("low", ids);
  EXPECT_EQ(ids, (Ids{99, 14}));
}

TEST(ByteLevelBpe, MergesTheLeftmostOfEqualPairs) {
  const Vocabulary vocabulary = {{"a", 0}, {"aa", 1}, {"?", 2}};
  const ByteLevelBpe bpe(vocabulary, {{"a", "a"}}, {"", "?"}, "test");
  EXPECT_EQ(encode(bpe, "aaa"), (Ids{1, 0}));
  EXPECT_EQ(encode(bpe, "aaaaa"), (Ids{1, 1, 0}));
}

TEST(ByteLevelBpe, UsesTheUnknownTokenForEachByteWithoutASymbol) {
  EXPECT_EQ(encode(toy_bpe(), "lxxow"), (Ids{0, 18, 18, 1, 8}));
  const ByteLevelBpe dropping(toy_vocabulary(), toy_merges(), {"</w>", std::nullopt}, "toy");
  EXPECT_EQ(encode(dropping, "lxxow"), Ids{14});
}

TEST(ByteLevelBpe, SpellsBytesInGpt2sAlphabet) {
  EXPECT_EQ(byte_alphabet()['!'], "!");
  EXPECT_EQ(byte_alphabet()[' '], "\u0120");
  EXPECT_EQ(byte_alphabet()[0x00], "\u0100");
  EXPECT_EQ(byte_alphabet()[0x7F], "\u0121");
  EXPECT_EQ(byte_alphabet()[0xAD], "\u0143");
  EXPECT_EQ(byte_alphabet()[0xFF], "\u00ff");
  EXPECT_EQ(std::set<std::string>(byte_alphabet().begin(), byte_alphabet().end()).size(), 256U);
}

TEST(ByteLevelBpe, CountsTheLaterRankOfARepeatedMerge) {
  const Vocabulary vocabulary = {{"a", 0}, {"b", 1}, {"c", 2}, {"ab", 3}, {"bc", 4}, {"?", 5}};
  const ByteLevelBpe once(vocabulary, {{"a", "b"}, {"b", "c"}}, {"", "?"}, "test");
  EXPECT_EQ(encode(once, "abc"), (Ids{3, 2}));
  const ByteLevelBpe twice(vocabulary, {{"a", "b"}, {"b", "c"}, {"a", "b"}}, {"", "?"}, "test");
  EXPECT_EQ(encode(twice, "abc"), (Ids{0, 4}));
}

TEST(ByteLevelBpe, RefusesVocabulariesThatContradictThemselves) {
  const ByteLevelBpeOptions options = {"</w>", "<|endoftext|>"};
  auto vocabulary = toy_vocabulary();
  vocabulary["again"] = 3;
  const std::string shared =
      bad_input_of([&] { ByteLevelBpe(vocabulary, toy_merges(), options, "somewhere"); });
  EXPECT_THAT(shared, HasSubstr("somewhere: the tokens \"again\" and \"e\" share the id 3"));

  vocabulary = toy_vocabulary();
  vocabulary["far"] = std::int64_t{1} << 31;
  EXPECT_THAT(bad_input_of([&] { ByteLevelBpe(vocabulary, toy_merges(), options, "x"); }),
              HasSubstr("the token \"far\" has the id 2147483648"));

  vocabulary = toy_vocabulary();
  vocabulary.erase("<|endoftext|>");
  EXPECT_THAT(bad_input_of([&] { ByteLevelBpe(vocabulary, toy_merges(), options, "x"); }),
              HasSubstr("lacks the byte symbol"));
}

TEST(ByteLevelBpe, RefusesMergesThatNeedTokensTheVocabularyLacks) {
  const ByteLevelBpeOptions options = {"</w>", "<|endoftext|>"};
  for (const auto& [merge, missing] : std::map<std::pair<std::string, std::string>, std::string>{
           {{"zz", "l"}, "zz"}, {{"l", "zz"}, "zz"}, {{"w", "n"}, "wn"}, {{"", "l"}, ""}}) {
    Merges merges = toy_merges();
    merges.push_back(merge);
    EXPECT_THAT(bad_input_of([&] { ByteLevelBpe(toy_vocabulary(), merges, options, "x"); }),
                HasSubstr("merge 6 (\"" + merge.first + " " + merge.second +
                          "\") needs the token \"" + missing + "\""));
  }
}

// The definition, as slowly as it is written.
std::vector<std::string> merge_naively(std::vector<std::string> symbols, const Merges& merges) {
  while (true) {
    std::size_t best_rank = merges.size();
    std::size_t best_position = 0;
    for (std::size_t i = 0; i + 1 < symbols.size(); ++i) {
      for (std::size_t rank = 0; rank < best_rank; ++rank) {
        if (merges[rank] != std::pair(symbols[i], symbols[i + 1])) continue;
        best_rank = rank;
        best_position = i;
      }
    }
    if (best_rank == merges.size()) return symbols;
    symbols[best_position] += symbols[best_position + 1];
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(best_position) + 1);
  }
}

TEST(ByteLevelBpe, AgreesWithTheDefinitionOnRandomMergesAndWordsOfAllLengths) {
  std::mt19937_64 random(7);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  for (int round = 0; round < 60; ++round) {
    std::vector<std::string> tokens = {"a", "b", "c", "a</w>", "b</w>", "c</w>"};
    Vocabulary vocabulary;
    Merges merges;
    for (int tries = 0; tries < 60; ++tries) {
      const std::string left = tokens[below(tokens.size())];
      const std::string right = tokens[below(tokens.size())];
      if (left.ends_with("</w>") || (left + right).size() > 14) continue;
      if (std::find(merges.begin(), merges.end(), std::pair(left, right)) != merges.end()) continue;
      merges.emplace_back(left, right);
      if (std::find(tokens.begin(), tokens.end(), left + right) == tokens.end()) {
        tokens.push_back(left + right);
      }
    }
    tokens.emplace_back("?");
    for (const std::string& token : tokens) {
      vocabulary.emplace(token, static_cast<std::int64_t>(vocabulary.size()));
    }
    const ByteLevelBpe bpe(vocabulary, merges, {"</w>", "?"}, "random");
    for (const std::size_t length : {1, 2, 3, 5, 8, 20, 47, 48, 49, 50, 90, 200}) {
      std::string word;
      std::vector<std::string> symbols;
      for (std::size_t i = 0; i < length; ++i) {
        word += static_cast<char>('a' + below(3));
        symbols.emplace_back(1, word.back());
      }
      symbols.back() += "</w>";
      Ids expected;
      for (const std::string& symbol : merge_naively(symbols, merges)) {
        expected.push_back(vocabulary.at(symbol));
      }
      ASSERT_EQ(encode(bpe, word), expected) << word;
    }
  }
}

}  // namespace
}  // namespace asbench::models
