// Metrics side by side: which columns, which rows, in which order, and what they are called.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/json.h"
#include "reports/leaderboard/published.h"
#include "reports/tables/row_names.h"
#include "reports/tables/tables.h"
#include "tests/support/synthetic_result.h"

namespace asbench::reports {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::ThrowsMessage;
using Results = std::vector<document::Result>;

/// A system with ten described metrics (testing::page_result()), all of one value.
document::Result result(const std::string& system, double value) {
  auto made = testing::page_result();
  made.system = system;
  made.value = [value](int, int) { return value; };
  auto read = document::result_from_json(made.document(), system);
  for (auto& metric : read.metrics) {
    // Controls within their limits, and no HarMeanP where the program gives none.
    if (metric.id == "frozen_rate" || metric.id == "reference_copy") metric.mean = 0.0;
    if (metric.id == "clip_t") metric.harmeanp.reset();
  }
  return read;
}

Results three() {
  return {result("a", 0.25), result("b", 0.75), result("c", 0.5)};
}

std::string markdown(const Results& results, const std::string& set, TableOptions options = {}) {
  options.set = column_set(set);
  options.digits = 2;
  return table_markdown(results, options);
}

template <class Call>
void expect_usage_error(Call call, const std::string& text) {
  EXPECT_THAT(call, ThrowsMessage<UsageError>(HasSubstr(text)));
}

TEST(ColumnSet, HeadlineHasTheHeadlineMetricsByFamily) {
  const auto tables = lay_out(three(), {.set = column_set("headline")});
  ASSERT_EQ(tables.size(), 1U);
  std::vector<std::string> heads;
  for (const auto& head : tables[0].heads) heads.push_back(head.group + "/" + head.text);
  EXPECT_THAT(heads,
              ElementsAre("Adherence/clip_i", "Adherence/dino_i", "Adherence/reference_distance",
                          "Text/clip_t", "Consistency/cross_shot_clip"))
      << "metrics that are not on the leaderboard are not here either";
  EXPECT_EQ(tables[0].heads[2].arrow, document::ResultDirection::lower);
  EXPECT_THAT(
      markdown(three(), "headline"),
      HasSubstr("| system | clip\\_i ↑ | dino\\_i ↑ | reference\\_distance ↓ | clip\\_t ↑ |"));
}

TEST(ColumnSet, LeaderboardAddsTheControls) {
  const auto tables = lay_out(three(), {.set = column_set("leaderboard")});
  EXPECT_EQ(tables[0].heads.size(), 7U);
  EXPECT_EQ(tables[0].heads.back().group, "Controls");
}

TEST(ColumnSet, Paper2HasThePapersColumnsAndDropsWhatNobodyHas) {
  Results results = three();
  auto text = markdown(results, "paper2");
  EXPECT_THAT(text, HasSubstr("| system | shot 1 | shot 2 | shot 3 | shot 4 | Mean | HarMeanP |"))
      << "nobody has dreamsim";
  for (auto& published : published_results()) results.push_back(published);
  text = markdown(results, "paper2");
  EXPECT_THAT(text, HasSubstr("CLIP HarMeanP ↑ | DreamSim shot 1 ↓ |"));
  EXPECT_THAT(text,
              HasSubstr("| AnimeShooterGen | 0.80 | 0.79 | 0.80 | 0.80 | 0.80 | 0.61 | 0.35 |"));
}

TEST(ColumnSet, Paper2AsksForThePapersRows) {
  EXPECT_TRUE(column_set("paper2").published);
  EXPECT_FALSE(column_set("headline").published);
  EXPECT_FALSE(column_set("clip_i,dino_i").published);
  const auto own = column_set_from_json(
      parse_json(R"({"schema": "asbench/table@1", "published": true, "select": "headline"})", "x"),
      "x");
  EXPECT_TRUE(own.published);
}

TEST(ColumnSet, AListNamesMetricsValuesAndHeads) {
  EXPECT_THAT(markdown(three(), "clip_i=CLIP-I,clip_t:mean,dino_i:harmeanp"),
              HasSubstr("| system | CLIP-I ↑ | clip\\_t ↑ | dino\\_i HarMeanP ↑ |"));
  EXPECT_THAT(markdown(three(), "clip_i:shots,clip_i,dino_i"),
              HasSubstr("| clip\\_i shot 4 ↑ | clip\\_i Mean ↑ | dino\\_i Mean ↑ |"));
}

TEST(ColumnSet, AColumnThatNobodyHasAValueOfIsLeftOut) {
  EXPECT_THAT(markdown(three(), "clip_i,clip_t:harmeanp"), HasSubstr("| system | clip\\_i ↑ |\n"));
}

TEST(ColumnSet, UnknownNamesAreErrorsWithTheNearest) {
  expect_usage_error([] { (void)markdown(three(), "hedline"); },
                     "no document has a metric 'hedline'. Did you mean headline?");
  expect_usage_error([] { (void)markdown(three(), "clip_i,dino_l"); }, "Did you mean dino_i?");
  expect_usage_error([] { (void)markdown(three(), "clip_i:harmeap"); }, "Did you mean harmeanp?");
  expect_usage_error([] { (void)markdown(three(), "clip_i,,dino_i"); }, "names no column");
  expect_usage_error([] { (void)column_set("clip_i:shots=CLIP"); }, "several columns");
  expect_usage_error(
      [] {
        (void)table_csv(three(), {.metrics = {"clip_i", "clpi_t"}});
      },
      "Did you mean clip_t?");
  expect_usage_error(
      [] {
        (void)table_csv(three(), {.digits_of = {{"clip_x:mean", 2}}});
      },
      "--digits-of: no document has a metric 'clip_x'");
}

TEST(ColumnSet, AFileStatesGroupsHeadsDigitsCaptionAndLabel) {
  TableOptions options;
  options.set =
      column_set_from_json(parse_json(R"({"schema": "asbench/table@1", "caption": "Ours & theirs",
    "label": "tab:main", "groups": [{"head": "Picture", "columns": [
      {"metric": "clip_i", "head": "CLIP-I", "digits": 1}, {"metric": "dino_i"}]},
      {"head": "Text", "columns": [{"metric": "clip_t"}, {"metric": "none_such", "optional": true}]}]})",
                                      "set.json"),
                           "set.json");
  const auto latex = table_latex(three(), options);
  EXPECT_THAT(latex, HasSubstr("\\caption{Ours \\& theirs}\n\\label{tab:main}\n"));
  EXPECT_THAT(latex, HasSubstr("\n& \\multicolumn{2}{c}{Picture} & \\multicolumn{1}{c}{Text}"));
  EXPECT_THAT(latex, HasSubstr("\\cmidrule(lr){2-3}\\cmidrule(lr){4-4}"));
  EXPECT_THAT(latex, HasSubstr("b & $\\mathbf{0.8}$ & $\\mathbf{0.7500}$"));
  EXPECT_THAT(latex, HasSubstr("synthetic, 12 stories of 6 IPs")) << "the heading becomes a note";
  EXPECT_THROW((void)column_set_from_json(parse_json(R"({"schema": "asbench/table@1"})", "x"), "x"),
               BadInput);
}

TEST(ColumnSet, EveryBuiltInOneFitsTheSchemaAndHasAName) {
  EXPECT_THAT(column_set_names(), ElementsAre("headline", "leaderboard", "paper2"));
  for (const auto& name : column_set_names()) EXPECT_EQ(column_set(name).name, name);
}

TEST(ColumnSet, ASystemIsWithheldColumnByColumn) {
  Results results = three();
  for (auto& metric : results[1].metrics) {
    if (metric.id == "frozen_rate") metric.mean = 0.9;  // beyond its limit
  }
  const auto text = markdown(results, "clip_i,cross_shot_clip");
  EXPECT_THAT(text, HasSubstr("| b † | **0.75** | 0.75 |"));
  EXPECT_THAT(text, HasSubstr("| c | <u>0.50</u> | **0.50** |"));
}

TEST(TableRows, AreThoseAskedForInTheOrderAskedFor) {
  const TableOptions options{.set = column_set("clip_i"), .rows = {.order = {"c", "a"}}};
  const auto text = table_markdown(three(), options);
  EXPECT_THAT(text, HasSubstr("| c | **0.5000** |\n| a | <u>0.2500</u> |\n"));
  EXPECT_THAT(text, Not(HasSubstr("| b |"))) << "not named; marks are among the rows shown";
}

TEST(TableRows, DotsStandForTheOthersInTheirOwnOrder) {
  const TableOptions options{.set = column_set("clip_i"), .rows = {.order = {"...", "b"}}};
  EXPECT_THAT(table_markdown(three(), options),
              HasSubstr("| c | <u>0.5000</u> |\n| a | 0.2500 |\n| b | **0.7500** |\n"));
}

TEST(TableRows, BlocksObeyTheSameOrder) {
  const TableOptions options{
      .metrics = {"clip_i"}, .columns = {table_column("mean")}, .rows = {.order = {"a", "b"}}};
  EXPECT_THAT(table_markdown(three(), options),
              HasSubstr("| a | <u>0.2500</u> |\n| b | **0.7500** |\n"));
  EXPECT_THAT(table_csv(three(), options), HasSubstr("\r\n1,a,submission,clip_i,"));
}

TEST(TableRows, PublishedOnesStandBelowInGreyAndAreNeverRanked) {
  Results results = three();
  for (auto& published : published_results()) results.push_back(published);
  TableOptions options{.set = column_set("clip_i")};
  auto text = table_markdown(results, options);
  EXPECT_THAT(text, HasSubstr("| *as published, not re-run, encoder not stated* ||\n"));
  EXPECT_THAT(text, HasSubstr("| b | **0.7500** |"))
      << "0.7982 of AnimeShooterGen does not contend";
  const auto latex = table_latex(results, options);
  EXPECT_THAT(latex, HasSubstr("\\textcolor[gray]{0.45}{AnimeShooterGen} & "
                               "\\textcolor[gray]{0.45}{$0.7982$}"));
  EXPECT_THAT(latex, HasSubstr("\\usepackage{booktabs,graphicx,colortbl}"));
  options.rows.order = {"AnimeShooterGen", "b"};
  text = table_markdown(results, options);
  EXPECT_THAT(text, HasSubstr("| AnimeShooterGen \\(as published\\) | 0.7982 |\n| b | 0.7500 |\n"));
}

TEST(TableRows, TheHighlightedOneStandsOut) {
  const TableOptions options{.set = column_set("clip_i"), .rows = {.highlighted = "c"}};
  EXPECT_THAT(table_latex(three(), options), HasSubstr("\n\\rowcolor[gray]{0.92}c & "));
  EXPECT_THAT(table_markdown(three(), options), HasSubstr("| **c** | <u>0.5000</u> |"));
}

TEST(TableRows, UnknownAndRepeatedNamesAreErrors) {
  const auto with = [](const TableRows& rows) {
    return [rows] { (void)table_markdown(three(), {.rows = rows}); };
  };
  expect_usage_error(with({.order = {"a", "a"}}), "'a' stands twice");
  expect_usage_error(with({.order = {"a", "d"}}), "no document is of a system named 'd'");
  expect_usage_error(with({.highlighted = "x"}), "--highlight");
}

TEST(RowNames, AreReadWithCommasAndEqualsSignsInThem) {
  const Results results = {result("a", 0.5), result("b, big", 0.5), result("c=1", 0.5)};
  const std::vector<std::string> texts = {"a=Ours, v2,b, big=Theirs", "c=1=One"};
  const auto names = read_display_names(texts, results);
  EXPECT_THAT(names, ElementsAre(DisplayName{"a", "Ours, v2"}, DisplayName{"b, big", "Theirs"},
                                 DisplayName{"c=1", "One"}));
  Results renamed = results;
  rename_systems(renamed, names);
  EXPECT_EQ(renamed[0].system, "Ours, v2");
  const std::vector<std::string> rows = {"Theirs,a,c=1", "..."};
  EXPECT_THAT(read_rows(rows, renamed, names), ElementsAre("Theirs", "Ours, v2", "One", "..."));
  EXPECT_EQ(read_row("b, big", renamed, names), "Theirs");
}

TEST(RowNames, WhatCannotBeMeantIsRefused) {
  const Results results = {result("model", 0.5), result("base", 0.5)};
  const auto read = [&](const std::string& text) {
    return [&results, text] { (void)read_display_names(std::vector<std::string>{text}, results); };
  };
  expect_usage_error(read("modl=Ours"), "Did you mean model?");
  expect_usage_error(read("model"), "expected SYSTEM=NAME");
  expect_usage_error(read(""), "expected SYSTEM=NAME");
  expect_usage_error(read("model="), "is empty");
  expect_usage_error(read("model=base"), "model and base would both be called 'base'");
  expect_usage_error(read("model=A,model=B"), "named twice");
  expect_usage_error([&] { (void)read_rows(std::vector<std::string>{"model,bas"}, results, {}); },
                     "--rows bas: no document is of such a system. Did you mean base?");
  expect_usage_error([&] { (void)read_row("modl", results, {}); }, "Did you mean model?");
}

TEST(TableStyle, IntervalsStandUnderTheValues) {
  Results results = three();
  for (auto& made : results) made.metrics[0].ci95 = Interval{0.125, 0.875};
  const TableOptions options{
      .digits = 2, .intervals = IntervalPlace::under, .set = column_set("clip_i,dino_i")};
  EXPECT_THAT(table_markdown(results, options),
              HasSubstr("| b | **0.75**<br><sub>[0.12, 0.88]</sub> |"));
  EXPECT_THAT(table_latex(results, options),
              HasSubstr("$\\mathbf{0.75}$ & $\\mathbf{0.75}$ \\\\[-2pt]\n & {\\scriptsize $[0.12, "
                        "0.88]$} & {\\scriptsize $[0.75, 0.75]$} \\\\\n"));
}

TEST(TableStyle, NotesCanBeLeftOut) {
  const TableOptions options{.set = column_set("clip_i"), .notes = false};
  EXPECT_THAT(table_latex(three(), options), Not(HasSubstr("minipage")));
  EXPECT_THAT(table_markdown(three(), options), Not(HasSubstr("enc=synthetic")));
}

TEST(TableStyle, DigitsAreStatedColumnByColumn) {
  const TableOptions options{.digits = 3,
                             .set = column_set("clip_i,clip_i:harmeanp,dino_i"),
                             .digits_of = {{"clip_i", 2}, {"clip_i:harmeanp", 1}}};
  EXPECT_THAT(table_markdown(three(), options),
              HasSubstr("| b | **0.75** | **0.6** | **0.750** |"));
}

TEST(TableCsv, OfAColumnSetIsOneLinePerSystem) {
  const TableOptions options{.set = column_set("clip_i,clip_i:harmeanp,dino_i")};
  EXPECT_EQ(table_csv(three(), options),
            "table,system,kind,clip_i_mean,clip_i_mean_low,clip_i_mean_high,clip_i_harmeanp,"
            "dino_i_mean,dino_i_mean_low,dino_i_mean_high\r\n"
            "1,b,submission,0.75,0.75,0.75,0.5625,0.75,0.75,0.75\r\n"
            "1,c,submission,0.5,0.5,0.5,0.25,0.5,0.5,0.5\r\n"
            "1,a,submission,0.25,0.25,0.25,0.0625,0.25,0.25,0.25\r\n");
}

}  // namespace
}  // namespace asbench::reports
