// A document that states what its own stories and shots don't give is refused, by the place and
// both values.
#include "document/consistency.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/means.h"
#include "tests/support/synthetic_result.h"
#include "tests/support/temporary_folder.h"

namespace asbench::document {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Two IPs of two stories; the shots of a story differ, so that HarMeanP is no square.
Json sound(const std::string& direction = "higher") {
  testing::SyntheticResult options;
  options.ips = 2;
  options.shots = 2;
  options.metrics = {"clip_i"};
  options.direction = direction;
  Json json = options.document();
  Json& metric = json["metrics"]["clip_i"];
  RunningMean mean, harmeanp, first, second, worst;
  for (int s = 0; s < 4; ++s) {
    const std::vector<double> shots{0.3 + 0.1 * s, 0.55};
    Json& story = json["stories"][static_cast<std::size_t>(s)]["metrics"]["clip_i"];
    for (std::size_t i = 0; i < 2; ++i) story["shots"][i]["value"] = shots[i];
    story["mean"] = (shots[0] + shots[1]) / 2;
    story["harmeanp"] =
        direction == "lower" ? harmeanp_of_distances(shots) : harmeanp_of_similarities(shots);
    story["worst"] = 0.1 * s;
    story["by_distance"] = Json::array({{{"distance", 1}, {"value", 0.2 * s}}});
    mean.add(story["mean"].get<double>());
    harmeanp.add(story["harmeanp"].get<double>());
    first.add(shots[0]);
    second.add(shots[1]);
    worst.add(0.1 * s);
  }
  metric["mean"] = *mean.value();
  metric["ci95"] = nullptr;
  metric["harmeanp"] = *harmeanp.value();
  metric["worst"] = *worst.value();
  metric["per_shot_index"] = {*first.value(), *second.value()};
  metric["by_distance"] =
      Json::array({{{"distance", 1}, {"value", 0.2 * 6 / 4}, {"n_stories", 4}}});
  metric["ips"] = {{"ip00", (0.425 + 0.475) / 2}, {"ip01", (0.525 + 0.575) / 2}};
  return json;
}

std::string refusal(const Json& json) {
  try {
    require_consistent(result_from_json(json, "r.json"));
  } catch (const BadInput& error) {
    return error.what();
  }
  return {};
}

TEST(Consistency, ASoundDocumentPassesWhicheverWayIsBetter) {
  EXPECT_EQ(refusal(sound()), "");
  EXPECT_EQ(refusal(sound("lower")), "");
}

TEST(Consistency, AnEditedMeanIsNamedWithBothValues) {
  Json json = sound();
  json["metrics"]["clip_i"]["mean"] = 0.9;
  EXPECT_THAT(
      refusal(json),
      AllOf(HasSubstr(
                "r.json: /metrics/clip_i/mean: the document states 0.9 and its stories give 0.5"),
            HasSubstr("Score the system again")));
}

TEST(Consistency, EveryNumberThatStoriesAndShotsGiveIsChecked) {
  struct Edit {
    const char* place;
    Json value;
    const char* named;
  };
  const Edit edits[] = {
      {"/metrics/clip_i/n_stories", 3, "/metrics/clip_i/n_stories"},
      {"/metrics/clip_i/harmeanp", 0.9, "/metrics/clip_i/harmeanp"},
      {"/metrics/clip_i/worst", 0.9, "/metrics/clip_i/worst"},
      {"/metrics/clip_i/ips/ip01", 0.9, "/metrics/clip_i/ips/ip01"},
      {"/metrics/clip_i/ips/ip02", 0.9, "/metrics/clip_i/ips/ip02"},
      {"/metrics/clip_i/per_shot_index/1", 0.9, "/metrics/clip_i/per_shot_index/1"},
      {"/metrics/clip_i/per_shot_index/1", nullptr, "states null"},
      {"/metrics/clip_i/by_distance/0/value", 0.9, "by_distance (distance 1)"},
      {"/metrics/clip_i/by_distance/0/n_stories", 1, "by_distance (distance 1)/n_stories"},
      {"/metrics/clip_i/n_evaluated", 7, "/metrics/clip_i/n_evaluated"},
      {"/metrics/clip_i/n_failed", 1, "n_evaluated + n_failed + n_skipped"},
      {"/metrics/clip_i/of_stories", 5, "/metrics/clip_i/of_stories"},
      {"/stories/2/metrics/clip_i/mean", 0.9, "/stories/2/metrics/clip_i/mean"},
      {"/stories/2/metrics/clip_i/harmeanp", 0.9, "/stories/2/metrics/clip_i/harmeanp"},
      {"/stories/2/metrics/clip_i/shots/0/value", 0.9, "/stories/2/metrics/clip_i/mean"},
      {"/stories/2/metrics/clip_i/shots/0/value", nullptr, "/stories/2/metrics/clip_i/mean"},
      {"/coverage/scored_shots", 7, "/coverage/scored_shots"},
      {"/coverage/expected_shots", 7, "/coverage/expected_shots"},
      {"/split/stories", 3, "/split/stories"},
      {"/split/ips", 1, "/split/ips"},
  };
  for (const auto& [place, value, named] : edits) {
    Json json = sound();
    json[Json::json_pointer(place)] = value;
    EXPECT_THAT(refusal(json), HasSubstr(named)) << place << " = " << value;
  }
}

TEST(Consistency, AStoryTakenAwayIsNoticed) {
  Json json = sound();
  json["stories"].erase(1);
  EXPECT_NE(refusal(json), "");
  json = sound();
  json["stories"] = Json::array();
  EXPECT_THAT(refusal(json), HasSubstr("/metrics/clip_i/"));
}

TEST(Consistency, RoundingIsAllowedAndNoMore) {
  Json json = sound();
  const double mean = json["metrics"]["clip_i"]["mean"].get<double>();
  json["metrics"]["clip_i"]["mean"] = mean + 5e-13;
  EXPECT_EQ(refusal(json), "");
  json["metrics"]["clip_i"]["mean"] = mean + 5e-12;
  EXPECT_NE(refusal(json), "");
}

/// The last shot of story 0 is missing and counts 0; the first of story 1 is negative and counts 0.
Json under_zero(bool states_what_counts) {
  Json json = sound();
  json["coverage"]["policy"] = "zero";
  json["coverage"]["scored_shots"] = 7;
  json["stories"][0]["shots"][1].erase("sha256");
  json["stories"][0]["shots"][1]["frames"] = Json::array();
  Json& metric = json["metrics"]["clip_i"];
  Json& missing = json["stories"][0]["metrics"]["clip_i"];
  Json& negative = json["stories"][1]["metrics"]["clip_i"];
  missing["shots"][1] = {{"value", nullptr}, {"frames", Json::array()}};
  negative["shots"][0]["value"] = -0.25;
  if (states_what_counts) {
    missing["shots"][1]["counted"] = 0.0;
    negative["shots"][0]["counted"] = 0.0;
  }
  missing["mean"] = 0.15;
  missing["harmeanp"] = 0.0;
  negative["mean"] = 0.275;
  negative["harmeanp"] = 0.0;
  metric["n_evaluated"] = 7;
  metric["n_failed"] = 1;
  RunningMean mean, harmeanp;
  for (const Json& story : json["stories"]) {
    mean.add(story["metrics"]["clip_i"]["mean"].get<double>());
    harmeanp.add(story["metrics"]["clip_i"]["harmeanp"].get<double>());
  }
  metric["mean"] = *mean.value();
  metric["harmeanp"] = *harmeanp.value();
  metric["per_shot_index"] = {(0.3 + 0.0 + 0.5 + 0.6) / 4, (0.0 + 3 * 0.55) / 4};
  metric["ips"]["ip00"] = (0.15 + 0.275) / 2;
  return json;
}

TEST(Consistency, UnderZeroShotsCountAsTheDocumentSays) {
  EXPECT_EQ(refusal(under_zero(true)), "");
  Json json = under_zero(true);
  json["stories"][0]["metrics"]["clip_i"]["shots"][1]["counted"] = 0.5;
  EXPECT_THAT(refusal(json), HasSubstr("/stories/0/metrics/clip_i/mean"));
}

TEST(Consistency, OlderDocumentsUnderZeroAreCheckedFromTheirStoriesOn) {
  EXPECT_EQ(refusal(under_zero(false)), "");
  Json json = under_zero(false);
  json["metrics"]["clip_i"]["mean"] = 0.9;
  EXPECT_THAT(refusal(json), HasSubstr("/metrics/clip_i/mean"));
}

TEST(Consistency, ValuesOfPairsAreCheckedFromTheirStoriesOn) {
  Json json = sound();
  json["metrics"]["clip_i"]["signature"] = "cross@1 | agg=pair>story>system | missing=fail";
  for (Json& story : json["stories"]) {
    story["metrics"]["clip_i"].erase("harmeanp");
    story["metrics"]["clip_i"]["shots"] = Json::array();
  }
  json["metrics"]["clip_i"].erase("harmeanp");
  EXPECT_EQ(refusal(json), "");
  json["metrics"]["clip_i"]["mean"] = 0.9;
  EXPECT_THAT(refusal(json), HasSubstr("/metrics/clip_i/mean"));
}

TEST(Consistency, SetLevelMetricsAndPublishedResultsHaveNothingToBeCheckedBy) {
  Json json = sound();
  json["metrics"]["fvd"] = {{"signature", "fvd@1 | N=8"},
                            {"direction", "lower"},
                            {"mean", 100.0},
                            {"ci95", nullptr},
                            {"n_stories", 4},
                            {"n_evaluated", 8},
                            {"n_failed", 0},
                            {"n_skipped", 0}};
  EXPECT_EQ(refusal(json), "");
  EXPECT_THAT(without_stories(result_from_json(json, "r.json")), ElementsAre("fvd"));
  json["system"]["kind"] = "reported";
  json["metrics"]["clip_i"]["mean"] = 0.9;
  EXPECT_EQ(refusal(json), "");
}

TEST(Consistency, ReadingAFileChecksIt) {
  const testing::TemporaryFolder folder;
  Json json = sound();
  write_json_file(folder / "r.json", json);
  EXPECT_EQ(read_result(folder / "r.json").metrics.size(), 1U);
  json["metrics"]["clip_i"]["mean"] = 0.9;
  write_json_file(folder / "r.json", json);
  EXPECT_THROW(static_cast<void>(read_result(folder / "r.json")), BadInput);
}

}  // namespace
}  // namespace asbench::document
