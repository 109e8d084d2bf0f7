#include "loaders/csv.h"

#include <gtest/gtest.h>

#include "core/error.h"

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
  EXPECT_EQ(table.rows[1], (Row{" last ", ""}));
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
  EXPECT_NE(refusal("a,b\n1,2\n3\n").find("line 3: 1 fields, but the header has 2"),
            std::string::npos);
  EXPECT_NE(refusal("a,b\n1,\"2\n").find("never closed"), std::string::npos);
  EXPECT_NE(refusal("a,b\n\"1\"x,2\n").find("line 2"), std::string::npos);
  EXPECT_NE(refusal("a,b\n1\"x,2\n").find("line 2"), std::string::npos);
  EXPECT_NE(refusal("a,a\n").find("two columns"), std::string::npos);
  EXPECT_NE(refusal("").find("empty"), std::string::npos);
}

}  // namespace
}  // namespace asbench::loaders
