#include "loaders/text_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/json.h"
#include "tests/support/temporary_folder.h"

namespace asbench::loaders {
namespace {

using ::testing::HasSubstr;

std::string refusal(std::string_view bytes) {
  try {
    return "was read as " + decode_text(bytes, "prompts.json").encoding;
  } catch (const BadInput& error) {
    return error.what();
  }
}

/// UTF-16 of a text of the Basic Multilingual Plane and pairs of surrogates, given as code units.
std::string units(std::u16string_view text, bool little) {
  std::string bytes;
  for (const char16_t unit : text) {
    const char low = static_cast<char>(unit & 0xFF);
    const char high = static_cast<char>(unit >> 8);
    bytes += little ? low : high;
    bytes += little ? high : low;
  }
  return bytes;
}

TEST(DecodeText, TakesUtf8AsItIs) {
  for (const std::string text : {"", "plain\r\n", "café 漫画 \xF0\x9F\xA6\x8A", "\xEF\xBF\xBE"}) {
    const Text read = decode_text(text, "t");
    EXPECT_EQ(read.utf8, text);
    EXPECT_EQ(read.encoding, "UTF-8");
    EXPECT_TRUE(read.is_utf8());
  }
}

TEST(DecodeText, LeavesOutAByteOrderMark) {
  const Text read = decode_text("\xEF\xBB\xBF{\"caf\xC3\xA9\"}", "t");
  EXPECT_EQ(read.utf8, "{\"café\"}");
  EXPECT_EQ(read.encoding, "UTF-8 with a byte order mark");
  EXPECT_TRUE(read.is_utf8());
}

TEST(DecodeText, ReadsUtf16WithAndWithoutAMark) {
  const std::u16string text = u"{\"漫画 café\": \"\U0001F98A\"}\r\n";
  const std::string wanted = "{\"漫画 café\": \"\xF0\x9F\xA6\x8A\"}\r\n";
  for (const bool little : {true, false}) {
    const std::string name = little ? "UTF-16 LE" : "UTF-16 BE";
    for (const bool marked : {true, false}) {
      const Text read = decode_text(units(marked ? u"\uFEFF" + text : text, little), "t");
      EXPECT_EQ(read.utf8, wanted) << name << marked;
      EXPECT_EQ(read.encoding, name);
      EXPECT_FALSE(read.is_utf8());
    }
  }
}

TEST(DecodeText, RefusesDamagedUtf16) {
  std::string cut = units(u"\uFEFF{\"a\"}", true);
  cut.pop_back();
  EXPECT_THAT(refusal(cut), HasSubstr("odd number of bytes"));
  std::u16string half = u"\uFEFF[\n\"x\"]";
  half[3] = 0xDC00;
  EXPECT_THAT(refusal(units(half, false)), HasSubstr("half a character (U+DC00) in line 2"));
  half[3] = 0xD83E;
  EXPECT_THAT(refusal(units(half, true)), HasSubstr("half a character (U+D83E)"));
}

TEST(DecodeText, NamesUtf32AndBinaryFiles) {
  EXPECT_THAT(refusal(std::string("\xFF\xFE\0\0{\0\0\0", 8)), HasSubstr("UTF-32"));
  EXPECT_THAT(refusal(std::string("\0\0\xFE\xFF\0\0\0{", 8)), HasSubstr("UTF-32"));
  EXPECT_THAT(refusal(std::string("{\0\0\0}\0\0\0", 8)), HasSubstr("UTF-32"));
  EXPECT_THAT(refusal(std::string("PK\3\4\0\0", 6)), HasSubstr("not a text"));
}

TEST(DecodeText, ReadsWindows1252OfWesternTexts) {
  const std::vector<std::pair<std::string, std::string>> texts = {
      {"{\"prompts\": [\"A fox in a caf\xE9\"]}", "{\"prompts\": [\"A fox in a café\"]}"},
      {"[\"\xC9tienne a cr\xE9\xE9 la sc\xE8ne; na\xEFve.\"]",
       "[\"Étienne a créé la scène; naïve.\"]"},
      {"[\"It\x92s \x93night\x94 \x96 and cold\x85\"]", "[\"It’s “night” – and cold…\"]"},
      {"[\"Der Fuchs l\xE4uft \xFC"
       "ber die Stra\xDF"
       "e, \x80 5\"]",
       "[\"Der Fuchs läuft über die Straße, € 5\"]"},
      {"story,shot\nEl ni\xF1o \xBFqu\xE9?,1\n", "story,shot\nEl niño ¿qué?,1\n"}};
  for (const auto& [bytes, wanted] : texts) {
    const Text read = decode_text(bytes, "t");
    EXPECT_EQ(read.utf8, wanted);
    EXPECT_EQ(read.encoding, "Windows-1252");
    EXPECT_FALSE(read.is_utf8());
  }
}

TEST(DecodeText, DoesNotGuessWhereOtherEncodingsArePossible) {
  const std::vector<std::pair<const char*, std::string>> texts = {
      {"Shift JIS, katakana", "[\"\x83K\x83\x93\x83o\"]"},
      {"Shift JIS, hiragana and kanji", "[\"\x82\xA9\x82\xED\x82\xA2\x82\xA2\x94L\"]"},
      {"GBK", "[\"\xB6\xAF\xBB\xAD\xC9\xE4\xCA\xD6\"]"},
      {"EUC-KR", "[\"\xB0\xED\xBE\xE7\xC0\xCC runs\"]"},
      {"Windows-1251", "[\"\xCA\xEE\xF2 \xE8\xE4\xB8\xF2\"]"},
      {"Mac Roman", "[\"A fox in a caf\x8E\"]"},
      {"an unused byte", "[\"caf\xE9 \x81\"]"},
      {"UTF-8 cut in a character", "[\"caf\xC3\xA9 \xE6\xBC\xAB\xE7\x94\xBB \xE6\xBC\"]"},
      {"UTF-8 after a byte order mark", "\xEF\xBB\xBF[\"caf\xE9\"]"}};
  for (const auto& [name, bytes] : texts) {
    EXPECT_THAT(refusal(bytes), HasSubstr("prompts.json: neither UTF-8 nor UTF-16 text")) << name;
    EXPECT_THAT(refusal(bytes), HasSubstr("Save it as UTF-8")) << name;
  }
  EXPECT_THAT(refusal("[\n\"\xB6\xAF\xBB\xAD\"]"), HasSubstr("the byte B6 in line 2"));
}

TEST(DecodeText, RefusesWhatOnlyLooksLikeUtf8) {
  for (const char* bytes : {"\xC0\xAF\xC0\xAF", "\xED\xA0\x80\xED\xA0\x80", "\xF4\x90\x80\x80",
                            "\xF8\x88\x80\x80\x80"}) {
    EXPECT_THAT(refusal(bytes), HasSubstr("neither UTF-8")) << bytes;
  }
}

TEST(ReadText, NamesWhatLiesInTheFilesPlace) {
  const testing::TemporaryFolder folder;
  const auto what = [&](const std::string& bytes) -> std::string {
    write_file_atomically(folder / "a.json", bytes);
    try {
      return read_text(folder / "a.json").encoding;
    } catch (const BadInput& error) {
      return error.what();
    }
  };
  EXPECT_EQ(what("{}"), "UTF-8");
  EXPECT_THAT(what("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"),
              HasSubstr("a.json: a Git LFS pointer"));
  EXPECT_THAT(what("<!DOCTYPE html><title>quota exceeded</title>"), HasSubstr("HTML page"));
}

}  // namespace
}  // namespace asbench::loaders
