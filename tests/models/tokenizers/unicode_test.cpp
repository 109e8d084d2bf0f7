#include "models/tokenizers/unicode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/models/tokenizers/toy_tokenizer.h"

namespace asbench::models {
namespace {

using testing::bad_input_of;
using ::testing::HasSubstr;

TEST(Utf8, EveryCharacterSurvivesWritingAndReading) {
  for (char32_t character = 0; character <= 0x10FFFF; ++character) {
    if (character >= 0xD800 && character <= 0xDFFF) continue;
    std::string text;
    append_character(character, text);
    require_utf8(text, "text");
    std::size_t offset = 0;
    ASSERT_EQ(next_character(text, offset), character);
    ASSERT_EQ(offset, text.size());
  }
}

TEST(Utf8, RefusesIllFormedBytesAndNamesTheFirst) {
  const std::vector<std::string> ill_formed = {"\x80",
                                               "\xBF",
                                               "\xC0\x80",
                                               "\xC1\xBF",
                                               "\xE0\x80\x80",
                                               "\xE0\x9F\xBF",
                                               "\xED\xA0\x80",
                                               "\xED\xBF\xBF",
                                               "\xF0\x80\x80\x80",
                                               "\xF0\x8F\xBF\xBF",
                                               "\xF4\x90\x80\x80",
                                               "\xF5\x80\x80\x80",
                                               "\xFE",
                                               "\xFF",
                                               "\xC3",
                                               "\xC3(",
                                               "\xE4\xB8",
                                               "\xE4\xB8(",
                                               "\xF0\x9F\x90",
                                               "\xF0\x9F(\xB1"};
  for (const std::string& bytes : ill_formed) {
    EXPECT_THAT(bad_input_of([&] { require_utf8("\u732b" + bytes + " ok", "the caption"); }),
                HasSubstr("the caption: byte 3 (0x"));
  }
}

TEST(Nfc, ComposesDecomposesAndSorts) {
  EXPECT_EQ(normalise_nfc("plain"), "plain");
  EXPECT_EQ(normalise_nfc("e\u0301"), "\u00e9");
  EXPECT_EQ(normalise_nfc("a\u0302\u0301"), "\u1ea5");
  EXPECT_EQ(normalise_nfc("a\u0301\u0302"), "\u00e1\u0302");  // equal classes block
  EXPECT_EQ(normalise_nfc("q\u0307\u0323"), "q\u0323\u0307");
  EXPECT_EQ(normalise_nfc("s\u0307\u0323"), "\u1e69");
  EXPECT_EQ(normalise_nfc("\u212b"), "\u00c5");
  EXPECT_EQ(normalise_nfc("\u0958"), "\u0915\u093c");  // excluded from composition
  EXPECT_EQ(normalise_nfc("\u1112\u1161\u11ab"), "\ud55c");
  EXPECT_EQ(normalise_nfc("\u0301e\u0301"), "\u0301\u00e9");
}

TEST(Nfc, LeavesMarksYoungerThanUnicode9WhereTheyAre) {
  EXPECT_EQ(normalise_nfc("a\u07fd\u0334"), "a\u07fd\u0334");  // Unicode 11, class 220
  EXPECT_EQ(normalise_nfc("a\u0316\u0334"), "a\u0334\u0316");  // Unicode 1, class 220
}

TEST(Nfc, IsIdempotentAndTheSameForAnyOrderOfMarks) {
  std::mt19937 random(3);
  const std::vector<std::string> marks = {"\u0301", "\u0323", "\u0334",
                                          "\u0345", "\u0308", "\u0344"};
  for (int round = 0; round < 500; ++round) {
    std::string text = "o";
    for (int i = 0; i < 6; ++i) text += marks[random() % marks.size()];
    const std::string once = normalise_nfc(text);
    EXPECT_EQ(normalise_nfc(once), once);
  }
  EXPECT_EQ(normalise_nfc("o\u0323\u0308\u0334"), normalise_nfc("o\u0334\u0308\u0323"));
}

TEST(LowerCase, HasNoContextAndNoLocale) {
  const auto lower = [](char32_t character) {
    std::string text;
    append_lower_case(character, text);
    return text;
  };
  EXPECT_EQ(lower(U'A'), "a");
  EXPECT_EQ(lower(U'[') + lower(U'@'), "[@");
  EXPECT_EQ(lower(0x3A3), "\u03c3");
  EXPECT_EQ(lower(0x130), "i\u0307");
  EXPECT_EQ(lower(0x1E9E), "\u00df");
  EXPECT_EQ(lower(0x178), "\u00ff");
  EXPECT_EQ(lower(0x101), "\u0101");  // inside a range of every second character
  EXPECT_EQ(lower(0x10400), "\U00010428");
}

}  // namespace
}  // namespace asbench::models
