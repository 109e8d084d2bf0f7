// Token ids of transformers' CLIPTokenizerFast, exactly. tests/golden/clip_tokenizer/README.md says
// how the data was made.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "core/hash.h"
#include "core/json.h"
#include "models/tokenizers/clip_tokenizer.h"
#include "models/tokenizers/unicode.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

namespace fs = std::filesystem;

using Ids = std::vector<std::int64_t>;

const fs::path kFolder = testing::source_folder() / "tests/golden/clip_tokenizer";

const Json& golden() {
  static const Json document = read_json_file(kFolder / "clip_tokenizer.json");
  return document;
}

void expect_ids(const ClipTokenizer& tokenizer, const Json& cases) {
  ASSERT_FALSE(cases.empty());
  for (const Json& one : cases) {
    const TokenizedText tokens = tokenizer.encode(one.at("text").get<std::string>());
    EXPECT_EQ(tokens.ids, one.at("ids").get<Ids>()) << one.at("text").dump(-1, ' ', true);
    EXPECT_EQ(tokens.truncated, one.at("truncated").get<bool>())
        << one.at("text").dump(-1, ' ', true);
  }
}

void write(const testing::TemporaryFolder& folder, const Json& files) {
  for (const auto& [name, content] : files.items()) {
    write_file_atomically(folder / name, content.dump());
  }
}

TEST(ClipTokenizerGolden, WasMadeByTheScriptsBesideIt) {
  Sha256 hash;
  for (const char* name : {"generate.py", "texts.py"}) hash.update(read_text_file(kFolder / name));
  EXPECT_EQ(golden().at("generator_sha256"), hash.hex_digest());
}

TEST(ClipTokenizerGolden, GivesThePublishedIds) {
  const ClipTokenizer tokenizer = ClipTokenizer::load(kFolder);
  EXPECT_EQ(tokenizer.bos_id(), golden().at("special").at("bos_id"));
  EXPECT_EQ(tokenizer.eos_id(), golden().at("special").at("eos_id"));
  EXPECT_EQ(tokenizer.pad_id(), golden().at("special").at("pad_id"));
  EXPECT_GE(golden().at("cases").size(), 400U);
  expect_ids(tokenizer, golden().at("cases"));
}

TEST(ClipTokenizerGolden, GivesThePublishedIdsInShortContexts) {
  for (const Json& one : golden().at("short_contexts")) {
    expect_ids(ClipTokenizer::load(kFolder, one.at("context").get<int>()), one.at("cases"));
  }
}

TEST(ClipTokenizerGolden, ReadsSpecialTokensAsPublishedFromOldAndNewFiles) {
  for (const Json& one : golden().at("configurations")) {
    SCOPED_TRACE(one.at("name").get<std::string>());
    const testing::TemporaryFolder folder;
    for (const char* name : {"vocab.json", "merges.txt"}) {
      fs::copy_file(kFolder / name, folder / name);
    }
    write(folder, one.at("files"));
    const ClipTokenizer tokenizer = ClipTokenizer::load(folder.path(), 77);
    EXPECT_EQ(tokenizer.pad_id(), one.at("pad_id"));
    expect_ids(tokenizer, one.at("cases"));
  }
}

TEST(ClipTokenizerGolden, ReadsATokenizerJson) {
  const testing::TemporaryFolder folder;
  write(folder, golden().at("saved").at("files"));
  expect_ids(ClipTokenizer::load(folder.path()), golden().at("saved").at("cases"));
}

TEST(ClipTokenizerGolden, UsesTheUnknownTokenAsPublished) {
  const testing::TemporaryFolder folder;
  Json vocabulary = read_json_file(kFolder / "vocab.json");
  for (const Json& missing : golden().at("unknown").at("missing")) {
    ASSERT_EQ(vocabulary.erase(missing.get<std::string>()), 1U);
  }
  write_file_atomically(folder / "vocab.json", vocabulary.dump());
  fs::copy_file(kFolder / "merges.txt", folder / "merges.txt");
  expect_ids(ClipTokenizer::load(folder.path()), golden().at("unknown").at("cases"));
}

template <typename Visit>
std::string digest_over_all_characters(Visit&& visit) {
  std::string text;
  for (char32_t character = 0; character <= 0x10FFFF; ++character) {
    if (character < 0xD800 || character > 0xDFFF) visit(character, text);
  }
  return sha256_hex(text);
}

std::string digest_of_class(bool (*contains)(char32_t)) {
  return digest_over_all_characters([&](char32_t character, std::string& text) {
    if (contains(character)) append_character(character, text);
  });
}

TEST(ClipTokenizerGolden, ClassesAndCaseAgreeOnEveryCharacter) {
  const Json& classes = golden().at("classes");
  EXPECT_EQ(digest_of_class(is_letter), classes.at("letters"));
  EXPECT_EQ(digest_of_class(is_number), classes.at("numbers"));
  EXPECT_EQ(digest_of_class(is_white_space), classes.at("white_space"));
  EXPECT_EQ(digest_over_all_characters(append_lower_case), classes.at("lower_case"));
}

TEST(ClipTokenizerGolden, NormalisationAgreesOnEveryCharacterBetweenMarks) {
  const auto composed = [](char32_t character, std::string& text) {
    std::string part = "a";
    append_character(character, part);
    part += "\u0334\u0301";
    append_character(character, part);
    text += normalise_nfc(part);
  };
  EXPECT_EQ(digest_over_all_characters(composed), golden().at("classes").at("composed"));
}

}  // namespace
}  // namespace asbench::models
