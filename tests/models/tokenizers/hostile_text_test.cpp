// A megabyte of the worst text for each step. Were any step quadratic, 10^12 operations would take
// many minutes; the limit leaves room for a sanitizer on a busy machine.
#include <gtest/gtest.h>

#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include "tests/models/tokenizers/toy_tokenizer.h"
#include "tests/support/paths.h"

namespace asbench::models {
namespace {

constexpr std::size_t kBytes = 1 << 20;
constexpr int kNoLimit = 1 << 24;
constexpr double kCpuSeconds = 30;

std::string repeat(std::string_view part) {
  std::string text;
  while (text.size() < kBytes) text += part;
  return text;
}

// a, aa, aaaa, ... so that one word needs a million merges over many levels.
ClipTokenizer doubling_tokenizer() {
  Vocabulary vocabulary = {{"<|startoftext|>", 0}, {"<|endoftext|>", 1}, {"a", 2}, {"a</w>", 3}};
  Merges merges;
  for (std::string token = "a"; token.size() < 4096; token += token) {
    merges.emplace_back(token, token);
    vocabulary.emplace(token + token, static_cast<std::int64_t>(vocabulary.size()));
  }
  const SpecialTokens special = resolve_special_tokens({}, vocabulary, "test");
  return {ByteLevelBpe(vocabulary, merges, {"</w>", "<|endoftext|>"}, "test"), special, kNoLimit};
}

TEST(HostileText, OneMegabyteTakesSecondsAtMost) {
  const ClipTokenizer doubling = doubling_tokenizer();
  const ClipTokenizer toy = testing::toy_tokenizer(kNoLimit);
  const ClipTokenizer real = ClipTokenizer::load(
      (testing::source_folder() / "tests/golden/clip_tokenizer").string(), kNoLimit);
  std::string falling_marks = "a";
  while (falling_marks.size() < kBytes / 2) falling_marks += "\u0345";  // class 240
  while (falling_marks.size() < kBytes) falling_marks += "\u0334";      // class 1
  const std::vector<std::pair<const ClipTokenizer*, std::string>> texts = {
      {&doubling, repeat("a")},
      {&toy, repeat("low")},
      {&real, repeat("the")},
      {&real, repeat("\u732b")},
      {&real, repeat("<")},
      {&real, repeat("<|endoftext")},
      {&real, repeat("<|endoftext|>")},
      {&real, repeat("'")},
      {&real, repeat(" ")},
      {&real, repeat("1")},
      {&real, repeat("\u0345\u0334")},
      {&real, falling_marks},
      {&real, repeat("\u1100\u1161\u11a8")},
      {&real, "a" + repeat("\u0344")},
  };
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::clock_t begin = std::clock();
    const TokenizedText tokens = texts[i].first->encode(texts[i].second);
    EXPECT_LT(static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC, kCpuSeconds)
        << "text " << i;
    EXPECT_FALSE(tokens.truncated) << "text " << i;
  }
}

TEST(HostileText, AMegabyteOfDoublingsMergesCompletely) {
  const ClipTokenizer doubling = doubling_tokenizer();
  const auto ids = doubling.encode(std::string(kBytes + 1, 'a')).ids;
  EXPECT_EQ(ids.size(), kBytes / 4096 + 3);  // start, 256 tokens of 4096 letters, a</w>, end
}

TEST(HostileText, TruncatedTextsKeepTheirFirstIds) {
  const ClipTokenizer real =
      ClipTokenizer::load((testing::source_folder() / "tests/golden/clip_tokenizer").string());
  const TokenizedText tokens = real.encode(repeat("7"));
  EXPECT_TRUE(tokens.truncated);
  EXPECT_EQ(tokens.ids.size(), 77U);
  EXPECT_EQ(tokens.ids.back(), real.eos_id());
  EXPECT_EQ(std::vector(tokens.ids.begin(), tokens.ids.begin() + 76), [&] {
    auto shorter = real.encode(std::string(75, '7')).ids;
    shorter.pop_back();
    return shorter;
  }());
}

}  // namespace
}  // namespace asbench::models
