#include "reports/leaderboard/leaderboard.h"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "core/error.h"
#include "core/text.h"

namespace asbench::reports {
namespace {

document::ResultMetric metric(
    const std::string& id, double mean, double half_width, const std::string& signature,
    document::ResultDirection direction = document::ResultDirection::higher) {
  document::ResultMetric made;
  made.id = id;
  made.signature = signature;
  made.direction = direction;
  made.mean = mean;
  made.ci95 = Interval{mean - half_width, mean + half_width};
  made.description.title = "Title of " + id;
  made.description.leaderboard = true;
  return made;
}

/// A control that withholds marks above `above` or below `below`.
document::ResultMetric control(const std::string& id, double mean, document::MarkLimit limit,
                               document::ResultDirection direction) {
  auto made = metric(id, mean, 0.0, id + "@1", direction);
  made.description.withholds_marks = limit;
  return made;
}

document::ResultMetric consistency(double mean, double half_width) {
  auto made = metric("cross_shot_clip", mean, half_width, "cross_shot_clip@1");
  made.description.family = "consistency";
  made.description.controls = {"frozen_rate", "reference_copy", "duplicate_pairs", "clip_t_margin"};
  return made;
}

document::Result document(const std::string& name, double clip, double half_width,
                          double frozen = 0.0, const std::string& signature = "clip_i@1") {
  document::Result result;
  result.system = name;
  result.protocol = "animeshooter-v1";
  result.split = {.name = "s", .form = "demo", .sha256 = "aa", .stories = 2, .ips = 2};
  const auto lower = document::ResultDirection::lower;
  result.metrics = {
      metric("clip_i", clip, half_width, signature),
      consistency(clip, half_width),
      control("frozen_rate", frozen, {0.1, {}}, lower),
      control("reference_copy", 0.0, {0.1, {}}, lower),
      control("duplicate_pairs", 0.0, {0.1, {}}, lower),
      control("clip_t_margin", 0.05, {{}, 0.0005}, document::ResultDirection::higher)};
  return result;
}

using Results = std::vector<document::Result>;

TEST(Leaderboard, RanksByTheFirstColumnAndMarksTheBestAndThoseAsGood) {
  const auto text = leaderboard_markdown(Results{
      document("low", 0.5, 0.01), document("best", 0.7, 0.01), document("near", 0.69, 0.02)});
  EXPECT_LT(text.find("| best |"), text.find("| near |"));
  EXPECT_LT(text.find("| near |"), text.find("| low |"));
  EXPECT_NE(text.find("| best | **0.700**"), std::string::npos) << text;
  EXPECT_NE(text.find("| near | 0.690 ≈ |"), std::string::npos) << text;
  EXPECT_NE(text.find("| low | 0.500"), std::string::npos) << text;
}

TEST(Leaderboard, LowerIsBetterWhereTheMetricSaysSo) {
  const auto text =
      leaderboard_markdown(Results{document("a", 0.5, 0.0, 0.05), document("b", 0.4, 0.0, 0.0)},
                           {.metrics = {"frozen_rate"}});
  EXPECT_LT(text.find("| b | **0.000**"), text.find("| a | 0.050"));
}

TEST(Leaderboard, AFrozenSystemGetsNoMarkForConsistencyButKeepsItsValue) {
  const auto text = leaderboard_markdown(
      Results{document("frozen", 0.9, 0.0, 1.0), document("b", 0.5, 0.0), document("c", 0.4, 0.0)});
  EXPECT_NE(text.find("| frozen † | **0.900** | 0.900 | 1.000 |"), std::string::npos) << text;
  EXPECT_NE(text.find("| b | 0.500 | **0.500** |"), std::string::npos) << text;
  EXPECT_NE(text.find("† frozen: no marks for consistency \\(frozen\\_rate 1.00 is above 0.1\\)"),
            std::string::npos)
      << text;
  EXPECT_NE(leaderboard_text(Results{document("frozen", 0.9, 0.0, 0.5)})
                .find("! frozen: no marks for consistency (frozen_rate 0.50 is above 0.1)"),
            std::string::npos);
}

TEST(Leaderboard, ACopyOfTheReferenceIsBelowTheRankedOnesUnmarkedAndSaysWhy) {
  const auto results = [] {
    Results made{document("copy", 0.9, 0.01), document("other copy", 0.95, 0.01),
                 document("b", 0.5, 0.01), document("c", 0.4, 0.01)};
    for (auto& result : made) {
      result.metrics[0].description.controls = {"reference_copy"};
      if (result.system.ends_with("copy")) result.metrics[3].mean = 0.4;
    }
    return made;
  }();
  const auto tables = rank(results, {});
  EXPECT_EQ(tables[0].ranked, 2U);
  std::vector<std::string> order;
  for (const auto& system : tables[0].systems) order.push_back(system.result->system);
  EXPECT_EQ(order, (std::vector<std::string>{"b", "c", "other copy", "copy"}));
  EXPECT_TRUE(tables[0].systems[0].marks[0].best);
  const auto markdown = leaderboard_markdown(results);
  EXPECT_NE(markdown.find("| *not ranked by clip\\_i* |||||||\n| other copy † | 0.950 |"),
            std::string::npos)
      << markdown;
  EXPECT_NE(markdown.find("not ranked by clip\\_i: a control of this metric is beyond its limit"),
            std::string::npos);
  const auto text = leaderboard_text(results);
  EXPECT_LT(text.find("\nc "), text.find("\nnot ranked by clip_i: a control")) << text;
  EXPECT_LT(text.find("\nnot ranked by clip_i"), text.find("\nother copy !")) << text;
  EXPECT_NE(
      text.find("! copy: no marks for clip_i, consistency (reference_copy 0.40 is above 0.1)"),
      std::string::npos)
      << text;
}

TEST(Leaderboard, WhereNobodyIsBarredThereIsNoSuchHeading) {
  const Results results{document("a", 0.5, 0.0), document("b", 0.4, 0.0)};
  EXPECT_EQ(leaderboard_markdown(results).find("not ranked"), std::string::npos);
  EXPECT_EQ(leaderboard_text(results).find("not ranked"), std::string::npos);
  EXPECT_EQ(rank(results, {})[0].ranked, 2U);
}

TEST(Leaderboard, WhereEverybodyIsBarredTheHeadingComesFirst) {
  Results results{document("a", 0.5, 0.0), document("b", 0.4, 0.0)};
  for (auto& result : results) result.metrics[0].description.controls = {"not_there"};
  EXPECT_EQ(rank(results, {})[0].ranked, 0U);
  const auto text = leaderboard_text(results);
  EXPECT_LT(text.find("not ranked by clip_i"), text.find("\na !")) << text;
  EXPECT_NE(text.find("not_there was not measured"), std::string::npos) << text;
}

TEST(Leaderboard, ATerminalsColumnsAreAlignedByWidth) {
  const std::string long_name(60, 'x');
  const auto text =
      leaderboard_text(Results{document("动画射手", 0.5, 0.0), document("abc", 0.4, 0.0),
                               document(long_name, 0.3, 0.0)},
                       {.metrics = {"clip_i"}});
  std::vector<std::size_t> ends;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (const auto number = line.find("0.");
        number != std::string::npos && line.find("best") == std::string::npos)
      ends.push_back(display_width(line.substr(0, number)));
  }
  EXPECT_EQ(ends, (std::vector<std::size_t>{ends.at(0), ends.at(0), ends.at(0)})) << text;
  EXPECT_NE(text.find("\n" + long_name + "\n "), std::string::npos) << text;
}

TEST(Leaderboard, ASystemWhoseMarginRoundsToZeroIgnoresItsCaptions) {
  document::Result noise = document("noise", 0.9, 0.0);
  noise.metrics.back().mean = 0.0001;
  const auto text = leaderboard_markdown(Results{noise, document("b", 0.5, 0.0)},
                                         {.metrics = {"clip_i", "cross_shot_clip"}});
  EXPECT_NE(text.find("| noise † | **0.900** | 0.900 |"), std::string::npos) << text;
  EXPECT_NE(text.find("clip\\_t\\_margin 0.000"), std::string::npos) << text;
}

TEST(Leaderboard, WithoutADescriptionNothingIsWithheldAndTheFirstDescriptionCountsForAll) {
  document::Result frozen = document("frozen", 0.9, 0.0, 1.0), other = document("b", 0.5, 0.0);
  for (auto& metric : frozen.metrics) metric.description = {};
  EXPECT_EQ(leaderboard_markdown(Results{frozen}).find("†"), std::string::npos);
  EXPECT_NE(leaderboard_markdown(Results{frozen, other}).find("† frozen"), std::string::npos);
}

TEST(Leaderboard, ColumnsAreThoseThatDescriptionsPutThereElseAll) {
  document::Result result = document("a", 0.5, 0.0);
  for (auto& metric : result.metrics) metric.description.leaderboard = metric.id == "frozen_rate";
  EXPECT_EQ(rank(Results{result}, {}, DefaultColumns::leaderboard)[0].metrics,
            std::vector<std::string>{"frozen_rate"});
  EXPECT_EQ(rank(Results{result}, {}, DefaultColumns::leaderboard_and_sets)[0].metrics.size(), 6U)
      << "no story has a value of any";
  EXPECT_EQ(rank(Results{result}, {})[0].metrics.size(), 6U);
  for (auto& metric : result.metrics) metric.description = {};
  EXPECT_EQ(rank(Results{result}, {}, DefaultColumns::leaderboard)[0].metrics.size(), 6U);
}

TEST(Leaderboard, AFamilyIsNamedOnlyWhereNoneOfItsColumnsIsMarked) {
  document::Result frozen = document("frozen", 0.9, 0.0, 1.0);
  const auto lines = [&] {
    const Results results{frozen};
    const auto tables = rank(results, {});
    return withheld_lines(tables[0], tables[0].systems[0]);
  };
  EXPECT_EQ(lines(),
            std::vector<std::string>{"no marks for consistency (frozen_rate 1.00 is above 0.1)"});
  frozen.metrics[0].description.family = "consistency";
  EXPECT_EQ(lines(), std::vector<std::string>{
                         "no marks for cross_shot_clip (frozen_rate 1.00 is above 0.1)"});
}

/// An invented metric whose values are distances without an upper end.
document::Result with_distance(const std::string& name, double value, double half_width) {
  document::Result result = document(name, 0.5, 0.0);
  auto distance = metric("reference_distance", value, half_width, "reference_distance@1",
                         document::ResultDirection::lower);
  distance.description.family = "adherence";
  distance.description.range_low = 0.0;
  result.metrics.insert(result.metrics.begin(), distance);
  return result;
}

TEST(Leaderboard, ADistanceInTheFirstColumnRanksTheSmallestFirst) {
  const Results results{with_distance("far", 250.0, 1.0), with_distance("best", 3.0, 1.0),
                        with_distance("near", 4.0, 1.5)};
  const auto text = leaderboard_markdown(results);
  EXPECT_NE(text.find("| system | reference\\_distance v |"), std::string::npos) << text;
  EXPECT_LT(text.find("| best | **3.000** |"), text.find("| near | 4.000 ≈ |")) << text;
  EXPECT_LT(text.find("| near | 4.000 ≈ |"), text.find("| far | 250.000 |")) << text;
  EXPECT_NE(leaderboard_text(results).find("3.000*"), std::string::npos);
}

TEST(Leaderboard, AColumnWithoutDirectionDoesntOrderTheRows) {
  Results results{document("a", 0.5, 0.0), document("b", 0.7, 0.0)};
  for (auto& result : results)
    result.metrics.insert(result.metrics.begin(),
                          metric("motion", result.system == "a" ? 9.0 : 1.0, 0.0, "motion@1",
                                 document::ResultDirection::none));
  const auto text = leaderboard_markdown(results);
  EXPECT_LT(text.find("| b |"), text.find("| a |")) << text;
}

TEST(Leaderboard, OneStoryIsNotCalledStories) {
  document::Result one = document("a", 0.5, 0.0);
  one.split.stories = one.split.ips = 1;
  EXPECT_NE(leaderboard_text(Results{one}).find("s, 1 story of 1 IP; protocol"), std::string::npos);
  EXPECT_NE(leaderboard_text(Results{document("a", 0.5, 0.0)}).find("2 stories of 2 IPs"),
            std::string::npos);
}

TEST(Leaderboard, NothingIsWithheldFromPublishedResults) {
  document::Result published = document("published", 0.9, 0.0);
  published.kind = document::ResultKind::reported;
  published.metrics.erase(published.metrics.begin() + 1, published.metrics.end());
  EXPECT_EQ(leaderboard_markdown(Results{published}).find("†"), std::string::npos);
}

TEST(Leaderboard, AControlThatWasNotMeasuredClearsNobody) {
  document::Result unchecked = document("unchecked", 0.9, 0.0);
  unchecked.metrics.erase(unchecked.metrics.begin() + 2);  // frozen_rate
  const auto text = leaderboard_markdown(Results{unchecked, document("b", 0.5, 0.0)},
                                         {.metrics = {"clip_i", "cross_shot_clip"}});
  EXPECT_NE(text.find("| unchecked † | **0.900** | 0.900 |"), std::string::npos) << text;
  EXPECT_NE(text.find("frozen\\_rate was not measured"), std::string::npos) << text;
}

TEST(Leaderboard, OtherSignaturesStandInAnotherTable) {
  const auto text = leaderboard_markdown(
      Results{document("a", 0.5, 0.0), document("b", 0.6, 0.0, 0.0, "clip_i@1 | frames=ends:5")});
  EXPECT_NE(text.find("| system |"), text.rfind("| system |"));
  EXPECT_EQ(text.find("**"), text.find("**best**"))
      << "one system alone is not the best of anything";
}

TEST(Leaderboard, OtherDirectionsStandInAnotherTable) {
  auto turned = document("b", 0.6, 0.0);
  turned.metrics[0].direction = document::ResultDirection::lower;
  const auto text = leaderboard_markdown(Results{document("a", 0.5, 0.0), turned});
  EXPECT_NE(text.find("| system |"), text.rfind("| system |"));
}

TEST(Leaderboard, DemoEncodersAreNamedInEveryTable) {
  document::Result demo = document("a", 0.5, 0.0);
  demo.demo_encoders = {"asbench/mini-clip"};
  EXPECT_NE(leaderboard_markdown(Results{demo}).find("DEMO ENCODERS"), std::string::npos);
  EXPECT_NE(leaderboard_text(Results{demo}).find("DEMO ENCODERS (asbench/mini-clip)"),
            std::string::npos);
  EXPECT_EQ(leaderboard_text(Results{document("a", 0.5, 0.0)}).find("DEMO"), std::string::npos);
}

TEST(Leaderboard, NotesOfSystemsStandInEveryTable) {
  document::Result noted = document("a", 0.5, 0.0);
  noted.note = "trained on two | films";
  const Results results = {noted, document("b", 0.4, 0.0)};
  EXPECT_NE(leaderboard_text(results).find("\na: trained on two | films\n"), std::string::npos);
  EXPECT_NE(leaderboard_markdown(results).find("\na: trained on two \\| films.\n"),
            std::string::npos)
      << leaderboard_markdown(results);
  EXPECT_EQ(leaderboard_text(Results{document("a", 0.5, 0.0)}).find("\na: "), std::string::npos);
}

TEST(Leaderboard, NamesAreTextWhateverTheyHold) {
  const auto text = leaderboard_markdown(Results{document("<script>|x", 0.5, 0.0)});
  EXPECT_NE(text.find("&lt;script&gt;\\|x"), std::string::npos) << text;
}

TEST(Leaderboard, PublishedResultsAreShownAndNeverRanked) {
  document::Result published = document("paper", 0.9, 0.0), other = document("paper 2", 0.8, 0.0);
  published.kind = other.kind = document::ResultKind::reported;
  const auto text = leaderboard_markdown(
      Results{published, document("a", 0.5, 0.0), document("b", 0.4, 0.0), other});
  EXPECT_LT(text.find("| b |"),
            text.find("| paper (as published, not re-run, encoder not stated) | 0.900 |"))
      << text;
  EXPECT_NE(text.find("| a | **0.500**"), std::string::npos) << text;
}

std::string refusal(const Results& results) {
  try {
    require_reportable(results);
  } catch (const BadInput& error) {
    return error.what();
  }
  return {};
}

TEST(Reportable, TwoSystemsOfOneNameInOneTableAreRefusedByTheirDocuments) {
  document::Result first = document("a", 0.5, 0.0), second = document("a", 0.6, 0.0),
                   another = document("a", 0.6, 0.0, 0.0, "clip_i@2"),
                   published = document("a", 0.6, 0.0);
  for (document::Result* result : {&first, &second, &another})
    result->stories.push_back({.id = "s", .ip = "i", .shots = {}, .metrics = {}});
  first.where = "one.json";
  second.where = "two.json";
  published.kind = document::ResultKind::reported;
  const auto text = refusal({first, second});
  EXPECT_NE(text.find("one.json and two.json are both results of a system named 'a'"),
            std::string::npos)
      << text;
  EXPECT_EQ(refusal({first, another, published}), "")
      << "measured in another way, or published: another table";
}

TEST(Reportable, WithoutMetricsOrStoriesThereIsNothingToReport) {
  document::Result empty = document("a", 0.5, 0.0);
  EXPECT_NE(refusal({empty}).find("no stories"), std::string::npos);
  empty.metrics.clear();
  EXPECT_NE(refusal({empty}).find("no metrics"), std::string::npos);
}

TEST(Marks, SeveralBestLeaveNoSecond) {
  const std::vector<Contender> column = {{.value = 0.0}, {.value = 0.0}, {.value = 1.0}};
  const auto marks = mark_column(column, document::ResultDirection::lower);
  EXPECT_TRUE(marks[0].best && marks[1].best);
  EXPECT_FALSE(marks[2].second);
}

TEST(Marks, AreDecidedOnWhatIsPrintedAndNeverOnALastBit) {
  const double once = 0.1 + 0.2, other = 0.3;  // differ in the last bit
  ASSERT_NE(once, other);
  const std::vector<Contender> column = {
      {.value = other}, {.value = once}, {.value = 0.2996}, {.value = 0.2994}};
  const auto marks = mark_column(column, document::ResultDirection::higher, 3);
  EXPECT_TRUE(marks[0].best && marks[1].best && marks[2].best) << "all are 0.300";
  EXPECT_FALSE(marks[3].best || marks[3].second) << "several are best: nobody is second";
  const auto finer = mark_column(column, document::ResultDirection::higher, 4);
  EXPECT_TRUE(finer[0].best && finer[1].best);
  EXPECT_FALSE(finer[2].best) << "0.2996 with four decimals";
}

TEST(Marks, AnIntervalReachesTheBestWhereItDoesAsPrinted) {
  const std::vector<Contender> column = {{.value = 0.7004},
                                         {.value = 0.69, .interval = Interval{0.68, 0.6996}},
                                         {.value = 0.68, .interval = Interval{0.66, 0.6994}}};
  const auto marks = mark_column(column, document::ResultDirection::higher, 3);
  EXPECT_TRUE(marks[1].as_good) << "0.700 reaches 0.700";
  EXPECT_FALSE(marks[2].as_good) << "0.699 doesn't";
}

TEST(Marks, ANegativeZeroIsPrintedAsZero) {
  EXPECT_EQ(as_printed(-0.0001, 3), 0.0);
  EXPECT_FALSE(std::signbit(as_printed(-0.0001, 3)));
  const std::vector<Contender> column = {{.value = -0.0001}, {.value = 0.0001}};
  const auto marks = mark_column(column, document::ResultDirection::higher, 3);
  EXPECT_TRUE(marks[0].best && marks[1].best);
}

TEST(Rank, SystemsThatArePrintedAlikeKeepTheirOrder) {
  const Results results = {document("first", 0.5, 0.0), document("second", 0.5 + 1e-12, 0.0)};
  EXPECT_EQ(rank(results, {})[0].systems[0].result->system, "first");
  EXPECT_EQ(rank(results, {}, DefaultColumns::all, 12)[0].systems[0].result->system, "second");
}

TEST(Marks, AWithheldMarkGoesToTheNextValue) {
  const std::vector<Contender> column = {{.value = 0.9, .withheld = true},
                                         {.value = 0.5},
                                         {.value = 0.4, .interval = Interval{0.3, 0.5}},
                                         {}};
  const auto marks = mark_column(column, document::ResultDirection::higher);
  EXPECT_FALSE(marks[0].best || marks[0].second);
  EXPECT_TRUE(marks[1].best);
  EXPECT_TRUE(marks[2].second && marks[2].as_good);
  EXPECT_FALSE(marks[3].best || marks[3].second || marks[3].as_good);
}

TEST(Leaderboard, AMeanOfFewerStoriesSaysSo) {
  Results results = {document("whole", 0.6, 0.0), document("part", 0.5, 0.0)};
  for (const std::size_t i : {0U, 1U}) {
    results[1].metrics[i].n_stories = 1;
    results[1].metrics[i].of_stories = 2;
  }
  const std::string line = "mean of fewer stories: clip_i, cross_shot_clip of part: 1 of 2 stories";
  const auto text = leaderboard_text(results);
  EXPECT_NE(text.find("\n" + line + "\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("of whole"), std::string::npos) << text;
  const auto markdown = leaderboard_markdown(results);
  EXPECT_NE(markdown.find("| part | 0.500 ‡ |"), std::string::npos) << markdown;
  EXPECT_NE(markdown.find("‡ mean of fewer stories: clip\\_i, cross\\_shot\\_clip of part: 1 of 2"),
            std::string::npos)
      << markdown;
}

TEST(Leaderboard, AMissingMeanIsADash) {
  document::Result null = document("a", 0.5, 0.0);
  null.metrics[0].mean.reset();
  null.metrics[0].ci95.reset();
  EXPECT_NE(leaderboard_text(Results{null}).find("- "), std::string::npos);
}

}  // namespace
}  // namespace asbench::reports
