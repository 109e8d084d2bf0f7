// Tables fit the text: no box is overfull, however many systems, shots and metrics, and pages hold
// what stands on them.
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
using Results = std::vector<document::Result>;

constexpr int kSystems = 14, kShots = 15;

/// Latin and CJK names of usual length.
std::string name_of(int system) {
  const char* const names[] = {"动画射手", "ガンバの冒険", "한국어 애니", "AnimeShooterGen",
                               "StoryDiffusion+I2V"};
  return std::string(names[system % 5]) + " " + std::to_string(system);
}

/// Fourteen systems of ten metrics and fifteen shots, with intervals, controls beyond their limits
/// and means of fewer stories.
Results many(bool letters) {
  Results results;
  for (int s = 0; s < kSystems; ++s) {
    auto made = testing::page_result();
    made.system = letters ? name_of(s) : "system-" + std::to_string(s);
    made.shots = kShots;
    made.value = [s](int metric, int story) {
      return 0.3 + 0.01 * s + 0.02 * metric + 0.001 * story;
    };
    results.push_back(document::result_from_json(made.document(), made.system));
    for (auto& metric : results.back().metrics) {
      metric.ci95 = Interval{*metric.mean - 0.05, *metric.mean + 0.05};
      if (s % 3 == 0) metric.of_stories = 20;
    }
  }
  const auto published = published_results();
  results.insert(results.end(), published.begin(), published.end());
  return results;
}

struct Page {
  std::string document_class;  ///< with its options
  std::string engine = "pdflatex";
  std::string preamble = "\\usepackage[T1]{fontenc}";
};

/// Sets the table and returns the log; empty where the engine can't be run here.
std::string log_of(const std::string& table, const Page& page) {
  const std::filesystem::path program = "/usr/bin/" + page.engine;
  if (!std::filesystem::exists(program)) return {};
  const testing::TemporaryFolder folder;
  const auto set = [&](const std::string& body) {
    write_file_atomically(folder / "main.tex", "\\documentclass" + page.document_class +
                                                   "\n\\usepackage{booktabs,graphicx,colortbl}\n" +
                                                   page.preamble + "\n\\begin{document}\n" + body +
                                                   "\n\\end{document}\n");
    return testing::run_program(
        program.string(),
        {"-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "-output-directory",
         folder.path().string(), (folder / "main.tex").string()});
  };
  if (set("x").exit_code != 0) return {};
  const auto run = set(table);
  EXPECT_EQ(run.exit_code, 0) << run.out;
  return run.out + read_text_file(folder / "main.log");
}

void expect_fits(const std::string& table, const Page& page) {
  const std::string log = log_of(table, page);
  if (log.empty())
    GTEST_SKIP() << page.engine
                 << " is not here (Debian: texlive-latex-recommended, "
                    "texlive-luatex), or can't use the preamble";
  EXPECT_THAT(log, Not(HasSubstr("Overfull"))) << page.document_class;
  EXPECT_THAT(log, Not(HasSubstr("Float too large"))) << page.document_class;
  EXPECT_THAT(log, HasSubstr("Output written on"));
}

const char* const kTwoColumns = "[twocolumn]{article}";
const char* const kOneColumn = "{article}";

TEST(LatexWidth, FifteenShotsOfFourteenSystemsFitTwoColumns) {
  for (const auto place : {IntervalPlace::none, IntervalPlace::beside, IntervalPlace::under})
    expect_fits(table_latex(many(false), {.intervals = place}), {kTwoColumns});
}

TEST(LatexWidth, AndOne) {
  expect_fits(table_latex(many(false), {.intervals = IntervalPlace::under}), {kOneColumn});
}

TEST(LatexWidth, EveryColumnSetFits) {
  for (const auto& name : column_set_names()) {
    expect_fits(table_latex(many(false), {.intervals = IntervalPlace::beside,
                                          .set = column_set(name),
                                          .rows = {.highlighted = "system-3"}}),
                {kTwoColumns});
  }
}

TEST(LatexWidth, HoweverWideTablesAreMadeToFit) {
  for (const auto wide : {WideTable::scale, WideTable::split})
    expect_fits(table_latex(many(false), {.set = column_set("paper2"), .wide = wide}),
                {kTwoColumns});
}

TEST(LatexWidth, PdflatexFitsNamesThatItHasNoLettersFor) {
  expect_fits(table_latex(many(true), {.intervals = IntervalPlace::under}), {kTwoColumns});
}

TEST(LatexWidth, LualatexFitsNamesInTheirLetters) {
  const Page page{
      kTwoColumns, "lualatex",
      "\\usepackage{fontspec}\n"
      "\\directlua{luaotfload.add_fallback(\"names\", {\"NotoSansCJKSC:mode=harf;\"})}\n"
      "\\setmainfont{Latin Modern Roman}[RawFeature={fallback=names}]"};
  const std::string table = table_latex(many(true), {.set = column_set("headline")});
  expect_fits(table, page);
  const std::string log = log_of(table, page);
  if (log.empty()) return;
  EXPECT_THAT(log, Not(HasSubstr("Missing character"))) << "every name is set in its letters";
}

TEST(LatexWidth, ATableThatFitsAColumnStandsInOne) {
  const auto narrow =
      table_latex(many(false), {.set = column_set("clip_i,dino_i"), .notes = false});
  EXPECT_THAT(narrow, HasSubstr("\\begin{table}[tp]"));
  EXPECT_THAT(narrow, Not(HasSubstr("table*")));
  expect_fits(narrow, {kTwoColumns});
}

TEST(LatexWidth, WhatWouldBecomeTooSmallIsSplitAtTheGroups) {
  const auto wide = table_latex(many(false), {.set = column_set("paper2")});
  EXPECT_THAT(wide, HasSubstr("\n\\medskip\n\\sbox0"));
  const auto scaled =
      table_latex(many(false), {.set = column_set("paper2"), .wide = WideTable::scale});
  EXPECT_THAT(scaled, Not(HasSubstr("\n\\medskip\n\\sbox0")));
}

}  // namespace
}  // namespace asbench::reports
