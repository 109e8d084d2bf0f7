// Tables fit the text: no box is overfull, however many systems, shots and metrics, and pages hold
// what stands on them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "core/files.h"
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

/// Sets the text with the engine of the page, in a folder of its own.
testing::ProgramResult set_by_engine(const std::string& body, const Page& page) {
  const testing::TemporaryFolder folder;
  write_file_atomically(folder / "main.tex", "\\documentclass" + page.document_class +
                                                 "\n\\usepackage{booktabs,graphicx,colortbl}\n" +
                                                 page.preamble + "\n\\begin{document}\n" + body +
                                                 "\n\\end{document}\n");
  auto run = testing::run_program(
      "/usr/bin/" + page.engine,
      {"-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "-output-directory",
       folder.path().string(), (folder / "main.tex").string()});
  if (run.exit_code == 0) run.out += read_text_file(folder / "main.log");
  return run;
}

/// Whether the engine, its packages and fonts are here; asked once.
bool can_set(const Page& page) {
  static std::map<std::string, bool> known;
  const auto [place, fresh] = known.emplace(page.engine + page.preamble, false);
  if (fresh)
    place->second = is_there("/usr/bin/" + page.engine) && set_by_engine("x", page).exit_code == 0;
  return place->second;
}

/// @returns the log; empty where the engine can't be run here
std::string expect_fits(const std::string& table, const Page& page) {
  if (!can_set(page)) return {};
  const auto run = set_by_engine(table, page);
  EXPECT_EQ(run.exit_code, 0) << run.out;
  EXPECT_THAT(run.out, Not(HasSubstr("Overfull"))) << page.document_class;
  EXPECT_THAT(run.out, Not(HasSubstr("Float too large"))) << page.document_class;
  EXPECT_THAT(run.out, HasSubstr("Output written on"));
  return run.out;
}

#define SKIP_WITHOUT(engine, log)                                         \
  if ((log).empty())                                                      \
  GTEST_SKIP() << "needs " engine                                         \
                  " (Debian: texlive-latex-recommended, texlive-luatex) " \
                  "and the fonts of the preamble"

const char* const kTwoColumns = "[twocolumn]{article}";
const char* const kOneColumn = "{article}";

TEST(LatexWidth, FifteenShotsOfFourteenSystemsFitTwoColumns) {
  for (const auto place : {IntervalPlace::none, IntervalPlace::beside, IntervalPlace::under}) {
    const auto log = expect_fits(table_latex(many(false), {.intervals = place}), {kTwoColumns});
    SKIP_WITHOUT("pdflatex", log);
  }
}

TEST(LatexWidth, AndOne) {
  const auto log =
      expect_fits(table_latex(many(false), {.intervals = IntervalPlace::under}), {kOneColumn});
  SKIP_WITHOUT("pdflatex", log);
}

TEST(LatexWidth, EveryColumnSetFits) {
  for (const auto& name : column_set_names()) {
    const auto log = expect_fits(table_latex(many(false), {.intervals = IntervalPlace::beside,
                                                           .set = column_set(name),
                                                           .rows = {.highlighted = "system-3"}}),
                                 {kTwoColumns});
    SKIP_WITHOUT("pdflatex", log);
  }
}

TEST(LatexWidth, HoweverWideTablesAreMadeToFit) {
  for (const auto wide : {WideTable::scale, WideTable::split}) {
    const auto log = expect_fits(
        table_latex(many(false), {.set = column_set("paper2"), .wide = wide}), {kTwoColumns});
    SKIP_WITHOUT("pdflatex", log);
  }
}

TEST(LatexWidth, PdflatexFitsNamesThatItHasNoLettersFor) {
  const auto log =
      expect_fits(table_latex(many(true), {.intervals = IntervalPlace::under}), {kTwoColumns});
  SKIP_WITHOUT("pdflatex", log);
}

/// As docs/reports.md says, with a font that has Chinese, Japanese and Korean.
Page in_letters_of(const std::string& font) {
  return {kTwoColumns, "lualatex",
          "\\usepackage{fontspec}\n"
          "\\directlua{luaotfload.add_fallback(\"names\", {\"" +
              font +
              ":mode=harf;\"})}\n"
              "\\setmainfont{Latin Modern Roman}[RawFeature={fallback=names}]"};
}

TEST(LatexWidth, LualatexFitsNamesInTheirLetters) {
  const auto table = table_latex(many(true), {.set = column_set("headline")});
  auto log = expect_fits(table, in_letters_of("NotoSansCJKSC"));
  if (log.empty()) log = expect_fits(table, in_letters_of("WenQuanYiMicroHei"));
  SKIP_WITHOUT("lualatex", log);
  EXPECT_THAT(log, Not(HasSubstr("Missing character"))) << "every name is set in its letters";
}

TEST(LatexWidth, ATableThatFitsAColumnStandsInOne) {
  const auto narrow =
      table_latex(many(false), {.set = column_set("clip_i,dino_i"), .notes = false});
  EXPECT_THAT(narrow, HasSubstr("\\begin{table}[tp]"));
  EXPECT_THAT(narrow, Not(HasSubstr("table*")));
  const auto log = expect_fits(narrow, {kTwoColumns});
  SKIP_WITHOUT("pdflatex", log);
}

int count_of(const std::string& text, const std::string& part) {
  int count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(LatexWidth, WhatWouldBecomeTooSmallIsSplitIntoParts) {
  TableOptions options{.set = column_set("paper2")};
  const auto pages = table_latex(many(false), options);
  EXPECT_EQ(count_of(pages, "\\begin{table*}"), 3) << "17 rows: a page holds one part";
  EXPECT_EQ(count_of(pages, "(continued)"), 2);
  options.rows.order = {"system-1", "system-2", "system-3"};
  const auto parts = table_latex(many(false), options);
  EXPECT_EQ(count_of(parts, "\\begin{table*}"), 1);
  EXPECT_EQ(count_of(parts, "\n\\medskip\n\\sbox0"), 1) << "parts stand one under the other";
  options.wide = WideTable::scale;
  EXPECT_EQ(count_of(table_latex(many(false), options), "\\begin{tabular}"), 1);
}

TEST(LatexWidth, APublishedRowWithoutAValueInAPartIsNotThere) {
  const auto text = table_latex(many(false), {.set = column_set("paper2")});
  const auto second = text.find("shot 9 &");
  ASSERT_NE(second, std::string::npos);
  const auto part = text.substr(second, text.find("\\bottomrule", second) - second);
  EXPECT_THAT(part, HasSubstr("system-0"));
  EXPECT_THAT(part, Not(HasSubstr("AnimeShooterGen"))) << "the paper has four shots";
  EXPECT_THAT(part, Not(HasSubstr("as published")));
}

}  // namespace
}  // namespace asbench::reports
