#include "reports/tables/escape_text.h"

#include <gtest/gtest.h>

#include <string>

namespace asbench::reports {
namespace {

/// Names whose letters every format must keep.
const std::string kNames[] = {"动画射手", "漫画生成器", "ガンバ",       "한국어", "אנימה",
                              "Кино",     "café",       "cafe\xCC\x81", "🦊"};

TEST(EscapeText, EveryFormatKeepsLetters) {
  for (const std::string& name : kNames) {
    EXPECT_EQ(latex_text(name), name);
    EXPECT_EQ(markdown_text(name), name);
    EXPECT_EQ(xml_text(name), name);
    EXPECT_EQ(csv_field(name), name);
    EXPECT_EQ(terminal_text(name), name);
  }
}

TEST(LatexText, HasNoCommandsWhateverTheNameHolds) {
  EXPECT_EQ(latex_text("\\input{x}"), "\\textbackslash{}input\\{x\\}");
  EXPECT_EQ(latex_text("100% & #1 $x$ a_b ~^"),
            "100\\% \\& \\#1 \\$x\\$ a\\_\\allowbreak{}b \\textasciitilde{}\\textasciicircum{}");
  EXPECT_EQ(latex_text("end\\"), "end\\textbackslash{}")
      << "before the & of a cell or the } of a head";
  EXPECT_EQ(latex_text("[2pt]"), "{[}2pt]") << "not the argument of the \\\\ before it";
  EXPECT_EQ(latex_text("*x*"), "{*}x*");
  EXPECT_EQ(latex_text("a--b,,c"), "a-\\kern0pt-b,\\kern0pt,c");
  EXPECT_EQ(latex_text(" a  b "), "~a ~b~");
  EXPECT_EQ(latex_text("a\x1b\n\xFF"),
            "a\\textbackslash{}x1b\\textbackslash{}n\\textbackslash{}xff");
}

TEST(LatexText, ALongWordMayBeBrokenBetweenItsLetters) {
  EXPECT_EQ(latex_text("abcdef gh", 4), "abcd\\allowbreak{}ef gh");
  EXPECT_EQ(latex_text("动画射手", 4), "动画\\allowbreak{}射手");
  EXPECT_EQ(latex_text("abcde\xCC\x81", 5), "abcde\xCC\x81") << "a mark stays with its letter";
}

TEST(LatexText, OnlyLettersBeyondLatin1NeedAFont) {
  EXPECT_FALSE(needs_latex_letters(latex_text("café † ≈ → naïve")));
  EXPECT_TRUE(needs_latex_letters(latex_text("café 动")));
  EXPECT_TRUE(needs_latex_letters(latex_text("cafe\xCC\x81")));
}

TEST(MarkdownText, IsNoMarkupNoHtmlAndNoBlock) {
  EXPECT_EQ(markdown_text("a|b `c` <i> [x](y) *e* $m$"),
            "a\\|b \\`c\\` &lt;i&gt; \\[x\\]\\(y\\) \\*e\\* \\$m\\$");
  EXPECT_EQ(markdown_text("- item"), "\\- item");
  EXPECT_EQ(markdown_text("+ item"), "\\+ item");
  EXPECT_EQ(markdown_text("=="), "\\==");
  EXPECT_EQ(markdown_text("12. item"), "12\\. item");
  EXPECT_EQ(markdown_text("a-b 1.5"), "a-b 1.5");
  EXPECT_EQ(markdown_text("    code"), "&nbsp;&nbsp;&nbsp;&nbsp;code");
  EXPECT_EQ(markdown_text("a  b "), "a &nbsp;b&nbsp;");
  EXPECT_EQ(markdown_text("end\\"), "end\\\\");
  EXPECT_EQ(markdown_text("a\nb\xE2\x80\xAE"), "a\\\\nb\\\\u202e");
}

TEST(XmlText, HoldsNothingThatXmlCant) {
  EXPECT_EQ(xml_text("\xEF\xBF\xBE \xEF\xBF\xBF"), "\\ufffe \\uffff");
  EXPECT_EQ(xml_text("\xED\xA0\x80"), "\\xed\\xa0\\x80") << "an unpaired surrogate";
  EXPECT_EQ(xml_text("a\x01\x0B\x1F"), "a\\x01\\x0b\\x1f");
  EXPECT_EQ(xml_text("<a b='c' d=\"e\">&]]>"),
            "&lt;a b=&apos;c&apos; d=&quot;e&quot;&gt;&amp;]]&gt;");
}

TEST(CsvField, IsAFieldOfRfc4180AndNoFormula) {
  EXPECT_EQ(csv_field("plain"), "plain");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(csv_field(" padded "), "\" padded \"");
  EXPECT_EQ(csv_field("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
  for (const char* formula : {"+1", "-1", "@SUM(1)", "＝1", "＋1", "－1", "＠x"})
    EXPECT_EQ(csv_field(formula), "'" + std::string(formula));
  EXPECT_EQ(csv_field("\t=1"), "'\t=1");
  EXPECT_EQ(csv_field("\n=1"), "\"'\n=1\"");
  EXPECT_EQ(csv_field(std::string("nul\0", 4)), "nul\\x00") << "many readers stop there";
}

}  // namespace
}  // namespace asbench::reports
