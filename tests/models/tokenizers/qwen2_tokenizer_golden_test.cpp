// Token ids of transformers' Qwen2Tokenizer, exactly. tests/golden/qwen2_tokenizer/README.md says
// how the data was made.
#include <gtest/gtest.h>

#include <filesystem>

#include "core/hash.h"
#include "core/json.h"
#include "models/tokenizers/qwen2_tokenizer.h"
#include "models/tokenizers/qwen2_words.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

namespace fs = std::filesystem;

using Ids = std::vector<std::int64_t>;

const fs::path kFolder = testing::source_folder() / "tests/golden/qwen2_tokenizer";

const Json& golden() {
  static const Json document = read_json_file(kFolder / "qwen2_tokenizer.json");
  return document;
}

void expect_ids(const Qwen2Tokenizer& tokenizer, const Json& cases) {
  ASSERT_FALSE(cases.empty());
  for (const Json& one : cases) {
    const Ids ids = tokenizer.encode(one.at("text").get<std::string>());
    EXPECT_EQ(ids, one.at("ids").get<Ids>()) << one.at("text").dump(-1, ' ', true);
    for (const std::int64_t id : ids) EXPECT_LT(id, tokenizer.id_limit());
  }
}

void write(const testing::TemporaryFolder& folder, const Json& files) {
  for (const auto& [name, content] : files.items()) {
    write_file_atomically(folder / name, content.dump());
  }
}

TEST(Qwen2TokenizerGolden, WasMadeByTheScriptsBesideIt) {
  Sha256 hash;
  hash.update(read_text_file(kFolder / "generate.py"));
  hash.update(read_text_file(kFolder.parent_path() / "clip_tokenizer" / "texts.py"));
  EXPECT_EQ(golden().at("generator_sha256"), hash.hex_digest());
}

TEST(Qwen2TokenizerGolden, GivesThePublishedIdsForEveryFormOfTheFiles) {
  std::size_t most = 0;
  for (const Json& one : golden().at("configurations")) {
    SCOPED_TRACE(one.at("name").get<std::string>());
    const testing::TemporaryFolder folder;
    for (const char* name : {"vocab.json", "merges.txt"}) {
      fs::copy_file(kFolder / name, folder / name);
    }
    write(folder, one.at("files"));
    expect_ids(Qwen2Tokenizer::load(folder.path()), one.at("cases"));
    most = std::max(most, one.at("cases").size());
  }
  EXPECT_GE(most, 200U);
}

TEST(Qwen2TokenizerGolden, CutsThePublishedWords) {
  ASSERT_GE(golden().at("words").size(), 200U);
  for (const Json& one : golden().at("words")) {
    const auto text = one.at("text").get<std::string>();
    std::vector<std::string> found;
    Qwen2Words words(text);
    while (const auto word = words.next()) found.emplace_back(*word);
    EXPECT_EQ(found, one.at("words").get<std::vector<std::string>>())
        << one.at("text").dump(-1, ' ', true);
  }
}

TEST(Qwen2TokenizerGolden, ReadsATokenizerJson) {
  const testing::TemporaryFolder folder;
  write(folder, golden().at("saved").at("files"));
  ASSERT_TRUE(fs::exists(folder / "tokenizer.json"));
  expect_ids(Qwen2Tokenizer::load(folder.path()), golden().at("saved").at("cases"));
}

}  // namespace
}  // namespace asbench::models
