#include "cli/metrics_command.h"

#include <gtest/gtest.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <functional>
#include <string>

#include "core/error.h"
#include "core/json.h"
#include "metrics/catalogue.h"

namespace asbench::cli {
namespace {

std::function<int()> action_of(const std::string& arguments) {
  CLI::App app("test", "asbench");
  std::function<int()> chosen;
  add_metrics_command(app, chosen);
  app.parse(arguments);
  return chosen;
}

std::string output_of(const std::string& arguments) {
  const auto action = action_of(arguments);
  ::testing::internal::CaptureStdout();
  const int code = action();
  std::fflush(stdout);
  std::string text = ::testing::internal::GetCapturedStdout();
  EXPECT_EQ(code, kExitDone);
  return text;
}

TEST(MetricsCommand, ListsEveryMetricWithItsDirection) {
  const std::string text = output_of("metrics list");
  for (const auto& metric : metrics::built_in_metrics().all()) {
    EXPECT_NE(text.find("\n" + metric.id + " "), std::string::npos) << metric.id;
  }
}

TEST(MetricsCommand, ListsThemAsJsonToo) {
  const Json list = parse_json(output_of("metrics list --json"), "stdout");
  ASSERT_EQ(list.size(), metrics::built_in_metrics().all().size());
  EXPECT_EQ(list[0].at("id"), "clip_i");
  EXPECT_EQ(list[0].at("direction"), "higher");
}

TEST(MetricsCommand, ShowsDefinitionRangeNeedsSettingsAndSource) {
  const std::string text = output_of("metrics show reference_copy");
  const auto* metric = metrics::built_in_metrics().find("reference_copy");
  EXPECT_NE(text.find(metrics::definition_under(*metric, {})), std::string::npos);
  EXPECT_NE(text.find(metric->source), std::string::npos);
  EXPECT_NE(text.find("better      lower"), std::string::npos);
  EXPECT_NE(text.find("range       0 to 1"), std::string::npos);
  EXPECT_NE(
      text.find(
          "needs       sampled frames under CLIP, references under CLIP, sampled frames as pixels, "
          "references as pixels"),
      std::string::npos);
  EXPECT_NE(text.find("setting     copy_cosine_from = 0.95"), std::string::npos);
  EXPECT_NE(text.find("kind        control: read beside headlines"), std::string::npos);
  EXPECT_NE(
      text.find(
          "levels      frame > shot > story > system, averaged in this order; N counts shots"),
      std::string::npos);
  EXPECT_NE(text.find("limit       a system above 0.1 gets no marks where this is a control"),
            std::string::npos);
  EXPECT_NE(output_of("metrics show motion").find("better      neither: no preferred direction"),
            std::string::npos);
  EXPECT_NE(output_of("metrics show fvd").find("range       0 or more"), std::string::npos);
  EXPECT_NE(output_of("metrics show fvd")
                .find("levels      all clips together give one number; N counts clips"),
            std::string::npos);
  EXPECT_NE(
      output_of("metrics show clip_i").find("a system is not ranked and gets no marks here unless"),
      std::string::npos);
  EXPECT_EQ(text.find("also gives"), std::string::npos);
  EXPECT_NE(output_of("metrics show clip_i").find("also gives  real_ceiling"), std::string::npos);
  const Json json = parse_json(output_of("metrics show reference_copy --json"), "stdout");
  EXPECT_EQ(json.at("settings").at("copy_cells_below"), 0.03);
  EXPECT_EQ(json.at("withholds_marks"), (Json{{"above", 0.1}}));
}

TEST(MetricsCommand, ShowsPartsLimitAndWhetherItIsALeaderboardColumn) {
  const std::string copy = output_of("metrics show reference_copy");
  EXPECT_NE(copy.find("limit       a system above 0.1 gets no marks where this is a control\n"),
            std::string::npos);
  EXPECT_NE(copy.find("leaderboard a column by default\n"), std::string::npos);
  EXPECT_EQ(copy.find("parts "), std::string::npos);
  EXPECT_NE(output_of("metrics show clip_t_margin").find("a system below 0.0005 gets no marks"),
            std::string::npos);
  const std::string pairs = output_of("metrics show cross_shot_dino");
  EXPECT_NE(pairs.find("parts       adjacent, first, worst\n"), std::string::npos);
  EXPECT_NE(pairs.find("leaderboard not by default\n"), std::string::npos);
  EXPECT_EQ(pairs.find("withholds"), std::string::npos);
  EXPECT_TRUE(parse_json(output_of("metrics show motion --json"), "stdout")
                  .at("withholds_marks")
                  .is_null());
}

TEST(MetricsCommand, AnswersAnUnknownNameWithTheKnownOnes) {
  EXPECT_THROW((void)action_of("metrics show clip_x")(), UsageError);
  EXPECT_THROW((void)action_of("metrics"), CLI::ParseError);
}

}  // namespace
}  // namespace asbench::cli
