// The LaTeX table holds every name in its own letters, and both kinds of engine can set it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/json.h"
#include "reports/leaderboard/published.h"
#include "reports/tables/tables.h"
#include "tests/support/program.h"
#include "tests/support/synthetic_result.h"
#include "tests/support/temporary_folder.h"

namespace asbench::reports {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

document::Result result(const std::string& system, double value = 0.5) {
  testing::SyntheticResult synthetic;
  synthetic.system = system;
  synthetic.value = [value](int, int) { return value; };
  return document::result_from_json(synthetic.document(), system);
}

const std::string kForeign[] = {"动画射手", "漫画生成器", "ガンバ",   "한국어 애니", "אנימה",
                                "Кино",     "αβγ",        "🦊 fox", "cafe\xCC\x81"};
const std::string kHostile[] = {
    "a_b & 100% $x$ \\input{x} #1 ~^ \"q\",\n<script>alert(1)</script> | **b** é",
    "[2pt] starts like an argument",
    "*starred",
    "ends in a backslash\\",
    "\\end{tabular}",
    "%comment",
    "-- ,, `` '' ?` !`",
    "  spaces  ",
    "\x1b[31m\xC2\x9B\xE2\x80\xAE\xEF\xBF\xBF",
    std::string(300, 'x'),
    std::string(40, '\\')};

std::vector<document::Result> all_results() {
  std::vector<document::Result> results;
  for (const auto& name : kForeign) results.push_back(result(name, -0.25));
  for (const auto& name : kHostile) results.push_back(result(name));
  const auto published = published_results();
  results.insert(results.end(), published.begin(), published.end());
  return results;
}

/// Sets the table with an engine; skips where the engine or its fonts are not installed.
void expect_set_by(const std::string& engine, const std::string& preamble) {
  const std::filesystem::path program = "/usr/bin/" + engine;
  const testing::TemporaryFolder folder;
  const auto set = [&](const std::string& body) {
    write_file_atomically(folder / "main.tex",
                          "\\documentclass{article}\n\\usepackage{booktabs,graphicx,colortbl}\n" +
                              preamble + "\\begin{document}\n" + body + "\n\\end{document}\n");
    return testing::run_program(
        program.string(),
        {"-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "-output-directory",
         folder.path().string(), (folder / "main.tex").string()});
  };
  if (!std::filesystem::exists(program))
    GTEST_SKIP() << "needs " << engine << " (Debian: texlive-latex-base, texlive-luatex)";
  if (set("x").exit_code != 0) GTEST_SKIP() << engine << " can't set one letter with\n" << preamble;
  write_file_atomically(folder / "table.tex",
                        table_latex(all_results(), {.intervals = IntervalPlace::beside}));
  const auto run = set("\\input{" + (folder / "table.tex").string() + "}");
  EXPECT_EQ(run.exit_code, 0) << run.out;
  EXPECT_THAT(run.out, HasSubstr("Output written on"));
}

TEST(LatexTable, HoldsNamesInTheirLetters) {
  const auto text = table_latex(all_results());
  for (const auto& name : kForeign) EXPECT_THAT(text, HasSubstr(name));
  EXPECT_THAT(text, Not(HasSubstr("?? ")));
  EXPECT_THAT(text, Not(HasSubstr("\\input{x}")));
  EXPECT_THAT(text, HasSubstr("{[}2pt]"));
}

TEST(LatexTable, SaysWhatItNeedsAndHelpsPdflatexOnlyWhereItMust) {
  const auto plain = table_latex(std::vector<document::Result>{result("café")});
  EXPECT_TRUE(plain.starts_with("% Needs \\usepackage{booktabs,graphicx} and, with pdflatex,"));
  EXPECT_THAT(plain, Not(HasSubstr("asbenchletters")));
  const auto foreign = table_latex(std::vector<document::Result>{result("动画射手")});
  EXPECT_THAT(foreign, HasSubstr("% Needs \\usepackage{booktabs,graphicx}.\n"));
  EXPECT_THAT(foreign, HasSubstr("luaotfload.add_fallback"));
  EXPECT_THAT(foreign, HasSubstr("\\begin{table*}[tp]\n\\asbenchletters\n"));
}

TEST(LatexTable, ALongNameGetsAColumnOfLines) {
  const auto text = table_latex(std::vector<document::Result>{result(std::string(40, 'x'))});
  EXPECT_THAT(text, HasSubstr("\\begin{tabular}{p{0.3\\linewidth}rrrrrr}"));
  EXPECT_THAT(text, HasSubstr("\\raggedright xxxxxxxxxxxx\\allowbreak{}xxxxxxxxxxxx\\allow"));
}

TEST(LatexTable, PdflatexSetsItWhateverTheNamesHold) {
  expect_set_by("pdflatex", "\\usepackage[T1]{fontenc}\n");
}

TEST(LatexTable, LualatexSetsItWhateverTheNamesHold) {
  expect_set_by("lualatex", "\\usepackage{fontspec}\n");
}

}  // namespace
}  // namespace asbench::reports
