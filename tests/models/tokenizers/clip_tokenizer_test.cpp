#include "models/tokenizers/clip_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <thread>

#include "core/json.h"
#include "tests/models/tokenizers/toy_tokenizer.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

using Ids = std::vector<std::int64_t>;
using testing::bad_input_of;
using ::testing::HasSubstr;
using testing::kToyEnd;
using testing::kToyStart;
using testing::toy_tokenizer;

TEST(ClipTokenizer, GivesTheIdsWorkedOutByHand) {
  const ClipTokenizer tokenizer = toy_tokenizer();
  EXPECT_EQ(tokenizer.encode("").ids, (Ids{kToyStart, kToyEnd}));
  EXPECT_EQ(tokenizer.encode("  Low \n LOWER ").ids, (Ids{kToyStart, 14, 13, 15, kToyEnd}));
  EXPECT_EQ(tokenizer.encode("low<|endoftext|>low").ids,
            (Ids{kToyStart, 14, kToyEnd, 14, kToyEnd}));
  EXPECT_FALSE(tokenizer.encode("low").truncated);
  EXPECT_EQ(tokenizer.context_length(), 77);
  EXPECT_EQ(tokenizer.bos_id(), kToyStart);
  EXPECT_EQ(tokenizer.eos_id(), kToyEnd);
  EXPECT_EQ(tokenizer.pad_id(), kToyEnd);
  EXPECT_EQ(tokenizer.id_limit(), 19);
}

TEST(ClipTokenizer, KeepsTheEndTokenWhenItTruncates) {
  const ClipTokenizer tokenizer = toy_tokenizer();
  for (const std::size_t words : {74U, 75U, 76U, 77U, 500U}) {
    std::string text;
    for (std::size_t i = 0; i < words; ++i) text += "low ";
    const TokenizedText tokens = tokenizer.encode(text);
    Ids expected(std::min<std::size_t>(words, 75) + 2, 14);
    expected.front() = kToyStart;
    expected.back() = kToyEnd;
    EXPECT_EQ(tokens.ids, expected) << words;
    EXPECT_EQ(tokens.truncated, words > 75) << words;
  }
}

TEST(ClipTokenizer, TruncatesInsideAWordAndBehindASpecialToken) {
  EXPECT_EQ(toy_tokenizer(5).encode("oooo").ids, (Ids{kToyStart, 1, 1, 1, kToyEnd}));
  EXPECT_TRUE(toy_tokenizer(5).encode("oooo").truncated);
  EXPECT_FALSE(toy_tokenizer(6).encode("oooo").truncated);
  EXPECT_TRUE(toy_tokenizer(3).encode("<|endoftext|><|endoftext|>").truncated);
  EXPECT_FALSE(toy_tokenizer(3).encode("<|endoftext|> ").truncated);
  EXPECT_EQ(toy_tokenizer(2).encode("low").ids, (Ids{kToyStart, kToyEnd}));
  EXPECT_THAT(bad_input_of([] { toy_tokenizer(1); }), HasSubstr("context length of 1"));
}

TEST(ClipTokenizer, PadsABatch) {
  const ClipTokenizer tokenizer = toy_tokenizer();
  const std::array<TokenizedText, 2> texts = {tokenizer.encode("low"), tokenizer.encode("")};
  EXPECT_EQ(tokenizer.pad(texts, 4), (Ids{17, 14, 18, 18, 17, 18, 18, 18}));
  EXPECT_EQ(tokenizer.pad({}, 4), Ids{});
  EXPECT_THROW((void)tokenizer.pad(texts, 2), InternalError);
}

TEST(ClipTokenizer, NamesTheByteThatIsNotUtf8) {
  const ClipTokenizer tokenizer = toy_tokenizer();
  EXPECT_THAT(bad_input_of([&] { (void)tokenizer.encode("caf\xC3\xA9 \xFF!"); }),
              HasSubstr("byte 6 (0xFF)"));
  EXPECT_THAT(bad_input_of([&] { (void)tokenizer.encode("ab\xE4\xB8"); }),
              HasSubstr("byte 2 (0xE4)"));
}

TEST(ClipTokenizer, IsTheSameFromManyThreads) {
  const ClipTokenizer tokenizer =
      ClipTokenizer::load((testing::source_folder() / "tests/golden/clip_tokenizer").string());
  std::vector<std::string> texts;
  for (int i = 0; i < 200; ++i) {
    texts.push_back("e\u0301 the fox " + std::to_string(i * 977) + " \U0001f431's \u0130\u4e2d");
  }
  std::vector<Ids> expected;
  for (const std::string& text : texts) expected.push_back(tokenizer.encode(text).ids);
  std::array<int, 4> different{};
  {
    std::vector<std::jthread> threads;
    for (int& count : different) {
      threads.emplace_back([&] {
        for (std::size_t i = 0; i < texts.size(); ++i) {
          count += tokenizer.encode(texts[i]).ids == expected[i] ? 0 : 1;
        }
      });
    }
  }
  EXPECT_THAT(different, ::testing::Each(0));
}

class ClipTokenizerFolder : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    write_file_atomically(folder_ / name, text);
  }
  void write_toy() const {
    Json vocabulary;
    for (const auto& [token, id] : testing::toy_vocabulary()) vocabulary[token] = id;
    write("vocab.json", vocabulary.dump());
    std::string merges = "#version: 0.2\n";
    for (const auto& [left, right] : testing::toy_merges()) merges += left + " " + right + "\n";
    write("merges.txt", merges);
  }

  testing::TemporaryFolder folder_;
};

TEST_F(ClipTokenizerFolder, LoadsAndTakesTheContextLengthFromWhereItIsSaid) {
  write_toy();
  EXPECT_EQ(ClipTokenizer::load(folder_.path()).context_length(), 77);
  EXPECT_EQ(ClipTokenizer::load(folder_.path()).encode("lower").ids, (Ids{17, 13, 15, 18}));
  write("tokenizer_config.json", R"({"model_max_length": 5})");
  EXPECT_EQ(ClipTokenizer::load(folder_.path()).context_length(), 5);
  EXPECT_EQ(ClipTokenizer::load(folder_.path(), 32).context_length(), 32);
  write("tokenizer_config.json", R"({"model_max_length": 1000000000000000019884624838656})");
  EXPECT_EQ(ClipTokenizer::load(folder_.path()).context_length(), 77);
}

TEST_F(ClipTokenizerFolder, SaysWhichFilesAreMissing) {
  EXPECT_THAT(bad_input_of([&] { (void)ClipTokenizer::load(folder_.path()); }),
              HasSubstr("expected vocab.json and merges.txt, or tokenizer.json"));
  write_toy();
  std::filesystem::remove(folder_ / "merges.txt");
  EXPECT_THAT(bad_input_of([&] { (void)ClipTokenizer::load(folder_.path()); }),
              HasSubstr(folder_.path().string()));
}

TEST_F(ClipTokenizerFolder, RefusesAVocabularyWithoutStartOrEnd) {
  write("vocab.json", R"({"l": 0, "<|endoftext|>": 1})");
  write("merges.txt", "#version: 0.2\n");
  EXPECT_THAT(bad_input_of([&] { (void)ClipTokenizer::load(folder_.path()); }),
              HasSubstr("bos_token is \"<|startoftext|>\", which the vocabulary lacks"));
  write("tokenizer_config.json", R"({"bos_token": "l", "eos_token": "<|end|>"})");
  EXPECT_THAT(bad_input_of([&] { (void)ClipTokenizer::load(folder_.path()); }),
              HasSubstr("eos_token is \"<|end|>\""));
  write("tokenizer_config.json", R"({"bos_token": "l"})");
  EXPECT_EQ(ClipTokenizer::load(folder_.path()).encode("").ids, (Ids{0, 1}));
}

TEST_F(ClipTokenizerFolder, RefusesDamagedConfigurationFiles) {
  write_toy();
  write("special_tokens_map.json", "[1]");
  EXPECT_THAT(bad_input_of([&] { (void)ClipTokenizer::load(folder_.path()); }),
              HasSubstr("special_tokens_map.json: expected a JSON object"));
  write("special_tokens_map.json", "{\"bos_token\"");
  EXPECT_THAT(bad_input_of([&] { (void)ClipTokenizer::load(folder_.path()); }),
              HasSubstr("special_tokens_map.json: not valid JSON"));
}

}  // namespace
}  // namespace asbench::models
