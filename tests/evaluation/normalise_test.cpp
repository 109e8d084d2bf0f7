#include "evaluation/normalise.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/support/temporary_folder.h"

namespace asbench::evaluation {
namespace {

using asbench::testing::TemporaryFolder;

Json metric(double mean, const char* direction = "higher",
            const char* signature = "clip_i@1 | enc=a") {
  return {{"signature", signature}, {"direction", direction}, {"mean", mean},  {"ci95", nullptr},
          {"n_stories", 1},         {"n_evaluated", 4},       {"n_failed", 0}, {"n_skipped", 0}};
}

Json document(const std::string& system, double clip, double frozen) {
  Json json;
  json["schema"] = "asbench/result@1";
  json["system"] = {{"name", system}, {"kind", "baseline"}};
  json["protocol"] = {{"name", "demo"}, {"settings", Json::object()}};
  json["split"] = {{"name", "world"}, {"form", "test-set"}, {"sha256", std::string(64, 'a')},
                   {"stories", 1},    {"shots", 4},         {"ips", 1}};
  json["coverage"] = {
      {"expected_shots", 4}, {"scored_shots", 4}, {"policy", "fail"}, {"findings", Json::array()}};
  json["provenance"] = {{"version", "1"},
                        {"commit", "c"},
                        {"dirty", false},
                        {"libraries", Json::object()},
                        {"device", "cpu"},
                        {"threads", 1},
                        {"weights", Json::object()},
                        {"decoder", "d"},
                        {"started", "s"},
                        {"wall_seconds", 0.5}};
  json["canonical"] = true;
  json["overrides"] = Json::array();
  json["metrics"] = {{"clip_i", metric(clip)},
                     {"frozen_rate", metric(frozen, "lower", "frozen_rate@1")}};
  json["stories"] = Json::array();
  return json;
}

document::Result result_of(const Json& json) {
  return document::result_from_json(json, "mine.json");
}

class Normalise : public ::testing::Test {
 protected:
  [[nodiscard]] Anchors anchors(const Json& floor, const Json& ceiling) const {
    write_json_file(folder_.path() / "floor.json", floor);
    write_json_file(folder_.path() / "ceiling.json", ceiling);
    return {.floor = folder_.path() / "floor.json", .ceiling = folder_.path() / "ceiling.json"};
  }
  template <typename Problem>
  void expect_refusal(const Json& scored, const Json& floor, const Json& ceiling,
                      const std::string& named) const {
    document::Result result = result_of(scored);
    const document::Result before = result;
    try {
      normalise(result, anchors(floor, ceiling));
      FAIL() << "was accepted";
    } catch (const Problem& problem) {
      EXPECT_NE(std::string(problem.what()).find(named), std::string::npos) << problem.what();
    }
    EXPECT_TRUE(result == before);
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(Normalise, PutsTheFloorAtZeroAndTheCeilingAtOneWhicheverDirectionIsBetter) {
  document::Result result = result_of(document("mine", 0.7, 0.1));
  normalise(result, anchors(document("wrong-ip", 0.5, 0.4), document("gt-story", 0.9, 0.0)));
  EXPECT_DOUBLE_EQ(result.find_metric("clip_i")->normalised.value(), 0.5);
  EXPECT_DOUBLE_EQ(result.find_metric("frozen_rate")->normalised.value(), 0.75);
  EXPECT_DOUBLE_EQ(result.find_metric("clip_i")->mean.value(), 0.7);
  ASSERT_TRUE(result.normalised_between.has_value());
  EXPECT_EQ(result.normalised_between->floor.system, "wrong-ip");
  EXPECT_EQ(result.normalised_between->ceiling.system, "gt-story");
  EXPECT_EQ(result.normalised_between->floor.sha256.size(), 64U);
}

TEST_F(Normalise, IsNullWhereFloorAndCeilingAreEqualOrAMeanIsNull) {
  document::Result result = result_of(document("mine", 0.7, 0.1));
  Json ceiling = document("gt-story", 0.5, 0.0);
  ceiling["metrics"]["frozen_rate"]["mean"] = nullptr;
  normalise(result, anchors(document("wrong-ip", 0.5, 0.4), ceiling));
  for (const char* id : {"clip_i", "frozen_rate"}) {
    EXPECT_TRUE(result.find_metric(id)->has_normalised) << id;
    EXPECT_FALSE(result.find_metric(id)->normalised.has_value()) << id;
  }
}

TEST_F(Normalise, RefusesAnchorsThatWereComputedInAnotherWay) {
  Json floor = document("wrong-ip", 0.5, 0.4);
  floor["metrics"]["clip_i"]["signature"] = "clip_i@1 | enc=b";
  expect_refusal<NotComparable>(document("mine", 0.7, 0.1), floor, document("gt", 0.9, 0.0),
                                "enc=b");
}

TEST_F(Normalise, RefusesAnchorsOfAnotherSplit) {
  Json ceiling = document("gt", 0.9, 0.0);
  ceiling["split"]["sha256"] = std::string(64, 'b');
  expect_refusal<NotComparable>(document("mine", 0.7, 0.1), document("wrong-ip", 0.5, 0.4), ceiling,
                                "another split");
}

TEST_F(Normalise, RefusesAnchorsThatLackAMetric) {
  Json floor = document("wrong-ip", 0.5, 0.4);
  floor["metrics"].erase("clip_i");
  expect_refusal<BadInput>(document("mine", 0.7, 0.1), floor, document("gt", 0.9, 0.0), "clip_i");
}

}  // namespace
}  // namespace asbench::evaluation
