#include "core/text.h"

#include <gtest/gtest.h>
#include <unicode/uchar.h>

#include "core/print.h"
#include "core/unicode_width.h"

namespace asbench {
namespace {

TEST(TerminalText, LeavesLettersOfEveryScript) {
  for (const char* text :
       {"plain", "back\\slash", "café", "cafe\xCC\x81", "动画射手", "ガンバ", "한국어", "אנימה",
        "Кино", "🦊", "👩\xE2\x80\x8D🚀", "tab le", "", "\xC2\xA0"})
    EXPECT_EQ(terminal_text(text), text);
}

TEST(TerminalText, ShowsControlCharactersAsEscapes) {
  EXPECT_EQ(terminal_text("a\x1b[31mred\x1b[0m"), "a\\x1b[31mred\\x1b[0m");
  EXPECT_EQ(terminal_text("two\nlines\r\tx\x7F"), "two\\nlines\\r\\tx\\x7f");
  EXPECT_EQ(terminal_text(std::string_view("nul\0", 4)), "nul\\x00");
  EXPECT_EQ(terminal_text("\xC2\x9B"
                          "31m\xC2\x85"),
            "\\u009b31m\\u0085")
      << "C1: terminals take U+009B for ESC [";
}

TEST(TerminalText, ShowsWhatChangesTheDirectionOrIsNoCharacter) {
  EXPECT_EQ(terminal_text("gpj\xE2\x80\xAE.exe"), "gpj\\u202e.exe");
  EXPECT_EQ(terminal_text("\xE2\x81\xA6x\xE2\x81\xA9"), "\\u2066x\\u2069");
  EXPECT_EQ(terminal_text("\xE2\x80\x8F\xD8\x9C"), "\\u200f\\u061c");
  EXPECT_EQ(terminal_text("\xEF\xBF\xBE\xEF\xBF\xBF\xEF\xB7\x90"), "\\ufffe\\uffff\\ufdd0");
  EXPECT_EQ(terminal_text("\xF0\x9F\xBF\xBE"), "\\U0001fffe");
  EXPECT_EQ(terminal_text("\xE2\x80\xA8\xEF\xBB\xBF"), "\\u2028\\ufeff");
}

TEST(TerminalText, ShowsBytesThatAreNotUtf8) {
  EXPECT_EQ(terminal_text("caf\xE9.mp4"), "caf\\xe9.mp4");
  EXPECT_EQ(terminal_text("\xED\xA0\x80"), "\\xed\\xa0\\x80") << "an unpaired surrogate";
  EXPECT_EQ(terminal_text("\xC0\xAF"), "\\xc0\\xaf") << "an overlong slash";
  EXPECT_EQ(terminal_text("\xE0\x80\xAF"), "\\xe0\\x80\\xaf");
  EXPECT_EQ(terminal_text("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond U+10FFFF";
  EXPECT_EQ(terminal_text("\xE5\x8A"), "\\xe5\\x8a") << "cut in the middle";
}

TEST(TerminalLines, KeepsTheLinesOfAMessageAndIndentsThem) {
  EXPECT_EQ(terminal_lines("what\n  remedy\nmore\n"), "what\n  remedy\n  more\n");
  EXPECT_EQ(terminal_lines("a\nasbench: all fine\x1b[A"), "a\n  asbench: all fine\\x1b[A");
}

TEST(Excerpt, IsCutByColumnsAndNeverInsideACharacter) {
  EXPECT_EQ(excerpt("short"), "short");
  EXPECT_EQ(excerpt(std::string(80, 'x')), std::string(80, 'x'));
  EXPECT_EQ(excerpt(std::string(81, 'x')), std::string(77, 'x') + "...");
  EXPECT_EQ(excerpt("动画射手动画射手", 10), "动画射...");
  std::string marks = "a";
  for (int i = 0; i < 100000; ++i) marks += "\xCC\x81";
  EXPECT_LT(excerpt(marks).size(), 80U * 16U + 20U) << "marks take no column, but they take room";
  EXPECT_EQ(excerpt("\x1b\x1b\x1b", 8), "\\x1b...") << "an escape is counted as it is shown";
}

TEST(DisplayWidth, IsThatOfATerminal) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("动画射手"), 8U);
  EXPECT_EQ(display_width("cafe\xCC\x81"), 4U);
  EXPECT_EQ(display_width("🦊"), 2U);
  EXPECT_EQ(display_width("\xFF"), 1U);
  EXPECT_EQ(align_left("动画", 6) + "|", "动画  |");
  EXPECT_EQ(align_right("动画", 6), "  动画");
  EXPECT_EQ(align_left("动画", 2), "动画");
}

TEST(DisplayWidth, TheTablesAreUnicodes) {
  if (std::string_view(U_UNICODE_VERSION) != "15.0")
    GTEST_SKIP() << "needs an ICU of Unicode 15.0, this one is of " << U_UNICODE_VERSION;
  for (UChar32 c = 0x300; c <= 0x10FFFF; ++c) {
    const int8_t type = u_charType(c);
    const int width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
    const bool mark = type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK;
    if (mark) {
      ASSERT_EQ(columns_of(static_cast<char32_t>(c)), 0) << std::hex << c;
    }
    if (type == U_UPPERCASE_LETTER || type == U_LOWERCASE_LETTER || type == U_OTHER_LETTER) {
      const bool wide = width == U_EA_WIDE || width == U_EA_FULLWIDTH;
      const bool joins = c >= 0x1160 && c <= 0x11FF;  // vowels and final consonants of Hangul
      ASSERT_EQ(columns_of(static_cast<char32_t>(c)), joins ? 0 : wide ? 2 : 1) << std::hex << c;
    }
  }
}

TEST(Utf8, IsTold) {
  EXPECT_TRUE(is_utf8("café 动"));
  EXPECT_FALSE(is_utf8("caf\xE9"));
  EXPECT_FALSE(is_utf8("\xED\xA0\x80"));
}

TEST(Utf8, ReadsBackToTheSameCodePoint) {
  for (const char32_t c : {U'a', U'é', U'动', U'🦊', U'\U0010FFFF'}) {
    const std::string text = utf8(c);
    const CodePoint back = code_point_at(text, 0);
    EXPECT_EQ(back.value, c);
    EXPECT_EQ(back.length, text.size());
  }
}

TEST(JsonForTerminal, IsTheSameDataWithoutAnythingThatATerminalObeys) {
  const Json json = {{"a\x1b", "x\xC2\x9B\xE2\x80\xAE动\x7F"}, {"b", {1, "🦊\xF0\x9F\xBF\xBE"}}};
  const std::string text = json_for_terminal(json);
  const std::string line = json_for_terminal(json, -1);
  EXPECT_EQ(terminal_text(line), line);
  EXPECT_NE(text.find("\\u009b\\u202e动\\u007f"), std::string::npos) << text;
  EXPECT_NE(text.find("🦊\\ud83f\\udffe"), std::string::npos) << text;
  EXPECT_EQ(parse_json(text, "text"), json);
}

TEST(PrintSafe, EscapesTextAndKeepsNumbers) {
  ::testing::internal::CaptureStdout();
  const std::string name = "a\x1b[2J\nb";
  print_safe(stdout, "{} {} {:>3} {:.1f}\n", name, "c\xC2\x9B", 7, 0.25);
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "a\\x1b[2J\\nb c\\u009b   7 0.2\n");
}

}  // namespace
}  // namespace asbench
