#include "models/tokenizers/t5_tokenizer.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>

#include "core/json.h"
#include "models/tokenizers/sentencepiece_model.h"
#include "tests/models/weights/expect_error.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

using asbench::testing::expect_error;
using asbench::testing::TemporaryFolder;
using Ids = std::vector<std::int64_t>;

const std::filesystem::path kGolden =
    asbench::testing::source_folder() / "tests/golden/unigram/spiece.model";

const std::string& sound_model() {
  static const std::string model = read_text_file(kGolden);
  return model;
}

std::string number(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7U) bytes.push_back(static_cast<char>(value | 0x80U));
  bytes.push_back(static_cast<char>(value));
  return bytes;
}

std::string text_field(unsigned field, const std::string& text) {
  return number(field << 3U | 2U) + number(text.size()) + text;
}

std::string little_endian(std::uint32_t value) {
  std::string bytes(4, '\0');
  std::memcpy(bytes.data(), &value, 4);
  return bytes;
}

std::string piece(const std::string& text, float score, unsigned type = 1) {
  std::string bits(4, '\0');
  std::memcpy(bits.data(), &score, 4);
  return text_field(
      1, text_field(1, text) + number(2 << 3U | 5U) + bits + number(3 << 3U) + number(type));
}

/// <pad> 0, </s> 1, <unk> 2 and a few pieces, without normalisation.
std::string small_model(const std::string& trainer = {}, const std::string& normaliser = {}) {
  return piece("<pad>", 0.0F, 3) + piece("</s>", 0.0F, 3) + piece("<unk>", 0.0F, 2) +
         piece("\u2581ab", -1.0F) + piece("\u2581a", -2.0F) + piece("b", -2.5F) +
         piece("a", -3.0F) + piece("\u2581", -4.0F) +
         text_field(2, trainer + number(43 << 3U) + number(0) + number(41 << 3U) +
                           "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01" + number(42 << 3U) +
                           number(1) + number(40 << 3U) + number(2)) +
         text_field(3, normaliser);
}

class T5TokenizerTest : public ::testing::Test {
 protected:
  void write(const std::string& model) { write_file_atomically(folder_ / "spiece.model", model); }
  void expect_refused(const std::string& model, const std::vector<std::string_view>& parts) {
    write(model);
    auto all = parts;
    const std::string path = (folder_ / "spiece.model").string();
    all.push_back(path);
    expect_error([&] { (void)T5Tokenizer::load(folder_.path()); }, all);
  }

  TemporaryFolder folder_;
};

TEST_F(T5TokenizerTest, TakesThePiecesWithTheBestSumOfScores) {
  write(small_model());
  const T5Tokenizer tokenizer = T5Tokenizer::load(folder_.path());
  EXPECT_EQ(tokenizer.encode("ab"), (Ids{3, 1}));          // -1, not -2 - 2.5
  EXPECT_EQ(tokenizer.encode("aab"), (Ids{4, 6, 5, 1}));   // only way without an unknown
  EXPECT_EQ(tokenizer.encode("xx a"), (Ids{7, 2, 4, 1}));  // neighbouring unknowns are one
  EXPECT_EQ(tokenizer.encode(""), (Ids{1}));
}

TEST_F(T5TokenizerTest, KnowsItsSpecialTokens) {
  write(small_model());
  const T5Tokenizer tokenizer = T5Tokenizer::load(folder_.path());
  EXPECT_EQ(tokenizer.id_limit(), 108);
  EXPECT_EQ(tokenizer.encode("a</s>b<extra_id_0><extra_id_99>"), (Ids{4, 1, 7, 5, 107, 8, 1}));
  write_file_atomically(folder_ / "tokenizer_config.json", R"({"extra_ids": 2})");
  EXPECT_EQ(T5Tokenizer::load(folder_.path()).id_limit(), 10);
  for (const char* bad : {"-1", "10001", "\"100\"", "1.5"}) {
    write_file_atomically(folder_ / "tokenizer_config.json",
                          std::string(R"({"extra_ids": )") + bad + "}");
    expect_error([&] { (void)T5Tokenizer::load(folder_.path()); },
                 {"tokenizer_config.json", "extra_ids", bad});
  }
}

TEST_F(T5TokenizerTest, PadsAndCuts) {
  write(small_model());
  const T5Tokenizer tokenizer = T5Tokenizer::load(folder_.path());
  const auto padded = tokenizer.encode_padded("ab", 4);
  EXPECT_EQ(padded.ids, (Ids{3, 1, 0, 0}));
  EXPECT_FALSE(padded.truncated);
  const auto whole = tokenizer.encode_padded("ab", 2);
  EXPECT_EQ(whole.ids, (Ids{3, 1}));
  EXPECT_FALSE(whole.truncated);
  const auto cut = tokenizer.encode_padded("ab ab ab", 2);
  EXPECT_EQ(cut.ids, (Ids{3, 1}));
  EXPECT_TRUE(cut.truncated);
}

TEST_F(T5TokenizerTest, RefusesTextThatIsNotUtf8) {
  write(small_model());
  const T5Tokenizer tokenizer = T5Tokenizer::load(folder_.path());
  expect_error([&] { (void)tokenizer.encode("ab\xff"); }, {"text", "2"});
  expect_error([&] { (void)tokenizer.encode(std::string((16U << 20U) + 1, 'a')); }, {"16777217"});
}

TEST_F(T5TokenizerTest, RefusesWhatIsNoUnigramModel) {
  expect_refused("", {"not a SentencePiece model"});
  expect_refused("{\"model\": 1}", {"not a SentencePiece model"});
  expect_refused(small_model(number(3 << 3U) + number(2)), {"another type than unigram"});
  expect_refused(small_model() + piece("c", std::nanf("")), {"damaged"});
  const std::string swapped = piece("</s>", 0.0F, 3) + small_model();
  expect_refused(swapped, {});
}

TEST_F(T5TokenizerTest, RefusesOtherIdsOfItsSpecialTokens) {
  expect_refused(piece("<s>", 0.0F, 3) + small_model(), {"1, 2 and 3", "0, 1 and 2"});
}

std::string with_map(std::uint32_t array_bytes, const std::vector<std::uint32_t>& units,
                     const std::string& replacements) {
  std::string map = little_endian(array_bytes);
  for (const std::uint32_t unit : units) map += little_endian(unit);
  return small_model({}, text_field(2, map + replacements));
}

TEST_F(T5TokenizerTest, RefusesAMapThatLeadsOutOfItself) {
  const std::string text("x\0", 2);
  std::vector<std::uint32_t> units(256, 0);
  EXPECT_NO_THROW(require_sound_unigram_model(with_map(1024, units, text), "model"));
  const auto refuse = [&](const std::string& model) {
    expect_error([&] { require_sound_unigram_model(model, "model"); },
                 {"model: ", "map of characters"});
  };
  refuse(small_model({}, text_field(2, "abc")));  // no place for the size
  refuse(with_map(1028, units, text));            // the array would take the replacements
  refuse(with_map(1022, units, text));            // no whole number of units
  refuse(with_map(0, {}, text));
  refuse(with_map(0xFFFFFFFFU, units, text));
  refuse(with_map(1024, units, "x"));  // a replacement without an end
  units[0] = 256U << 10U;              // base 256 of 256 units
  refuse(with_map(1024, units, text));
  units[0] = 1U << 10U | 1U << 9U;  // an offset of 1, times 256
  refuse(with_map(1024, units, text));
  units[0] = 3U << 10U | 1U << 8U;  // a value in unit 3
  units[3] = 1U << 31U | 1U;
  EXPECT_NO_THROW(require_sound_unigram_model(with_map(1024, units, text), "model"));
  units[3] = 1U << 31U | 2U;  // behind the last replacement
  refuse(with_map(1024, units, text));
  refuse(with_map(1020, std::vector<std::uint32_t>(255, 0), text));  // 255 units about base 0
}

TEST_F(T5TokenizerTest, DamagedModelsAreRefusedOrWorkButNeverMore) {
  std::mt19937 random(3);
  const std::string text = "The girl: ①②③ ｶﾞ … café Ａ\u0301 東京 </s> 12\r\n";
  int refused = 0;
  for (int i = 0; i < 60; ++i) {
    std::string model = sound_model();
    // Everywhere, and half of the times in the pieces and the map's double array alone.
    const std::size_t reach = i % 2 == 0 ? model.size() : std::size_t{40'000};
    for (int k = 0; k < 1 + i % 3; ++k) {
      model[random() % reach] = static_cast<char>(random());
    }
    if (i % 5 == 0) model.resize(random() % model.size());
    write(model);
    try {
      const T5Tokenizer tokenizer = T5Tokenizer::load(folder_.path());
      EXPECT_EQ(tokenizer.encode(text).back(), T5Tokenizer::kEosId);
    } catch (const BadInput&) {
      ++refused;
    }
  }
  EXPECT_GE(refused, 10);
}

}  // namespace
}  // namespace asbench::models
