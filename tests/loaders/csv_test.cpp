#include "loaders/csv.h"

#include <gtest/gtest.h>

#include <array>

#include "core/error.h"
#include "tests/loaders/split_samples.h"
#include "tests/support/temporary_folder.h"

namespace asbench::loaders {
namespace {

using Row = std::vector<std::string>;

std::string refusal(std::string_view text) {
  try {
    static_cast<void>(parse_csv(text, "t.csv"));
    return "was read";
  } catch (const BadInput& error) {
    return error.what();
  }
}

TEST(Csv, ReadsPlainRowsWithEitherLineEnd) {
  const CsvTable table = parse_csv("a,b\r\n1,2\n3,\n", "t");
  EXPECT_EQ(table.columns, (Row{"a", "b"}));
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0], (Row{"1", "2"}));
  EXPECT_EQ(table.rows[1], (Row{"3", ""}));
  EXPECT_EQ(table.lines, (std::vector<int>{2, 3}));
}

TEST(Csv, ReadsQuotedCommasQuotesAndLineBreaks) {
  const CsvTable table = parse_csv("a,b\n\"x,\"\"y\"\"\",\"two\nlines\"\n last ,\"\"", "t");
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0], (Row{"x,\"y\"", "two\nlines"}));
  EXPECT_EQ(table.rows[1], (Row{"last", ""}));
  EXPECT_EQ(table.lines, (std::vector<int>{2, 4}));
}

TEST(Csv, SkipsAByteOrderMarkAndEmptyLines) {
  const CsvTable table = parse_csv(
      "\xEF\xBB\xBF"
      "a,b\n\n1,2\n\n",
      "t");
  EXPECT_EQ(table.columns.front(), "a");
  EXPECT_EQ(table.rows.size(), 1U);
}

TEST(Csv, KeepsATrailingEmptyFieldAtTheEndOfTheText) {
  EXPECT_EQ(parse_csv("a,b\n1,", "t").rows.at(0), (Row{"1", ""}));
}

TEST(Csv, NamesTheLineOfWhatIsWrong) {
  EXPECT_NE(refusal("a,b\n1,2\n3\n").find("line 3: 1 field, but the header has 2"),
            std::string::npos);
  EXPECT_NE(refusal("a,b\n1,\"2\n\n\n").find("line 2: a quote is opened here and never closed"),
            std::string::npos);
  EXPECT_NE(refusal("a,b\n\"1\"x,2\n").find("line 2"), std::string::npos);
  EXPECT_NE(refusal("a,b\n1\"x,2\n").find("line 2"), std::string::npos);
  EXPECT_NE(refusal("a,a\n").find("two columns"), std::string::npos);
  EXPECT_NE(refusal("").find("empty"), std::string::npos);
}

constexpr std::array<std::string_view, 3> kManifest = {"story", "shot", "path"};

TEST(Csv, TakesTheSeparatorThatGivesTheExpectedColumns) {
  struct Case {
    const char* text;
    char separator;
  };
  for (const Case& c : {Case{"story;shot;path\na/0;1;a,b.mp4\n", ';'},
                        Case{"story\tshot\tpath\na/0\t1\ta,b.mp4\n", '\t'},
                        Case{"path,shot,story\n\"a,b.mp4\",1,a/0\n", ','},
                        Case{"\"story\";\"shot\";\"path\"\r\n\"a/0\";1;\"a,b.mp4\"\r\n", ';'},
                        // More commas than semicolons: the expected columns decide.
                        Case{"story;shot;path;a,b,c,d,e\na/0;1;a,b.mp4;\n", ';'}}) {
    const CsvTable table = parse_csv(c.text, "t", kManifest);
    EXPECT_EQ(table.separator, c.separator) << c.text;
    EXPECT_EQ(table.rows.at(0).at(table.require("path", kManifest)), "a,b.mp4") << c.text;
  }
}

TEST(Csv, ObeysAFirstLineThatStatesTheSeparator) {
  for (const char* text :
       {"sep=;\r\na;b\r\n1;2,5\r\n", "\"sep=;\"\na;b\n1;2,5\n", "SEP=;\ra;b\r1;2,5"}) {
    const CsvTable table = parse_csv(text, "t");
    EXPECT_EQ(table.columns, (Row{"a", "b"})) << text;
    EXPECT_EQ(table.rows.at(0), (Row{"1", "2,5"})) << text;
    EXPECT_EQ(table.lines.at(0), 3) << text;
  }
  EXPECT_NE(refusal("sep=|\na|b\n").find("separator \"|\" is not read"), std::string::npos);
}

TEST(Csv, ReadsLinesThatEndWithCarriageReturns) {
  const CsvTable table = parse_csv("a,b\r1,\"x\ry\"\r3,4\r", "t");
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0], (Row{"1", "x\ry"}));
  EXPECT_EQ(table.lines, (std::vector<int>{2, 4}));
}

TEST(Csv, DropsSpacesAroundNamesAndUnquotedFields) {
  const CsvTable table =
      parse_csv(" Story , SHOT,\xC2\xA0Path\xC2\xA0\n a/0 ,\t1 , \" a.mp4 \" \n", "t", kManifest);
  EXPECT_EQ(table.columns, (Row{"Story", "SHOT", "Path"}));
  EXPECT_EQ(table.rows.at(0), (Row{"a/0", "1", " a.mp4 "}));
  EXPECT_EQ(table.require("path", kManifest), 2U);
  EXPECT_EQ(table.find("size"), std::nullopt);
}

TEST(Csv, SkipsRowsAndColumnsThatHoldNothing) {
  const CsvTable table = parse_csv(",,,\na,b,,\n1,2,,\n,,,\n 3 , ,,\n4,5\n6,7,,,,\n,,\n", "t");
  EXPECT_EQ(table.columns, (Row{"a", "b"}));
  EXPECT_EQ(table.rows, (std::vector<Row>{{"1", "2"}, {"3", ""}, {"4", "5"}, {"6", "7"}}));
  EXPECT_EQ(table.lines, (std::vector<int>{3, 5, 6, 7}));
}

TEST(Csv, NamesAColumnWithValuesByItsPlace) {
  const CsvTable table =
      parse_csv(",story,shot\n0,a,1\n1,a,2\n", "t");  // as pandas writes an index
  EXPECT_EQ(table.columns, (Row{"column 1", "story", "shot"}));
  EXPECT_EQ(table.rows.at(1), (Row{"1", "a", "2"}));
}

TEST(Csv, SaysWhichSeparatorALineSeemsToUse) {
  const std::string text = refusal("story,shot,path\na/0;1;x.mp4\n");
  EXPECT_NE(text.find("line 2: 1 field, but the header has 3"), std::string::npos) << text;
  EXPECT_NE(text.find("separated by a comma; this line seems to use a semicolon"),
            std::string::npos)
      << text;
  EXPECT_NE(refusal("a,b\n1,2,3\n").find("must be in double quotes"), std::string::npos);
  EXPECT_NE(refusal("a,A\n").find("letter case doesn't count"), std::string::npos);
}

TEST(Csv, ListsTheColumnsThatAreThereWhenOneIsMissing) {
  try {
    static_cast<void>(parse_csv("tale|shot|path\n", "list.csv").require("story", kManifest));
    FAIL() << "was found";
  } catch (const BadInput& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("missing column \"story\""), std::string::npos) << text;
    EXPECT_NE(text.find("\"tale|shot|path\""), std::string::npos) << text;
    EXPECT_NE(text.find("story,shot,path and any others, separated by commas, semicolons or tabs"),
              std::string::npos)
        << text;
  }
}

TEST(Csv, IsReadInTheEncodingsOfSpreadsheets) {
  const testing::TemporaryFolder folder;
  const auto read = [&](const std::string& bytes) {
    testing::write_text(folder / "t.csv", bytes);
    return read_csv(folder / "t.csv", kManifest);
  };
  std::string utf16 = "\xFF\xFE";
  for (const char c : std::string("story\tshot\tpath\r\na\t1\tb\r\n")) utf16 += {c, '\0'};
  EXPECT_EQ(read(utf16).rows.at(0), (Row{"a", "1", "b"}));
  EXPECT_EQ(read("\xEF\xBB\xBFstory;shot;path\r\ncaf\xC3\xA9;1;b\r\n").rows.at(0).at(0),
            "caf\xC3\xA9");
  EXPECT_EQ(read("story;shot;path\r\ncaf\xE9;1;b\r\n").rows.at(0).at(0), "caf\xC3\xA9");
}

std::vector<double> numbers(const char* text) {
  return csv_numbers(parse_csv(text, "t.csv"), 1, "Leave it out.");
}

std::string number_refusal(const char* text) {
  try {
    static_cast<void>(numbers(text));
    return "was read";
  } catch (const BadInput& error) {
    return error.what();
  }
}

TEST(CsvNumbers, TakeADecimalCommaWhereItCanBeNothingElse) {
  EXPECT_EQ(numbers("a;v\nx;4,5\nx;-0,25\nx;3\n"), (std::vector<double>{4.5, -0.25, 3}));
  EXPECT_EQ(numbers("a\tv\nx\t4,5\nx\t1,125\n"), (std::vector<double>{4.5, 1.125}));
  EXPECT_EQ(numbers("a,v\nx,4.5\nx,+1e-1\n"), (std::vector<double>{4.5, 0.1}));
}

TEST(CsvNumbers, RefuseACommaThatMayMeanTwoThings) {
  EXPECT_NE(number_refusal("a,v\nx,\"4,5\"\n").find("line 2: the v \"4,5\" has a decimal comma"),
            std::string::npos);
  EXPECT_NE(number_refusal("a;v\nx;4,5\nx;4.5\n").find("line 3 has a decimal point"),
            std::string::npos);
  EXPECT_NE(number_refusal("a\tv\nx\t1,234\nx\t12,500\n").find("fraction or thousands"),
            std::string::npos);
  for (const char* bad : {"a;v\nx;\n", "a;v\nx;1.234,5\n", "a;v\nx;nan\n", "a;v\nx;1e999\n",
                          "a;v\nx;4,\n", "a;v\nx;4 5\n"}) {
    EXPECT_NE(number_refusal(bad).find("is not a finite number.\n  Leave it out."),
              std::string::npos)
        << bad;
  }
}

TEST(CsvNumbers, AreWholeAlsoAsSpreadsheetsWriteThem) {
  for (const char* text : {"3", "+3", "3.0", "3,00", "03"}) EXPECT_EQ(csv_whole_number(text), 3);
  EXPECT_EQ(csv_whole_number("0"), 0);
  EXPECT_EQ(csv_whole_number("-2"), -2);
  for (const char* text : {"", "3.", "3.5", "1,2", "three", "99999999999", "3x", ".0"})
    EXPECT_EQ(csv_whole_number(text), std::nullopt) << text;
}

}  // namespace
}  // namespace asbench::loaders
