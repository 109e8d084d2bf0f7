#include "reports/leaderboard.h"

#include <gtest/gtest.h>

namespace asbench::reports {
namespace {

Json metric(double mean, double low, double high, const std::string& signature, const char* direction = "higher") {
  return {{"signature", signature}, {"direction", direction}, {"mean", mean}, {"ci95", {low, high}}};
}

Json document(const std::string& name, double clip, double half_width, double frozen = 0.0, const std::string& signature = "clip_i@1") {
  Json json;
  json["system"] = {{"name", name}, {"kind", "submission"}};
  json["protocol"] = {{"name", "animeshooter-v1"}};
  json["split"] = {{"name", "s"}, {"sha256", "aa"}, {"stories", 2}, {"ips", 2}};
  json["metrics"] = {{"clip_i", metric(clip, clip - half_width, clip + half_width, signature)},
                     {"cross_shot_clip", metric(clip, clip - half_width, clip + half_width, "cross_shot_clip@1")},
                     {"frozen_rate", metric(frozen, frozen, frozen, "frozen_rate@1", "lower")}};
  return json;
}

TEST(Leaderboard, RanksByTheFirstColumnAndMarksTheBestAndThoseAsGood) {
  const auto text = leaderboard_markdown({document("low", 0.5, 0.01), document("best", 0.7, 0.01), document("near", 0.69, 0.02)});
  EXPECT_LT(text.find("| best |"), text.find("| near |"));
  EXPECT_LT(text.find("| near |"), text.find("| low |"));
  EXPECT_NE(text.find("| best | **0.700**"), std::string::npos) << text;
  EXPECT_NE(text.find("| near | <u>0.690</u>"), std::string::npos) << text;
  EXPECT_NE(text.find("| low | 0.500"), std::string::npos) << text;
}

TEST(Leaderboard, LowerIsBetterWhereTheMetricSaysSo) {
  const auto text = leaderboard_markdown({document("a", 0.5, 0.0, 0.05), document("b", 0.4, 0.0, 0.0)}, {.metrics = {"frozen_rate"}});
  EXPECT_LT(text.find("| b | **0.000**"), text.find("| a | 0.050"));
}

TEST(Leaderboard, AFrozenSystemGetsNoMarkForConsistencyButKeepsItsValue) {
  const auto text = leaderboard_markdown({document("frozen", 0.9, 0.0, 1.0), document("b", 0.5, 0.0), document("c", 0.4, 0.0)});
  EXPECT_NE(text.find("| frozen † | **0.900** | 0.900 | 1.000 |"), std::string::npos) << text;
  EXPECT_NE(text.find("| b | 0.500 | **0.500** |"), std::string::npos) << text;
  EXPECT_NE(text.find("frozen\\_rate 1.00"), std::string::npos) << text;
}

TEST(Leaderboard, OtherSignaturesStandInAnotherTable) {
  const auto text = leaderboard_markdown({document("a", 0.5, 0.0), document("b", 0.6, 0.0, 0.0, "clip_i@1 | frames=ends:5")});
  EXPECT_NE(text.find("| system |"), text.rfind("| system |"));
  EXPECT_EQ(text.find("**"), text.find("**best**")) << "one system alone is not the best of anything";
}

TEST(Leaderboard, DemoEncodersAreNamedInEveryTable) {
  Json demo = document("a", 0.5, 0.0);
  demo["demo_encoders"] = {"asbench/mini-clip"};
  EXPECT_NE(leaderboard_markdown({demo}).find("DEMO ENCODERS"), std::string::npos);
  EXPECT_NE(leaderboard_text({demo}).find("DEMO ENCODERS (asbench/mini-clip)"), std::string::npos);
  EXPECT_EQ(leaderboard_text({document("a", 0.5, 0.0)}).find("DEMO"), std::string::npos);
}

TEST(Leaderboard, NamesAreTextWhateverTheyHold) {
  const auto text = leaderboard_markdown({document("<script>|x", 0.5, 0.0)});
  EXPECT_NE(text.find("\\<script\\>\\|x"), std::string::npos) << text;
}

TEST(Leaderboard, AMissingMeanIsADash) {
  Json null = document("a", 0.5, 0.0);
  null["metrics"]["clip_i"]["mean"] = nullptr;
  null["metrics"]["clip_i"]["ci95"] = nullptr;
  EXPECT_NE(leaderboard_text({null}).find("- "), std::string::npos);
}

}  // namespace
}  // namespace asbench::reports
