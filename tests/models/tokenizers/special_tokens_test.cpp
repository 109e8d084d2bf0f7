#include "models/tokenizers/special_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/models/tokenizers/toy_tokenizer.h"

namespace asbench::models {
namespace {

using testing::bad_input_of;
using ::testing::HasSubstr;

SpecialTokens resolve(const char* config, const char* map = nullptr) {
  TokenizerConfiguration files;
  files.tokenizer_config = Json::parse(config);
  if (map != nullptr) files.special_tokens_map = Json::parse(map);
  return resolve_special_tokens(files, testing::toy_vocabulary(), "folder");
}

std::string refusal(const char* config) {
  return bad_input_of([&] { (void)resolve(config); });
}

const AddedToken& token(const SpecialTokens& special, std::string_view content) {
  for (const AddedToken& one : special.tokens) {
    if (one.content == content) return one;
  }
  throw InternalError("no such token");
}

TEST(SpecialTokens, DefaultToClips) {
  const SpecialTokens special = resolve("{}");
  EXPECT_EQ(special.bos_id, testing::kToyStart);
  EXPECT_EQ(special.eos_id, testing::kToyEnd);
  EXPECT_EQ(special.pad_id, testing::kToyEnd);
  EXPECT_EQ(special.unknown_token, "<|endoftext|>");
  EXPECT_EQ(special.tokens.size(), 2U);
  EXPECT_FALSE(token(special, "<|endoftext|>").normalised);
  EXPECT_FALSE(special.model_max_length.has_value());
}

TEST(SpecialTokens, TheMapWinsOverTheConfigUnlessThatListsTokensById) {
  EXPECT_EQ(resolve(R"({"pad_token": "l"})", R"({"pad_token": "o"})").pad_id, 1);
  EXPECT_EQ(
      resolve(R"({"pad_token": "l", "added_tokens_decoder": {}})", R"({"pad_token": "o"})").pad_id,
      0);
}

TEST(SpecialTokens, PlaceNewTokensBehindTheVocabulary) {
  const SpecialTokens special = resolve(
      R"({"added_tokens_decoder": {"19": {"content": "<a>", "normalized": true}, "20": {"content": "<b>", "special": true}}})");
  EXPECT_EQ(token(special, "<a>").id, 19);
  EXPECT_TRUE(token(special, "<a>").normalised);
  EXPECT_EQ(token(special, "<b>").id, 20);
  EXPECT_FALSE(token(special, "<b>").normalised);
}

TEST(SpecialTokens, RefuseIdsThatContradictTheVocabulary) {
  EXPECT_THAT(
      refusal(R"({"added_tokens_decoder": {"3": {"content": "<|endoftext|>"}}})"),
      HasSubstr("\"<|endoftext|>\" is listed with the id 3, but the vocabulary gives it 18"));
  EXPECT_THAT(refusal(R"({"added_tokens_decoder": {"20": {"content": "<a>"}}})"),
              HasSubstr("\"<a>\" is listed with the id 20, but the vocabulary gives it 19"));
  for (const char* key : {"-1", "x", "", "1x", "99999999999999999999"}) {
    const std::string config =
        std::string(R"({"added_tokens_decoder": {")") + key + R"(": {"content": "<a>"}}})";
    EXPECT_THAT(refusal(config.c_str()), HasSubstr("expected an id")) << key;
  }
}

TEST(SpecialTokens, RefuseWhatTheyCannotHonour) {
  EXPECT_THAT(refusal(R"({"eos_token": {"content": "<|endoftext|>", "single_word": true}})"),
              HasSubstr("single_word"));
  EXPECT_THAT(refusal(R"({"unk_token": "<unk>"})"), HasSubstr("unk_token is \"<unk>\""));
  EXPECT_THAT(refusal(R"({"bos_token": null})"), HasSubstr("\"bos_token\" is empty"));
  EXPECT_THAT(refusal(R"({"bos_token": 7})"), HasSubstr("\"bos_token\" is 7"));
  EXPECT_THAT(refusal(R"({"bos_token": {"text": "l"}})"), HasSubstr("expected an object with"));
  EXPECT_THAT(refusal(R"({"bos_token": {"content": "l", "normalized": 1}})"),
              HasSubstr("\"normalized\" of a token is 1"));
  EXPECT_THAT(refusal(R"({"added_tokens_decoder": []})"), HasSubstr("is not an object"));
  EXPECT_THAT(refusal(R"({"extra_special_tokens": "l"})"), HasSubstr("expected a list"));
}

}  // namespace
}  // namespace asbench::models
