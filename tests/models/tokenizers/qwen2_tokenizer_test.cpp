#include "models/tokenizers/qwen2_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "models/tokenizers/qwen2_words.h"
#include "models/tokenizers/vocabulary_files.h"
#include "tests/models/tokenizers/toy_tokenizer.h"

namespace asbench::models {
namespace {

using testing::bad_input_of;
using ::testing::HasSubstr;

using Ids = std::vector<std::int64_t>;
using Words = std::vector<std::string>;

Words words_of(std::string_view text) {
  Words found;
  Qwen2Words words(text);
  while (const auto word = words.next()) found.emplace_back(*word);
  return found;
}

TEST(Qwen2Words, KeepOneCharacterBeforeLetters) {
  EXPECT_EQ(words_of(""), Words{});
  EXPECT_EQ(words_of("a cat"), (Words{"a", " cat"}));
  EXPECT_EQ(words_of("(cat)\tdog!x"), (Words{"(cat", ")", "\tdog", "!x"}));
  EXPECT_EQ(words_of("\u00a0cat"), (Words{"\u00a0cat"}));
  EXPECT_EQ(words_of("\ncat\rdog"), (Words{"\n", "cat", "\r", "dog"}));
  EXPECT_EQ(words_of("a\u0301b"), (Words{"a", "\u0301b"}));  // a mark is no letter
}

TEST(Qwen2Words, TakeNumbersOneByOne) {
  EXPECT_EQ(words_of("2024 x2"), (Words{"2", "0", "2", "4", " x", "2"}));
  EXPECT_EQ(words_of(" 7\u00bd"), (Words{" ", "7", "\u00bd"}));
}

TEST(Qwen2Words, TakeSignsWithASpaceBeforeAndLineEndsBehind) {
  EXPECT_EQ(words_of("a !?\r\n\nb"), (Words{"a", " !?\r\n\n", "b"}));
  EXPECT_EQ(words_of("  !"), (Words{" ", " !"}));
  EXPECT_EQ(words_of("\t!"), (Words{"\t", "!"}));
}

TEST(Qwen2Words, TakeContractionsInAnyCase) {
  EXPECT_EQ(words_of("it's IT'S we'Re 'll"),
            (Words{"it", "'s", " IT", "'S", " we", "'Re", " '", "ll"}));
  EXPECT_EQ(words_of("'sing"), (Words{"'s", "ing"}));
  EXPECT_EQ(words_of("'x'"), (Words{"'x", "'"}));
  EXPECT_EQ(words_of("'"), (Words{"'"}));
  EXPECT_EQ(words_of("'l"), (Words{"'l"}));
}

TEST(Qwen2Words, TakeWhiteSpaceUpToItsLastLineBreakElseUpToTheWord) {
  EXPECT_EQ(words_of(" \n \n  a"), (Words{" \n \n", " ", " a"}));
  EXPECT_EQ(words_of("a   b"), (Words{"a", "  ", " b"}));
  EXPECT_EQ(words_of("a   "), (Words{"a", "   "}));
  EXPECT_EQ(words_of("   5"), (Words{"  ", " ", "5"}));
  EXPECT_EQ(words_of("\u2028\u20285"), (Words{"\u2028", "\u2028", "5"}));
}

TEST(Qwen2Words, AreTheWholeText) {
  const std::string text = "It's 12 o'clock;\r\n\n  \"caf\u00e9\"\t(\u732b) \u00a0 ... \n!";
  std::string joined;
  for (const std::string& word : words_of(text)) joined += word;
  EXPECT_EQ(joined, text);
}

/// All bytes, then "ab", "abc" and " a".
Vocabulary bytes_and_some() {
  Vocabulary vocabulary;
  for (const std::string& symbol : byte_alphabet()) {
    vocabulary.emplace(symbol, static_cast<std::int64_t>(vocabulary.size()));
  }
  for (const char* token : {"ab", "abc", "\u0120a"}) {
    vocabulary.emplace(token, static_cast<std::int64_t>(vocabulary.size()));
  }
  return vocabulary;
}

Merges some_merges() {
  return {{"a", "b"}, {"ab", "c"}, {"\u0120", "a"}};
}

Qwen2Tokenizer tokenizer(const char* config = "{}") {
  TokenizerConfiguration files;
  files.tokenizer_config = Json::parse(config);
  const std::vector<AddedToken> tokens = resolve_qwen2_tokens(files, bytes_and_some(), "folder");
  return {ByteLevelBpe(bytes_and_some(), some_merges(), {"", std::nullopt}, "folder"), tokens};
}

TEST(Qwen2Tokenizer, EncodesByHand) {
  const Qwen2Tokenizer toy = tokenizer();
  EXPECT_EQ(toy.encode(""), Ids{});
  EXPECT_EQ(toy.encode("abc"), (Ids{257}));
  EXPECT_EQ(toy.encode("abc ab"), (Ids{257, ' ', 256}));  // "ab" is more urgent than " a"
  EXPECT_EQ(toy.encode("abc ac"), (Ids{257, 258, 'c'}));
  EXPECT_EQ(toy.encode("\n"), (Ids{'\n'}));
  EXPECT_EQ(toy.encode("cafe\u0301"), (Ids{'c', 'a', 'f', 0xC3, 0xA9}));
}

TEST(Qwen2Tokenizer, PutsItsEndTokenBehindTheVocabularyWhereNoFileListsIt) {
  const Qwen2Tokenizer toy = tokenizer();
  EXPECT_EQ(toy.id_of("<|endoftext|>"), 259);
  EXPECT_EQ(toy.id_of("abc"), 257);
  EXPECT_FALSE(toy.id_of("<|im_start|>").has_value());
  EXPECT_EQ(toy.id_limit(), 260);
  EXPECT_EQ(toy.encode("a<|endoftext|> a"), (Ids{'a', 259, 258}));
}

TEST(Qwen2Tokenizer, ReadsSpecialTokensAsTextWhereToldSo) {
  EXPECT_EQ(tokenizer(R"({"split_special_tokens": true})").encode("<|endoftext|>").size(), 13U);
}

TEST(Qwen2Tokenizer, RefusesWhatItCannotHonour) {
  const auto refusal = [](const char* config) {
    return bad_input_of([&] { (void)tokenizer(config); });
  };
  EXPECT_THAT(refusal(R"({"add_bos_token": true})"), HasSubstr("\"add_bos_token\" is true"));
  EXPECT_THAT(refusal(R"({"add_prefix_space": true})"), HasSubstr("\"add_prefix_space\" is true"));
  EXPECT_THAT(refusal(R"({"added_tokens_decoder": {"259": {"content": "<a>", "lstrip": true}}})"),
              HasSubstr("\"<a>\" is \"lstrip\" or \"rstrip\""));
  EXPECT_THAT(refusal(R"({"added_tokens_decoder": {"300": {"content": "<a>"}}})"),
              HasSubstr("listed with the id 300, but the vocabulary gives it 259"));
  EXPECT_THAT(bad_input_of([] { (void)tokenizer().encode("a\xff"); }), HasSubstr("byte 1"));
}

TEST(Qwen2Tokenizer, RefusesModelsOfOtherTokenizers) {
  const auto refusal = [](const char* model) {
    const std::string json = std::string(R"({"model": )") + model + "}";
    return bad_input_of(
        [&] { (void)parse_tokenizer_json(json, "tokenizer.json", TokenizerKind::qwen2); });
  };
  EXPECT_THAT(refusal(R"({"type": "Unigram"})"), HasSubstr("model.type is \"Unigram\""));
  EXPECT_THAT(refusal(R"({"end_of_word_suffix": "</w>"})"), HasSubstr("model.end_of_word_suffix"));
  EXPECT_THAT(refusal(R"({"continuing_subword_prefix": "##"})"),
              HasSubstr("model.continuing_subword_prefix"));
  EXPECT_THAT(refusal(R"({"ignore_merges": true})"), HasSubstr("model.ignore_merges is true"));
  const VocabularyFiles files = parse_tokenizer_json(
      R"({"model": {"type": "BPE", "end_of_word_suffix": null, "vocab": {"a": 0}, "merges": []}})",
      "tokenizer.json", TokenizerKind::qwen2);
  EXPECT_EQ(files.vocabulary.size(), 1U);
}

TEST(Qwen2Tokenizer, TakesHostileTextsInTheirLength) {
  const Qwen2Tokenizer toy = tokenizer();
  constexpr std::size_t kLength = 200'000;
  const auto begin = std::chrono::steady_clock::now();
  for (const char* unit : {" ", "\n ", "'", "a", " \t", "\u0301", "!"}) {
    std::string text;
    while (text.size() < kLength) text += unit;
    EXPECT_FALSE(toy.encode(text).empty());
  }
  // Seconds suffice by far; squares of the length would take hours.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::minutes(5));
}

}  // namespace
}  // namespace asbench::models
