#include "reports/tables/frame_rule_spread.h"

#include <gtest/gtest.h>

#include "reports/tables/tables.h"

namespace asbench::reports {
namespace {

document::Result document(const std::string& system, const std::string& rule, double clip_i,
                          const std::string& encoder = "E#1") {
  document::ResultMetric metric;
  metric.id = "clip_i";
  metric.signature = "clip_i@1 | enc=" + encoder + " | frames=" + rule + " | agg=frame>shot";
  metric.mean = clip_i;
  metric.n_stories = 2;
  document::ResultMetric unsampled = metric;
  unsampled.id = "fvd";
  unsampled.signature = "fvd@1 | enc=V#1 | clip=first:16";
  document::Result result;
  result.system = system;
  result.split = {.name = "s", .form = "demo", .sha256 = "aa", .stories = 2, .ips = 2};
  result.metrics = {metric, unsampled};
  return result;
}

using Results = std::vector<document::Result>;

TEST(FrameRuleSpread, IsTheGreatestMeanLessTheSmallestOverTheRules) {
  const auto spreads =
      frame_rule_spread(Results{document("a", "midpoint:5", 0.62), document("b", "midpoint:5", 0.9),
                                document("a", "ends:5", 0.59), document("a", "stride:5", 0.6)});
  ASSERT_EQ(spreads.size(), 1U) << "b was measured once, and fvd knows no frame rule";
  EXPECT_EQ(spreads[0].system, "a");
  EXPECT_EQ(spreads[0].metric, "clip_i");
  EXPECT_EQ(spreads[0].rules, (std::vector<std::string>{"ends:5", "midpoint:5", "stride:5"}));
  EXPECT_NEAR(spreads[0].spread, 0.03, 1e-12);
}

TEST(FrameRuleSpread, DocumentsThatDifferInAnythingElseAreNotMixed) {
  document::Result other_split = document("a", "ends:5", 0.1);
  other_split.split.sha256 = "bb";
  document::Result fewer_stories = document("a", "ends:5", 0.1);
  fewer_stories.metrics[0].n_stories = 1;
  EXPECT_TRUE(frame_rule_spread(Results{document("a", "midpoint:5", 0.6), other_split,
                                        fewer_stories, document("a", "ends:5", 0.1, "F#2")})
                  .empty());
}

TEST(FrameRuleSpread, StandsUnderTheMarkdownTableAndEscapesNames) {
  const Results results{document("a|b", "midpoint:5", 0.625), document("a|b", "ends:5", 0.5)};
  const std::string text = frame_rule_spread_markdown(results, 3);
  EXPECT_NE(text.find("| a\\|b | clip\\_i | 0.125 | ends:5, midpoint:5 |"), std::string::npos)
      << text;
  EXPECT_NE(table_markdown(results, {.digits = 3}).find(text), std::string::npos);
  EXPECT_NE(frame_rule_spread_text(results, 2).find("a|b     clip_i  0.12  ends:5 midpoint:5"),
            std::string::npos)
      << frame_rule_spread_text(results, 2);
  EXPECT_EQ(frame_rule_spread_text(Results{results[0]}, 2), "");
}

}  // namespace
}  // namespace asbench::reports
