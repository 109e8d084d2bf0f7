#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <sstream>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "reports/figures/canvas.h"
#include "reports/figures/distribution_figure.h"
#include "reports/figures/plot.h"
#include "reports/figures/result_figures.h"
#include "reports/figures/series_style.h"
#include "reports/figures/ticks.h"
#include "reports/figures/write_figures.h"
#include "tests/support/program.h"
#include "tests/support/synthetic_result.h"
#include "tests/support/temporary_folder.h"

namespace asbench::reports {
namespace {
namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

/// Two systems of eight stories in four IPs, with values of shots that fall and values by distance.
std::vector<document::Result> two_systems() {
  std::vector<document::Result> results;
  for (int s = 0; s < 2; ++s) {
    testing::SyntheticResult made = testing::page_result();
    made.system = s == 0 ? "ours" : "动漫 <b>&";
    made.ips = 4;
    made.value = [s](int metric, int story) {
      return 0.5 - 0.1 * s + 0.01 * metric + 0.02 * story;
    };
    Json document = made.document();
    for (const char* metric : {"clip_i", "cross_shot_clip"}) {
      auto& whole = document["metrics"][metric];
      const double mean = whole["mean"];
      for (int i = 0; i < 4; ++i) whole["per_shot_index"][i] = mean - 0.03 * i;
      for (int d = 1; d < 4; ++d)
        whole["by_distance"].push_back({{"distance", d}, {"value", mean - 0.05 * d}});
      for (auto& story : document["stories"]) {
        auto& own = story["metrics"][metric];
        const double value = own["mean"];
        for (int i = 0; i < 4; ++i) own["shots"][i]["value"] = value - 0.03 * i;
        for (int d = 1; d < 4; ++d)
          own["by_distance"].push_back({{"distance", d}, {"value", value - 0.05 * d}});
      }
    }
    results.push_back(document::result_from_json(document, made.system));
  }
  return results;
}

std::vector<std::string> names_of(const std::vector<Figure>& figures) {
  std::vector<std::string> names;
  for (const auto& figure : figures) names.push_back(figure.name);
  return names;
}

const Figure& figure_named(const std::vector<Figure>& figures, const std::string& name) {
  const auto found = std::find_if(figures.begin(), figures.end(),
                                  [&](const Figure& figure) { return figure.name == name; });
  if (found == figures.end()) throw std::runtime_error("no figure " + name);
  return *found;
}

/// Every element is closed by its own name, and text holds no bare < or &. Enough of XML for what
/// cairo writes: no comments, no CDATA.
::testing::AssertionResult is_well_formed(const std::string& xml) {
  std::vector<std::string> open;
  for (auto at = xml.find('<'); at != std::string::npos; at = xml.find('<', at + 1)) {
    const auto end = xml.find('>', at);
    if (end == std::string::npos) return ::testing::AssertionFailure() << "a tag has no end";
    const std::string tag = xml.substr(at + 1, end - at - 1);
    if (tag.starts_with("?")) continue;
    if (tag.find('<') != std::string::npos) return ::testing::AssertionFailure() << tag;
    const std::string name =
        tag.substr(tag.starts_with("/") ? 1 : 0).substr(0, tag.find_first_of(" \n/", 1));
    if (tag.starts_with("/")) {
      if (open.empty() || open.back() != tag.substr(1))
        return ::testing::AssertionFailure() << tag << " closes nothing";
      open.pop_back();
    } else if (!tag.ends_with("/")) {
      open.push_back(name);
    }
  }
  return open.empty() ? ::testing::AssertionSuccess()
                      : ::testing::AssertionFailure() << open.back() << " stays open";
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

class Figures : public ::testing::Test {
 protected:
  const std::vector<document::Result> results = two_systems();
  const std::vector<Figure> figures = result_figures(results);
  TextSetter text;
};

TEST_F(Figures, EachKindHasAFigureForEachHeadlineMetricAndOneOfAllSideBySide) {
  EXPECT_THAT(names_of(figures),
              ::testing::ElementsAre("drift-clip_i", "drift-dino_i", "drift-reference_distance",
                                     "drift-clip_t", "drift-cross_shot_clip", "drift",
                                     "decay-clip_i", "decay-cross_shot_clip", "decay",
                                     "adherence-clip_i-clip_t", "adherence-dino_i-clip_t",
                                     "adherence-reference_distance-clip_t", "adherence"));
  EXPECT_DOUBLE_EQ(figure_named(figures, "drift-clip_i").width, 3.3 * 72);
  EXPECT_DOUBLE_EQ(figure_named(figures, "drift").width, 6.9 * 72);
  EXPECT_EQ(figure_named(figures, "drift").panels.size(), 5U);
}

TEST_F(Figures, APointIsTheDocumentsMeanWithTheIntervalOverIps) {
  const Figure& figure = figure_named(figures, "drift-clip_i");
  ASSERT_EQ(figure.panels.at(0).series.size(), 2U);
  const PlotSeries& ours = figure.panels[0].series[0];
  EXPECT_EQ(figure.series[ours.place], "ours");
  ASSERT_EQ(ours.points.size(), 4U);
  std::vector<ClusteredValue> values;
  for (const auto& story : results[0].stories)
    values.push_back({story.ip, *story.metrics.at("clip_i").shots[2].value});
  EXPECT_DOUBLE_EQ(ours.points[2].x, 3.0);
  EXPECT_DOUBLE_EQ(ours.points[2].y, *results[0].find_metric("clip_i")->per_shot_index[2]);
  EXPECT_EQ(ours.points[2].y_interval, clustered_bootstrap(values));
  ASSERT_TRUE(ours.points[2].y_interval);
  EXPECT_LT(ours.points[2].y_interval->low, ours.points[2].y_interval->high);
  const PlotPoint& apart = figure_named(figures, "decay-clip_i").panels[0].series[0].points.at(2);
  EXPECT_DOUBLE_EQ(apart.x, 3.0);
  EXPECT_DOUBLE_EQ(apart.y, *results[0].find_metric("clip_i")->by_distance[2].value);
  EXPECT_TRUE(apart.y_interval);
}

TEST_F(Figures, AMeanThatIsNotThatOfTheStoriesGetsNoInterval) {
  auto changed = results;
  changed[0].metrics[0].per_shot_index[1] = 0.25;
  const auto all = result_figures(changed);
  const auto& series = figure_named(all, "drift-clip_i").panels[0].series;
  const auto ours = std::find_if(series.begin(), series.end(), [&](const PlotSeries& one) {
    return figure_named(all, "drift-clip_i").series[one.place] == "ours";
  });
  EXPECT_DOUBLE_EQ(ours->points.at(1).y, 0.25);
  EXPECT_FALSE(ours->points.at(1).y_interval);
  EXPECT_TRUE(ours->points.at(0).y_interval);
}

TEST_F(Figures, WhereLowerIsBetterTheAxisIsTurnedRound) {
  const Plot& plot = figure_named(figures, "adherence-reference_distance-clip_t").panels.at(0);
  EXPECT_TRUE(plot.x.lower_is_better);
  EXPECT_FALSE(plot.y.lower_is_better);
  EXPECT_EQ(plot.x.label, "reference_distance ↓");
}

TEST_F(Figures, ASystemWithoutMarksHasADaggerAndTheCaptionSaysWhy) {
  auto copied = results;
  for (auto& metric : copied[1].metrics) {
    if (metric.id == "frozen_rate") metric.mean = 0.75;
  }
  const auto all = result_figures(copied);
  const Figure& figure = figure_named(all, "drift-cross_shot_clip");
  EXPECT_THAT(figure.series, ::testing::Contains("动漫 <b>& †"));
  EXPECT_THAT(figure.caption, HasSubstr("no marks for cross_shot_clip (frozen_rate 0.75"));
  EXPECT_THAT(figure_named(all, "drift-clip_i").caption, Not(HasSubstr("†")));
}

TEST_F(Figures, OfManySystemsIntervalsAreLeftOutAndTheCaptionSaysSo) {
  std::vector<document::Result> many;
  for (int s = 0; s < 9; ++s) {
    many.push_back(results[0]);
    many.back().system = fmt::format("system {}", s);
  }
  const auto all = result_figures(many);
  const Figure& figure = figure_named(all, "drift-clip_i");
  EXPECT_FALSE(figure.panels[0].series[0].points[0].y_interval);
  EXPECT_THAT(figure.caption, HasSubstr("Intervals are left out: 9 systems"));
  EXPECT_THAT(figure_named(figures, "drift-clip_i").caption, HasSubstr("95 % intervals"));
}

TEST_F(Figures, MetricsAskedForAreShownAndUnknownOnesRefused) {
  EXPECT_THAT(
      names_of(result_figures(results, {.metrics = {"dino_i", "clip_t"}})),
      ::testing::ElementsAre("drift-dino_i", "drift-clip_t", "drift", "adherence-dino_i-clip_t"));
  EXPECT_THROW(static_cast<void>(result_figures(results, {.metrics = {"no_such"}})), UsageError);
}

TEST_F(Figures, SystemsThatMustNotBeComparedHaveFiguresOfTheirOwn) {
  auto other = results;
  other[1].metrics[0].signature += " | other";
  const auto names = names_of(result_figures(other, {.metrics = {"clip_i"}}));
  EXPECT_THAT(names, ::testing::ElementsAre("drift-clip_i", "decay-clip_i", "table2-drift-clip_i",
                                            "table2-decay-clip_i"));
}

TEST_F(Figures, TheSameFigureHasTheSameBytesWhateverWasDrawnBefore) {
  for (const auto format : {FigureFormat::pdf, FigureFormat::svg}) {
    const Figure& figure = figure_named(figures, "adherence");
    const std::string first = render(figure, format, text);
    static_cast<void>(render(figure_named(figures, "drift"), format, text));
    TextSetter fresh;
    EXPECT_TRUE(render(figure, format, fresh) == first) << (format == FigureFormat::pdf);
    EXPECT_THAT(first, Not(HasSubstr("Date")));
  }
}

TEST_F(Figures, AnSvgIsWellFormedOfTheRightSizeAndHasLettersAsOutlines) {
  const std::string svg = render(figure_named(figures, "drift-clip_i"), FigureFormat::svg, text);
  EXPECT_TRUE(is_well_formed(svg));
  EXPECT_THAT(svg, HasSubstr("width=\"237.6pt\""));
  EXPECT_THAT(svg, HasSubstr("<title>drift-clip_i</title>"));
  EXPECT_THAT(svg, Not(HasSubstr("<text")));
  EXPECT_THAT(svg, Not(HasSubstr("font-family")));
  EXPECT_GT(count(svg, "<use "), 30U) << "letters of axes, ticks and legend";
  EXPECT_GT(count(svg, "stroke-dasharray"), 0U) << "the second system's line";
}

TEST_F(Figures, APdfEmbedsItsFonts) {
  const testing::TemporaryFolder folder;
  write_figure(folder / "figure.pdf", figure_named(figures, "drift-clip_i"), text);
  const std::string pdf = read_text_file(folder / "figure.pdf");
  ASSERT_TRUE(pdf.starts_with("%PDF-1."));
  EXPECT_EQ(count(pdf, "/FontFile"), count(pdf, "/Type /FontDescriptor"));
  EXPECT_GT(count(pdf, "/FontFile"), 0U);
  if (!fs::exists("/usr/bin/pdffonts")) GTEST_SKIP() << "poppler-utils is not installed";
  const auto fonts = testing::run_program("/usr/bin/pdffonts", {(folder / "figure.pdf").string()});
  ASSERT_EQ(fonts.exit_code, 0) << fonts.err;
  std::istringstream lines(fonts.out);
  std::string line;
  int listed = 0;
  for (int number = 0; std::getline(lines, line); ++number) {
    if (number < 2) continue;  // head and rule
    ++listed;
    EXPECT_THAT(line, HasSubstr(" yes yes ")) << "embedded, and only the letters that it uses";
  }
  EXPECT_GT(listed, 0);
}

TEST_F(Figures, LettersThatNoFontHasAreNamed) {
  static_cast<void>(text.measure("Plain αβγ", {}));
  EXPECT_TRUE(text.missing().empty());
  EXPECT_EQ(missing_letters_text(text.missing()), "");
  static_cast<void>(text.measure("a" + utf8(U'\U0010FFF0') + "b", {}));
  ASSERT_EQ(text.missing(), std::set<char32_t>{U'\U0010FFF0'});
  EXPECT_THAT(missing_letters_text(text.missing()),
              HasSubstr("no font of this machine has 1 character"));
  EXPECT_THAT(missing_letters_text(text.missing()), HasSubstr("U+10FFF0"));
}

TEST_F(Figures, TextFitsItsWidthAndLines) {
  const std::string sentence = "A white rabbit with a pink bow walks through the forest at night.";
  const TextSize whole = text.measure(sentence, {.size = 10});
  const TextSize narrow =
      text.measure(sentence, {.size = 10, .width = whole.width / 3, .lines = 2});
  EXPECT_LE(narrow.width, whole.width / 3);
  EXPECT_NEAR(narrow.height, 2 * whole.height, 0.01 * whole.height);
  EXPECT_GT(text.measure(sentence, {.size = 20}).width, 1.9 * whole.width);
  EXPECT_GT(text.measure("\x1b[31m", {}).width, text.measure("[31m", {}).width)
      << "what is no letter is shown as an escape";
}

TEST_F(Figures, FilesAndCaptionsAreWrittenAndOtherPeoplesAreKept) {
  const testing::TemporaryFolder folder;
  fs::create_directory(folder / "mine");
  write_file_atomically(folder / "mine/drift.pdf", "mine");
  EXPECT_THROW(require_figure_folder(folder / "mine", figures), UsageError);
  const fs::path out = folder / "figures";
  require_figure_folder(out, figures);
  StagedFiles staged;
  const auto files = stage_figures(staged, out, figures, text);
  staged.commit();
  EXPECT_EQ(files.size(), 2 * figures.size() + 1);
  for (const auto& file : files) EXPECT_TRUE(fs::exists(file)) << file;
  const std::string captions = read_text_file(out / "captions.md");
  EXPECT_THAT(captions,
              HasSubstr(R"(Drift: clip\_i \(Reference adherence under CLIP, higher is better\))"));
  require_figure_folder(out, figures);
  EXPECT_THROW(write_figure(folder / "figure.gif", figures[0], text), UsageError);
}

TEST(DistributionFigure, HasTheSharesOfItsValuesByHand) {
  const std::vector<float> counts = {1.0F, 2.0F, 2.0F, 4.0F};
  const std::vector<NamedDistribution> distributions = {{"shots", counts, 2.25, 14.82}};
  const Figure figure = distribution_figure("a split", distributions);
  ASSERT_EQ(figure.panels.size(), 1U);
  const Plot& plot = figure.panels[0];
  EXPECT_EQ(plot.dashed_x, 14.82);
  EXPECT_THAT(plot.note, HasSubstr("n = 4, mean 2.25"));
  std::vector<std::pair<double, double>> outline;
  for (const PlotPoint& point : plot.series.at(0).points) outline.emplace_back(point.x, point.y);
  // Whole numbers have a bin each: 25 % at 1, 50 % at 2, none at 3, 25 % at 4.
  const std::vector<std::pair<double, double>> expected = {
      {0.5, 0.0}, {0.5, 25.0}, {1.5, 25.0}, {1.5, 50.0}, {2.5, 50.0},
      {2.5, 0.0}, {3.5, 0.0},  {3.5, 25.0}, {4.5, 25.0}, {4.5, 0.0}};
  EXPECT_EQ(outline, expected);
}

TEST(DistributionFigure, PutsWhatIsFarAwayIntoTheLastBin) {
  std::vector<float> values;
  for (int i = 0; i < 1000; ++i) values.push_back(0.25F + static_cast<float>(i % 10));
  values.push_back(1e6F);
  const std::vector<NamedDistribution> distributions = {{"seconds", values, 0.0, {}}};
  const Figure figure = distribution_figure("a split", distributions);
  double share = 0.0;
  double right = 0.0;
  const auto& points = figure.panels[0].series[0].points;
  for (std::size_t i = 1; i + 1 < points.size(); i += 2) {
    share += points[i].y;
    right = points[i + 1].x;
  }
  EXPECT_NEAR(share, 100.0, 1e-9);
  EXPECT_LT(right, 10.0);
}

TEST(DistributionFigure, IsTheSamePngTwice) {
  TextSetter text;
  const std::vector<float> values = {1.0F, 2.0F};
  const std::vector<NamedDistribution> distributions = {{"shots", values, 1.5, {}}};
  const Figure figure = distribution_figure("a split", distributions);
  const std::string png = render(figure, FigureFormat::png, text);
  EXPECT_TRUE(png.starts_with("\x89PNG"));
  EXPECT_EQ(png, render(figure, FigureFormat::png, text));
  EXPECT_EQ(figure_format("a.png"), FigureFormat::png);
  // The width in the header: 6.9 inches of 200 pixels.
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(png[at]); };
  EXPECT_EQ(byte(16) << 24 | byte(17) << 16 | byte(18) << 8 | byte(19), 1380);
}

TEST(SeriesStyles, DifferWithoutColourAndAreOkabeAndItos) {
  std::set<std::pair<Marker, std::vector<double>>> looks;
  std::set<std::array<int, 3>> colours;
  for (std::size_t i = 0; i < 45; ++i) {
    const SeriesStyle style = series_style(i);
    looks.insert({style.marker, {style.dashes.begin(), style.dashes.end()}});
    colours.insert({style.colour.red, style.colour.green, style.colour.blue});
  }
  EXPECT_EQ(looks.size(), 45U);
  EXPECT_EQ(colours, (std::set<std::array<int, 3>>{{0, 114, 178},
                                                   {213, 94, 0},
                                                   {0, 158, 115},
                                                   {230, 159, 0},
                                                   {204, 121, 167},
                                                   {86, 180, 233},
                                                   {0, 0, 0}}));
}

TEST(RoundTicks, AreRoundInsideAndAFewMany) {
  EXPECT_EQ(round_ticks(0.0, 1.0, 5), (Ticks{{0.0, "0.0"},
                                             {0.2, "0.2"},
                                             {0.4, "0.4"},
                                             {0.6000000000000001, "0.6"},
                                             {0.8, "0.8"},
                                             {1.0, "1.0"}}));
  EXPECT_EQ(round_ticks(-0.11, 0.11, 5).front().second, "−0.10") << "a minus, and no -0";
  for (const auto& [low, high] : {std::pair{0.4991, 0.5003}, std::pair{-3.0, 1000.0},
                                  std::pair{0.61, 0.69}, std::pair{1e-7, 3e-7}}) {
    const auto ticks = round_ticks(low, high, 5);
    EXPECT_GE(ticks.size(), 2U) << low << ' ' << high;
    EXPECT_LE(ticks.size(), 9U) << low << ' ' << high;
    std::set<std::string> texts;
    for (const auto& [value, label] : ticks) {
      EXPECT_GE(value, low - 1e-12);
      EXPECT_LE(value, high + 1e-12);
      texts.insert(label);
    }
    EXPECT_EQ(texts.size(), ticks.size()) << "each text is another";
  }
  EXPECT_EQ(round_ticks(0.5, 0.5, 5).size(), 1U);
}

TEST(CountTicks, BeginAtOneAndAreThinnedOut) {
  EXPECT_EQ(count_ticks(4, 8).size(), 4U);
  const auto fifteen = count_ticks(15, 8);
  EXPECT_EQ(fifteen.front().second, "1");
  EXPECT_EQ(fifteen.back().second, "15");
  EXPECT_EQ(fifteen.size(), 8U);
  EXPECT_LE(count_ticks(500, 8).size(), 8U);
}

/// Ratings that follow clip_i of two_systems().
std::vector<Rating> ratings_of(const std::vector<document::Result>& results) {
  std::vector<Rating> ratings;
  for (const auto& result : results) {
    for (const auto& story : result.stories) {
      for (const char* rater : {"r1", "r2"})
        ratings.push_back(
            {result.system, story.id, "quality", rater, 10.0 * *story.metrics.at("clip_i").mean});
    }
  }
  return ratings;
}

TEST_F(Figures, StoriesStandByMetricAndMeanRating) {
  const auto ratings = ratings_of(results);
  const auto found = agreement(results, ratings);
  const auto of_ratings =
      agreement_figures(results, ratings, found, {.metrics = {"clip_i", "dino_i"}});
  EXPECT_THAT(names_of(of_ratings), ::testing::ElementsAre("agreement", "agreement-clip_i-quality",
                                                           "agreement-dino_i-quality"));
  const Plot& scatter = of_ratings[1].panels.at(0);
  std::size_t points = 0;
  for (const auto& series : scatter.series) {
    for (const auto& point : series.points) EXPECT_NEAR(point.y, 10.0 * point.x, 1e-12);
    points += series.points.size();
  }
  EXPECT_EQ(points, 16U);
  EXPECT_THAT(scatter.note, HasSubstr("τ 1.00 [1.00, 1.00], N = 16"));
  EXPECT_EQ(of_ratings[0].panels.at(0).y.ticks.size(),
            std::set<std::string>({"clip_i", "dino_i", "reference_distance", "clip_t",
                                   "cross_shot_clip", "cross_shot_dino", "faithful_consistency",
                                   "frozen_rate", "reference_copy"})
                .size());
  EXPECT_EQ(of_ratings[0].panels[0].y.ticks.back().second, "clip_i") << "the first stands on top";
  EXPECT_EQ(of_ratings[1].series, figures[0].series) << "systems look as in the other figures";
  for (const auto& figure : of_ratings)
    EXPECT_TRUE(is_well_formed(render(figure, FigureFormat::svg, text)));
}

TEST_F(Figures, AScatterOfAllHeadlineMetricsHasAPanelForEach) {
  const auto ratings = ratings_of(results);
  const auto found = agreement(results, ratings);
  const Figure figure = agreement_scatter(results, ratings, found);
  EXPECT_EQ(figure.panels.size(), 5U);
  EXPECT_EQ(figure.columns, 3U);
  EXPECT_EQ(agreement_scatter(results, ratings, found, {.metrics = {"dino_i"}}).width,
            kColumnWidth);
  EXPECT_THROW(
      static_cast<void>(agreement_scatter(results, ratings, found, {.metrics = {"motion"}})),
      UsageError);
  auto many = ratings;
  for (int d = 0; d < 5; ++d) {
    for (const auto& rating : ratings) {
      many.push_back(rating);
      many.back().dimension = fmt::format("dimension {}", d);
    }
  }
  EXPECT_THROW(static_cast<void>(agreement_scatter(results, many, agreement(results, many))),
               UsageError);
}

}  // namespace
}  // namespace asbench::reports
