// Token ids of transformers' T5Tokenizer, exactly. tests/golden/unigram/README.md says how the data
// was made and where SentencePiece's ids count instead.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "core/hash.h"
#include "core/json.h"
#include "models/tokenizers/t5_tokenizer.h"
#include "tests/support/paths.h"

namespace asbench::models {
namespace {

using Ids = std::vector<std::int64_t>;

const std::filesystem::path kFolder = testing::source_folder() / "tests/golden/unigram";

const Json& golden() {
  static const Json document = read_json_file(kFolder / "unigram.json");
  return document;
}

TEST(T5TokenizerGolden, WasMadeByTheScriptBesideIt) {
  EXPECT_EQ(golden().at("script_sha256"), sha256_file(kFolder / "generate.py"));
}

TEST(T5TokenizerGolden, GivesThePublishedIds) {
  const T5Tokenizer tokenizer = T5Tokenizer::load(kFolder);
  EXPECT_EQ(tokenizer.id_limit(), golden().at("size").get<std::int64_t>());
  ASSERT_GE(golden().at("cases").size(), 200U);
  for (const Json& one : golden().at("cases")) {
    EXPECT_EQ(tokenizer.encode(one.at("text").get<std::string>()), one.at("ids").get<Ids>())
        << one.at("text").dump(-1, ' ', true);
  }
}

TEST(T5TokenizerGolden, GivesSentencePiecesIdsWhereTheTwoDisagree) {
  const T5Tokenizer tokenizer = T5Tokenizer::load(kFolder);
  ASSERT_GE(golden().at("differing").size(), 5U);
  for (const Json& one : golden().at("differing")) {
    EXPECT_EQ(tokenizer.encode(one.at("text").get<std::string>()), one.at("ids").get<Ids>())
        << one.at("text").dump(-1, ' ', true);
  }
}

TEST(T5TokenizerGolden, CutsAndPadsAsPublished) {
  const T5Tokenizer tokenizer = T5Tokenizer::load(kFolder);
  for (const Json& one : golden().at("padded")) {
    const auto text = one.at("text").get<std::string>();
    const auto length = one.at("length").get<std::size_t>();
    const T5Tokenizer::Padded padded = tokenizer.encode_padded(text, length);
    EXPECT_EQ(padded.ids, one.at("ids").get<Ids>()) << text << " to " << length;
    EXPECT_EQ(padded.truncated, tokenizer.encode(text).size() > length);
  }
}

}  // namespace
}  // namespace asbench::models
