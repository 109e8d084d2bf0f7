#include "reports/tables/tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/json.h"
#include "reports/leaderboard/published.h"
#include "tests/support/synthetic_result.h"

namespace asbench::reports {
namespace {
using ::testing::HasSubstr;
using ::testing::Not;

document::Result result(const std::string& system, double value,
                        const std::string& direction = "higher") {
  testing::SyntheticResult synthetic;
  synthetic.system = system;
  synthetic.direction = direction;
  synthetic.value = [value](int, int) { return value; };
  return document::result_from_json(synthetic.document(), system);
}

const std::string kHostile =
    "a_b & 100% $x$ \\input{x} #1 ~^ \"q\",\n<script>alert(1)</script> | **b** é 日本";

TEST(Tables, MarkdownHasThePapersColumnsAndMarksTheBestAndTheSecond) {
  const std::vector<document::Result> results = {result("low", 0.5), result("best", 0.75),
                                                 result("near", 0.625)};
  const auto text = table_markdown(results, {.digits = 3});
  EXPECT_THAT(text,
              HasSubstr("| clip\\_i ↑ | shot 1 | shot 2 | shot 3 | shot 4 | Mean | HarMeanP |"));
  EXPECT_THAT(
      text,
      HasSubstr(
          "| best | **0.750** | **0.750** | **0.750** | **0.750** | **0.750** | **0.562** |"));
  EXPECT_THAT(text, HasSubstr("| near | <u>0.625</u> |"));
  EXPECT_THAT(text, HasSubstr("| low | 0.500 |"));
  EXPECT_THAT(text, HasSubstr("protocol synthetic"));
  EXPECT_THAT(text, HasSubstr("clip\\_i&#64;1 \\| enc=synthetic"));
}

TEST(Tables, LowerIsBestWhereTheMetricSaysSoAndIntervalsComeOnDemand) {
  const std::vector<document::Result> results = {result("a", 0.5, "lower"),
                                                 result("b", 0.25, "lower")};
  const auto text = table_markdown(
      results, {.metrics = {"clip_i"}, .digits = 2, .intervals = IntervalPlace::beside});
  EXPECT_THAT(text, HasSubstr("clip\\_i ↓"));
  EXPECT_THAT(text, HasSubstr("**0.25** [0.25, 0.25]"));
  EXPECT_THAT(table_markdown(results), Not(HasSubstr("[0.25")));
}

TEST(Tables, ColumnsCanBeChosenAndAnUnknownOneIsRefusedByName) {
  const std::vector<document::Result> results = {result("a", 0.5)};
  const auto text = table_markdown(results, {.columns = {table_column("mean")}});
  EXPECT_THAT(text, HasSubstr("| clip\\_i ↑ | Mean |\n"));
  EXPECT_THAT([&] { (void)table_markdown(results, {.columns = {table_column("median")}}); },
              ::testing::ThrowsMessage<UsageError>(
                  HasSubstr("Unknown column 'median'. Did you mean mean? Choose from: shots, mean, "
                            "harmeanp")));
}

TEST(Tables, APartThatTheProgramDoesntKnowIsInTheCsvAndMayBeAColumn) {
  std::vector<document::Result> results = {result("a", 0.5), result("b", 0.25)};
  results[0].metrics[0].parts["sharp, est"] = 0.125;
  results[1].metrics[0].parts["sharp, est"] = 0.0625;
  results[1].metrics[0].parts["n_sharp"] = 7.0;
  const auto csv = table_csv(results);
  EXPECT_THAT(csv, HasSubstr(",ci95_low,ci95_high,\"sharp,_est\",n_sharp,n_stories,"));
  EXPECT_THAT(csv, HasSubstr(",0.5,0.5,0.125,,12,"));
  EXPECT_THAT(csv, HasSubstr(",0.25,0.25,0.0625,7,12,"));

  const TableOptions options{.columns = {table_column("mean"), table_column("sharp, est")}};
  EXPECT_THAT(table_markdown(results, options), HasSubstr("| a | **0.5000** | 0.1250 |"))
      << "no story has the part, so it has no known direction";
  for (auto& made : results) made.stories[0].metrics["clip_i"].parts["sharp, est"] = 0.1;
  EXPECT_THAT(table_markdown(results, options), HasSubstr("| a | **0.5000** | **0.1250** |"));
  EXPECT_THAT(table_csv(results, options), HasSubstr(",mean,\"sharp,_est\",ci95_low,"));
}

/// Two systems measured by an invented distance, of which the second is better.
std::vector<document::Result> distances() {
  std::vector<document::Result> results;
  for (const double value : {20.0, 2.5}) {
    testing::SyntheticResult made;
    made.system = value > 10 ? "far" : "near";
    made.metrics = {"reference_distance"};
    made.direction = "lower";
    made.descriptions["reference_distance"] = testing::reference_distance_description();
    made.value = [value](int, int) { return value; };
    results.push_back(document::result_from_json(made.document(), made.system));
    results.back().metrics[0].harmeanp = value > 10 ? 0.75 : 0.5;
  }
  return results;
}

TEST(Tables, OfADistanceTheSmallerValueIsBestInEveryColumnAndLanguage) {
  const auto results = distances();
  const TableOptions options{.columns = {table_column("mean"), table_column("harmeanp")}};
  const auto markdown = table_markdown(results, options);
  EXPECT_THAT(markdown, HasSubstr("| reference\\_distance ↓ | Mean | HarMeanP |"));
  EXPECT_THAT(markdown, HasSubstr("| near | **2.5000** | **0.5000** |\n| far | <u>20.0000</u> | "
                                  "<u>0.7500</u> |"));
  const auto latex = table_latex(results, options);
  EXPECT_THAT(latex, HasSubstr("distance} $\\downarrow$}"));
  EXPECT_THAT(latex, HasSubstr("near & $\\mathbf{2.5000}$ & $\\mathbf{0.5000}$"));
  EXPECT_THAT(table_csv(results, options),
              HasSubstr("1,near,submission,reference_distance,lower,2.5,0.5,"));
}

TEST(Tables, ASystemThatFailsAControlGetsNoMarkWhereTheMetricListsIt) {
  std::vector<document::Result> results = {result("a", 0.9), result("b", 0.5), result("c", 0.4)};
  for (auto& made : results) {
    made.metrics[0].description.title = "Consistency";
    made.metrics[0].description.family = "consistency";
    made.metrics[0].description.controls = {"stillness"};
    document::ResultMetric control;
    control.id = "stillness";
    control.mean = made.system == "a" ? 0.5 : 0.0;
    control.description.title = "Stillness";
    control.description.withholds_marks = document::MarkLimit{0.1, {}};
    made.metrics.push_back(control);
  }
  const auto text = table_markdown(results, {.metrics = {"clip_i"}, .digits = 1});
  EXPECT_THAT(text, HasSubstr("| a † | 0.9 | 0.9 |"));
  EXPECT_THAT(text, HasSubstr("| b | **0.5** |"));
  EXPECT_THAT(text, HasSubstr("- † a: no marks for consistency \\(stillness 0.50 is above 0.1\\)"));
  EXPECT_THAT(text, HasSubstr("|\n| *not ranked by clip\\_i* |||||||\n| a † |"));
  EXPECT_THAT(text, HasSubstr("- not ranked by clip\\_i: a control of this metric is beyond"));
  const auto latex = table_latex(results, {.metrics = {"clip_i"}, .digits = 1});
  EXPECT_THAT(latex, HasSubstr("\\addlinespace\n\\multicolumn{7}{l}{\\textit{not ranked by "
                               "clip\\_\\allowbreak{}i}} \\\\\na$^\\dagger$ & $0.9$"));
}

TEST(Tables, AMeanWhoseIntervalReachesTheBestIsMarkedAndExplained) {
  std::vector<document::Result> results = {result("best", 0.75), result("near", 0.7),
                                           result("far", 0.5)};
  EXPECT_THAT(table_markdown(results), Not(HasSubstr("≈")));
  results[1].metrics[0].ci95 = Interval{0.65, 0.8};
  EXPECT_THAT(table_markdown(results), HasSubstr("| <u>0.7000</u> ≈ |"));
  EXPECT_THAT(table_markdown(results), HasSubstr("≈: the 95 % interval reaches the best value"));
  EXPECT_THAT(table_latex(results), HasSubstr("\\underline{$0.7000$}$^{\\approx}$"));
}

TEST(Tables, AMetricOfOnesOwnIsShownWhereNoneOfTheUsualWasMeasured) {
  testing::SyntheticResult own;
  own.metrics = {"my_metric"};
  own.stories_per_ip = 3;  // a table of its own
  const std::vector<document::Result> results = {result("usual", 0.5),
                                                 document::result_from_json(own.document(), "own")};
  EXPECT_THAT(table_csv(results), HasSubstr(",my_metric,higher,0.5,"));
  EXPECT_THAT([&] { (void)table_csv(results, {.metrics = {"nope"}}); },
              ::testing::ThrowsMessage<UsageError>(HasSubstr("nope")));
}

TEST(Tables, ALongLatexTableIsBrokenBetweenBlocks) {
  testing::SyntheticResult made;
  made.metrics = {"clip_i", "dino_i", "clip_t"};
  std::vector<document::Result> results;
  for (int s = 0; s < 15; ++s) {
    made.system = "s" + std::to_string(s);
    results.push_back(document::result_from_json(made.document(), made.system));
  }
  const auto text = table_latex(results);
  EXPECT_THAT(text, HasSubstr("(continued)"));
  const auto second = text.find("\\begin{table*}", text.find("\\begin{table*}") + 1);
  EXPECT_EQ(text.find("\\begin{table*}", second + 1), std::string::npos);
  EXPECT_GT(text.find("\\begin{minipage}"), second) << "the notes stand under the last part";
}

TEST(Tables, CsvIsRfc4180WithExactNumbers) {
  const std::vector<document::Result> results = {result(kHostile, 341.0 / 1024.0)};
  const auto text = table_csv(results);
  EXPECT_TRUE(
      text.starts_with("table,system,kind,metric,direction,shot_1,shot_2,shot_3,shot_4,mean,"
                       "harmeanp,ci95_low,ci95_high,n_stories,of_stories,protocol,signature\r\n"))
      << text;
  EXPECT_THAT(text, HasSubstr("\"a_b & 100% $x$ \\input{x} #1 ~^ \"\"q\"\",\n<script>"));
  EXPECT_THAT(text, HasSubstr(",0.3330078125,"));
  EXPECT_TRUE(text.ends_with("\r\n"));
}

TEST(Tables, AMeanOfFewerStoriesSaysSoInEveryForm) {
  std::vector<document::Result> results = {result("a", 0.5), result("b", 0.25)};
  results[1].metrics[0].n_stories = 2;
  results[1].metrics[0].of_stories = 6;
  const TableOptions options{.columns = {table_column("mean")}};
  const auto markdown = table_markdown(results, options);
  EXPECT_THAT(markdown, HasSubstr("| a | **0.5000** |\n"));
  EXPECT_THAT(markdown, HasSubstr("| b | <u>0.2500</u> ‡ |\n"));
  EXPECT_THAT(markdown, HasSubstr("‡ mean of fewer stories: clip\\_i of b: 2 of 6 stories"));
  const auto latex = table_latex(results, options);
  EXPECT_THAT(latex, HasSubstr("b & \\underline{$0.2500$}$^\\ddagger$ "));
  EXPECT_THAT(latex,
              HasSubstr("$^\\ddagger$ mean of fewer stories: clip\\_\\allowbreak{}i of b: 2 of 6"));
  const auto csv = table_csv(results, options);
  EXPECT_THAT(csv, HasSubstr(",12,,synthetic,")) << "all stories";
  EXPECT_THAT(csv, HasSubstr(",2,6,synthetic,"));
}

TEST(Tables, NamesAreTextInMarkdown) {
  const auto text = table_markdown(std::vector<document::Result>{result(kHostile, 0.5)});
  EXPECT_THAT(text, Not(HasSubstr("<script>")));
  EXPECT_THAT(text, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(text, HasSubstr("\\| \\*\\*b\\*\\*"));
}

TEST(Tables, PublishedResultsStandApartUnmarkedAndLabelled) {
  std::vector<document::Result> results = {result("mine", 0.5), result("other", 0.4)};
  const auto published = published_results();
  ASSERT_EQ(published.size(), 3U);
  results.insert(results.end(), published.begin(), published.end());
  const auto text = table_markdown(results, {.metrics = {"clip_i"}});
  EXPECT_THAT(text, HasSubstr("as published, not re-run, encoder not stated"));
  EXPECT_THAT(
      text, HasSubstr("| AnimeShooterGen | 0.8022 | 0.7949 | 0.7970 | 0.7986 | 0.7982 | 0.6121 |"));
  EXPECT_THAT(text, HasSubstr("| mine | **0.5000**"));
}

TEST(Tables, EveryPublishedMetricHasATitle) {
  for (const auto& published : published_results()) {
    for (const auto& metric : published.metrics) {
      EXPECT_FALSE(metric.description.title.empty()) << published.system << " " << metric.id;
      EXPECT_FALSE(metric.description.family.empty()) << published.system << " " << metric.id;
    }
  }
}

TEST(Tables, PublishedMeansAreTheMeansOfTheirShots) {
  int checked = 0;
  for (const auto& published : published_results()) {
    EXPECT_EQ(published.kind, document::ResultKind::reported);
    for (const auto& metric : published.metrics) {
      if (metric.per_shot_index.empty()) continue;
      double sum = 0.0;
      for (const auto& value : metric.per_shot_index) sum += value.value();
      EXPECT_NEAR(metric.mean.value(), sum / 4.0, 5.1e-5) << published.system << " " << metric.id;
      ++checked;
    }
  }
  EXPECT_EQ(checked, 6);
}

}  // namespace
}  // namespace asbench::reports
