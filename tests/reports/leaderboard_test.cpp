#include "reports/leaderboard/leaderboard.h"

#include <gtest/gtest.h>

#include "core/error.h"

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
  return made;
}

document::Result document(const std::string& name, double clip, double half_width,
                          double frozen = 0.0, const std::string& signature = "clip_i@1") {
  document::Result result;
  result.system = name;
  result.protocol = "animeshooter-v1";
  result.split = {.name = "s", .form = "demo", .sha256 = "aa", .stories = 2, .ips = 2};
  result.metrics = {
      metric("clip_i", clip, half_width, signature),
      metric("cross_shot_clip", clip, half_width, "cross_shot_clip@1"),
      metric("frozen_rate", frozen, 0.0, "frozen_rate@1", document::ResultDirection::lower),
      metric("reference_copy", 0.0, 0.0, "reference_copy@1", document::ResultDirection::lower),
      metric("duplicate_pairs", 0.0, 0.0, "duplicate_pairs@1", document::ResultDirection::lower),
      metric("clip_t_margin", 0.05, 0.0, "clip_t_margin@1")};
  return result;
}

using Results = std::vector<document::Result>;

TEST(Leaderboard, RanksByTheFirstColumnAndMarksTheBestAndThoseAsGood) {
  const auto text = leaderboard_markdown(Results{
      document("low", 0.5, 0.01), document("best", 0.7, 0.01), document("near", 0.69, 0.02)});
  EXPECT_LT(text.find("| best |"), text.find("| near |"));
  EXPECT_LT(text.find("| near |"), text.find("| low |"));
  EXPECT_NE(text.find("| best | **0.700**"), std::string::npos) << text;
  EXPECT_NE(text.find("| near | <u>0.690</u>"), std::string::npos) << text;
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
  EXPECT_NE(text.find("| frozen † | **0.900** | 0.900 | **0.050** | 1.000 |"), std::string::npos)
      << text;
  EXPECT_NE(text.find("| b | 0.500 | **0.500** |"), std::string::npos) << text;
  EXPECT_NE(text.find("frozen\\_rate 1.00"), std::string::npos) << text;
}

TEST(Leaderboard, AMarginOfZeroButForChanceIsADeafEar) {
  document::Result noise = document("noise", 0.9, 0.0);
  noise.metrics.back().mean = 0.0001;
  const auto text = leaderboard_markdown(Results{noise, document("b", 0.5, 0.0)},
                                         {.metrics = {"clip_i", "cross_shot_clip"}});
  EXPECT_NE(text.find("| noise † | **0.900** | 0.900 |"), std::string::npos) << text;
}

TEST(Leaderboard, PublishedResultsAreNotAccusedOfMissingControls) {
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
  EXPECT_NE(text.find("frozen\\_rate not measured"), std::string::npos) << text;
}

TEST(Leaderboard, OtherSignaturesStandInAnotherTable) {
  const auto text = leaderboard_markdown(
      Results{document("a", 0.5, 0.0), document("b", 0.6, 0.0, 0.0, "clip_i@1 | frames=ends:5")});
  EXPECT_NE(text.find("| system |"), text.rfind("| system |"));
  EXPECT_EQ(text.find("**"), text.find("**best**"))
      << "one system alone is not the best of anything";
}

TEST(Leaderboard, DemoEncodersAreNamedInEveryTable) {
  document::Result demo = document("a", 0.5, 0.0);
  demo.demo_encoders = {"asbench/mini-clip"};
  EXPECT_NE(leaderboard_markdown(Results{demo}).find("DEMO ENCODERS"), std::string::npos);
  EXPECT_NE(leaderboard_text(Results{demo}).find("DEMO ENCODERS (asbench/mini-clip)"),
            std::string::npos);
  EXPECT_EQ(leaderboard_text(Results{document("a", 0.5, 0.0)}).find("DEMO"), std::string::npos);
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
  EXPECT_NE(text.find("one.json and two.json are both of a system 'a'"), std::string::npos) << text;
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

TEST(Marks, WhoIsBarredTakesNoMarkFromOthers) {
  const std::vector<Contender> column = {{.value = 0.9, .barred = true},
                                         {.value = 0.5},
                                         {.value = 0.4, .interval = Interval{0.3, 0.5}},
                                         {}};
  const auto marks = mark_column(column, document::ResultDirection::higher);
  EXPECT_FALSE(marks[0].best || marks[0].second);
  EXPECT_TRUE(marks[1].best);
  EXPECT_TRUE(marks[2].second && marks[2].as_good);
  EXPECT_FALSE(marks[3].best || marks[3].second || marks[3].as_good);
}

TEST(Leaderboard, AMissingMeanIsADash) {
  document::Result null = document("a", 0.5, 0.0);
  null.metrics[0].mean.reset();
  null.metrics[0].ci95.reset();
  EXPECT_NE(leaderboard_text(Results{null}).find("- "), std::string::npos);
}

}  // namespace
}  // namespace asbench::reports
