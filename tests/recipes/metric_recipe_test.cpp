// The metric of CONTRIBUTING.md's worked example, built from the page itself: measured, described,
// listed, on the page, in the tables and in a gate, without a further edit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <vector>

#include "cli/metrics_command.h"
#include "core/json.h"
#include "document/result.h"
#include "evaluation/result_document.h"
#include "metrics/catalogue.h"
#include "reports/comparison/compare.h"
#include "reports/leaderboard/leaderboard.h"
#include "reports/page/page.h"
#include "reports/tables/tables.h"
#include "tests/metrics/story_builder.h"

namespace asbench {
namespace {

using metrics::testing::FeatureShelf;
using ::testing::HasSubstr;

const metrics::Catalogue& catalogue() {
  static const metrics::Catalogue all = metrics::Catalogue().with(
      read_json_file(std::filesystem::path(FOLLOWED_FOLDER) / "configs/metrics.json"), "recipe");
  return all;
}

/// One story of two shots: their frames have the cosines 1, 0.6 and 0.8, 0 with the reference.
metrics::StoryFeatures story(FeatureShelf& shelf) {
  metrics::StoryFeatures features;
  features.id = "ant/0";
  features.ip = "ant";
  features.characters.front().references.straight.set("dino", shelf.keep({{1, 0}}));
  for (const auto& frames :
       {metrics::testing::Rows{{2, 0}, {3, 4}}, metrics::testing::Rows{{4, 3}, {0, 1}}})
    features.shots.push_back(metrics::testing::shot_of(shelf, frames));
  return features;
}

metrics::Measurement measured() {
  FeatureShelf shelf;
  const auto features = story(shelf);
  const std::vector<std::string> ids{"worst_frame"};
  return metrics::measure_all(catalogue(), ids, {&features, 1}).front();
}

document::Result result(const std::string& system, double shift) {
  const auto& metric = catalogue().require("worst_frame");
  const auto measurement = measured();
  document::Result result;
  result.system = result.where = system;
  result.protocol = "demo";
  result.settings = Json::object();
  result.split = {.name = "toy",
                  .form = "manifest",
                  .sha256 = std::string(64, 'a'),
                  .stories = 1,
                  .shots = 2,
                  .ips = 1};
  result.coverage.policy = "fail";
  result.provenance.version = "1";
  auto& entry = result.metrics.emplace_back();
  entry.id = metric.id;
  entry.signature = "worst_frame@1";
  entry.description = evaluation::describe(metric, {});
  entry.direction = document::ResultDirection::higher;
  entry.mean = measurement.mean.value() + shift;
  for (const auto& part : measurement.parts) entry.parts.emplace(part.name, part.value);
  auto& scored = result.stories.emplace_back();
  scored.id = "ant/0";
  scored.ip = "ant";
  scored.metrics[metric.id].mean = entry.mean;
  return result;
}

TEST(MetricRecipe, TheExampleMeasuresWhatItSays) {
  const auto measurement = measured();
  EXPECT_DOUBLE_EQ(measurement.mean.value(), (0.6 + 0.0) / 2);
  ASSERT_EQ(measurement.parts.size(), 1U);
  EXPECT_EQ(measurement.parts[0].name, "best");
  EXPECT_DOUBLE_EQ(measurement.parts[0].value.value(), (1.0 + 0.8) / 2);
  EXPECT_EQ(measurement.counts.n_evaluated, 2);
}

TEST(MetricRecipe, TheDocumentDescribesIt) {
  const auto description = evaluation::describe(catalogue().require("worst_frame"), {});
  EXPECT_EQ(description.title, "Worst frame under DINO");
  EXPECT_EQ(description.family, "adherence");
  EXPECT_EQ(description.kind, document::MetricKind::headline);
  EXPECT_EQ(description.parts, std::vector<std::string>{"best"});
  EXPECT_TRUE(description.leaderboard);
}

TEST(MetricRecipe, PageTablesAndGateKnowIt) {
  const std::vector<document::Result> results{result("before", 0.0), result("after", -0.25)};
  EXPECT_THAT(reports::leaderboard_text(results), HasSubstr("worst_frame"));
  EXPECT_THAT(reports::table_markdown(results), HasSubstr("worst\\_frame"));
  EXPECT_THAT(reports::table_latex(results), HasSubstr("worst\\_\\allowbreak{}frame"));
  EXPECT_THAT(reports::table_csv(results), HasSubstr("best"));
  const std::string page = reports::page_html(results, reports::Pictures());
  EXPECT_THAT(page, HasSubstr("Worst frame under DINO"));
  reports::Gate gate;
  gate.metrics["worst_frame"] = {.role = reports::GateRole::headline, .limit = 0.2};
  const auto comparison = reports::compare(results[0], results[1], gate);
  ASSERT_EQ(comparison.metrics.size(), 1U);
  EXPECT_EQ(comparison.metrics[0].verdict, reports::Verdict::regressed);
  EXPECT_TRUE(comparison.regressed());
}

std::string output_of(const std::string& arguments) {
  CLI::App app("test", "asbench");
  std::function<int()> chosen;
  cli::add_metrics_command(app, chosen, catalogue());
  app.parse(arguments);
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(chosen(), 0);
  std::fflush(stdout);
  return ::testing::internal::GetCapturedStdout();
}

TEST(MetricRecipe, TheCommandAndTheDocumentationTableKnowIt) {
  EXPECT_THAT(output_of("metrics list"), HasSubstr("\nworst_frame "));
  EXPECT_THAT(output_of("metrics show worst_frame"), HasSubstr("Worst frame under DINO"));
  EXPECT_THAT(output_of("metrics list --markdown"), HasSubstr("| `worst_frame` | headline |"));
}

}  // namespace
}  // namespace asbench
