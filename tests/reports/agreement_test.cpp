#include "reports/agreement/agreement.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/json.h"
#include "tests/support/paths.h"
#include "tests/support/synthetic_result.h"

namespace asbench::reports {
namespace {

const Json& golden() {
  static const Json json =
      read_json_file((testing::source_folder() / "tests/golden/agreement/agreement.json").string());
  return json;
}

/// Stories of 4 IPs with 3 stories each, values rising with the story's number.
document::Result rising(const std::string& system, const std::string& direction = "higher") {
  testing::SyntheticResult synthetic;
  synthetic.system = system;
  synthetic.ips = 4;
  synthetic.stories_per_ip = 3;
  synthetic.direction = direction;
  synthetic.value = [](int, int story) { return 0.1 + 0.05 * story; };
  return document::result_from_json(synthetic.document(), system);
}

std::vector<Rating> ratings_of(const document::Result& result, const std::string& rater,
                               double first, double step) {
  std::vector<Rating> ratings;
  for (const auto& story : result.stories)
    ratings.push_back({result.system, story.id, "quality", rater,
                       first + step * static_cast<double>(ratings.size())});
  return ratings;
}

TEST(Agreement, KendallAndSpearmanAreScipys) {
  ASSERT_EQ(golden().at("pairs").size(), 6U);
  for (const auto& pair : golden().at("pairs")) {
    const auto x = pair.at("x").get<std::vector<double>>(),
               y = pair.at("y").get<std::vector<double>>();
    EXPECT_NEAR(kendall_tau_b(x, y).value(), pair.at("tau_b").get<double>(), 1e-12);
    EXPECT_NEAR(spearman_rho(x, y).value(), pair.at("rho").get<double>(), 1e-12);
  }
}

TEST(Agreement, KrippendorffsAlphaIsThatOfThePublishedPackage) {
  ASSERT_EQ(golden().at("ratings").size(), 4U);
  for (const auto& row : golden().at("ratings")) {
    const auto units = row.at("units").get<std::vector<std::vector<double>>>();
    EXPECT_NEAR(krippendorff_alpha(units).value(), row.at("alpha").get<double>(), 1e-12);
  }
}

TEST(Agreement, WhatDoesntVaryHasNoCorrelationAndNoAlpha) {
  const std::vector<double> flat = {1.0, 1.0, 1.0}, rising_values = {1.0, 2.0, 3.0};
  EXPECT_FALSE(kendall_tau_b(flat, rising_values));
  EXPECT_FALSE(spearman_rho(rising_values, flat));
  EXPECT_FALSE(krippendorff_alpha(std::vector<std::vector<double>>{{1.0}, {2.0}}));
  EXPECT_FALSE(krippendorff_alpha(std::vector<std::vector<double>>{{2.0, 2.0}, {2.0, 2.0}}));
}

TEST(Agreement, AMetricThatOrdersAsTheRatersDoHasOneAndADistanceTheOppositeSign) {
  const std::vector<document::Result> up = {rising("a")}, down = {rising("a", "lower")};
  const auto ratings = ratings_of(up[0], "r1", 1.0, 0.25);
  const auto agreed = agreement(up, ratings).metrics;
  ASSERT_EQ(agreed.size(), 1U);
  EXPECT_EQ(agreed[0].metric, "clip_i");
  EXPECT_EQ(agreed[0].dimension, "quality");
  EXPECT_EQ(agreed[0].n, 12);
  EXPECT_EQ(agreed[0].ips, 4);
  EXPECT_DOUBLE_EQ(agreed[0].kendall.value(), 1.0);
  EXPECT_DOUBLE_EQ(agreed[0].spearman.value(), 1.0);
  ASSERT_TRUE(agreed[0].kendall_ci95);
  EXPECT_DOUBLE_EQ(agreement(down, ratings).metrics.at(0).kendall.value(), -1.0);
}

TEST(Agreement, RatingsBecomeAColumnWhoseSignatureNamesTheirSourceAndAgreement) {
  std::vector<document::Result> results = {rising("a")};
  auto ratings = ratings_of(results[0], "r1", 1.0, 0.25);
  const auto second = ratings_of(results[0], "r2", 2.0, 0.25);
  ratings.insert(ratings.end(), second.begin(), second.end());
  attach_ratings(results, ratings, "ratings.csv#0123abcd");
  const auto* metric = results[0].find_metric("rated quality");
  ASSERT_NE(metric, nullptr);
  EXPECT_NEAR(metric->mean.value(), 1.5 + 0.25 * 5.5, 1e-12);
  EXPECT_TRUE(metric->ci95);
  EXPECT_EQ(metric->description.title, "Rating: quality");
  EXPECT_TRUE(metric->description.leaderboard);
  EXPECT_EQ(metric->n_stories, 12);
  EXPECT_NE(metric->signature.find("ratings.csv#0123abcd"), std::string::npos) << metric->signature;
  EXPECT_DOUBLE_EQ(results[0].stories[3].metrics.at("rated quality").mean.value(), 1.5 + 0.75);
  EXPECT_GT(rater_agreement(ratings).at(0).alpha.value(), 0.4);
}

TEST(Agreement, ARaterWhoRatesTwiceAndRatingsOfNobodyAreRefused) {
  std::vector<document::Result> results = {rising("a")};
  auto twice = ratings_of(results[0], "r1", 1.0, 0.25);
  twice.push_back(twice.front());
  EXPECT_THROW(attach_ratings(results, twice, "x"), BadInput);
  const std::vector<Rating> nobody = {{"unknown", "ip00/0", "quality", "r1", 3.0}};
  EXPECT_THROW(attach_ratings(results, nobody, "x"), BadInput);
  EXPECT_THROW((void)agreement(results, nobody), BadInput);
}

TEST(Agreement, TheTextStatesN) {
  const std::vector<document::Result> results = {rising("a")};
  const auto text = agreement_text(agreement(results, ratings_of(results[0], "r1", 1.0, 0.25)));
  EXPECT_NE(text.find("clip_i"), std::string::npos) << text;
  EXPECT_NE(text.find("12"), std::string::npos) << text;
}

TEST(Agreement, RatingsThatMatchNothingAreRefusedByName) {
  const std::vector<document::Result> results = {rising("a")};
  auto ratings = ratings_of(results[0], "r1", 1.0, 0.25);
  ratings.push_back({"b", results[0].stories[0].id, "quality", "r1", 3.0});
  ratings.push_back({"b", results[0].stories[1].id, "quality", "r1", 3.0});
  ratings.push_back({"a", "no such story", "quality", "r1", 3.0});
  try {
    static_cast<void>(agreement(results, ratings));
    FAIL() << "was computed";
  } catch (const BadInput& error) {
    const std::string text = error.what();
    for (const char* part : {"3 of 15 ratings match no system and story", "unknown system b",
                             "unknown story no such story of a", "--allow-unmatched"})
      EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(Agreement, RatingsThatMatchNothingAreCountedWhereTheyAreAllowed) {
  const std::vector<document::Result> results = {rising("a")};
  auto ratings = ratings_of(results[0], "r1", 1.0, 0.25);
  const Json all = agreement_json(agreement(results, ratings));
  EXPECT_EQ(all.at("unmatched").at("ratings"), 0);
  ratings.push_back({"b", results[0].stories[0].id, "quality", "r1", 3.0});
  const auto found = agreement(results, ratings, {.allow_unmatched = true});
  const Json json = agreement_json(found);
  EXPECT_EQ(json.at("ratings"), 13);
  EXPECT_EQ(json.at("unmatched").at("ratings"), 1);
  EXPECT_EQ(json.at("unmatched").at("systems"), Json{"b"});
  EXPECT_EQ(json.at("metrics"), all.at("metrics"));
  EXPECT_EQ(json.at("dimensions"), all.at("dimensions"));
  EXPECT_NE(agreement_text(found).find("Left out: 1 of 13 ratings"), std::string::npos);
}

}  // namespace
}  // namespace asbench::reports
