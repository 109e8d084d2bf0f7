// The typed view of a result document: what it reads, and what it refuses by name.
#include "document/result.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/error.h"
#include "tests/support/synthetic_result.h"
#include "tests/support/temporary_folder.h"

namespace asbench::document {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

Json sound() {
  testing::SyntheticResult options;
  options.ips = 2;
  options.metrics = {"clip_i", "frozen_rate"};
  options.value = [](int metric, int story) { return metric == 0 ? 0.5 + 0.1 * story : 0.0; };
  return options.document();
}

/// The message of the refusal; empty when the document is taken.
std::string refusal(const Json& document) {
  try {
    static_cast<void>(result_from_json(document, "r.json"));
  } catch (const BadInput& error) {
    return error.what();
  }
  return {};
}

TEST(Result, SaysWhenADocumentIsNoResultOrOfAnotherVersion) {
  EXPECT_THAT(refusal(Json::object({{"a", 1}})),
              ::testing::HasSubstr(
                  "r.json: not a result document: its \"schema\" should be \"asbench/result@1\""));
  EXPECT_THAT(refusal(Json::array()), ::testing::HasSubstr("not a result document"));
  Json later = sound();
  later["schema"] = "asbench/result@9";
  EXPECT_THAT(refusal(later),
              ::testing::HasSubstr(
                  "its schema is \"asbench/result@9\", this program reads \"asbench/result@1\""));
}

TEST(Result, ReadsEveryFieldOfADocument) {
  Json json = sound();
  json["coverage"]["findings"].push_back(
      {{"kind", "short_shot"}, {"story", "ip00/0"}, {"shot", 2}, {"detail", "3 frames"}});
  json["demo_encoders"] = {"asbench/mini-clip"};
  json["references"] = {{"ip00", {std::string(64, 'b')}}};
  json["overrides"] = {"frames=ends:5"};
  json["metrics"]["clip_i"]["by_distance"] =
      Json::array({{{"distance", 1}, {"value", 0.25}, {"n_stories", 4}}});
  json["metrics"]["clip_i"]["adjacent"] = 0.125;
  json["metrics"]["clip_i"]["normalised"] = nullptr;
  json["metrics"]["clip_i"]["ips"] = {{"ip01", 0.75}, {"ip00", nullptr}};
  const Result result = result_from_json(json, "r.json");

  EXPECT_EQ(result.system, "synthetic");
  EXPECT_EQ(result.kind, ResultKind::submission);
  EXPECT_EQ(result.settings.at("frames"), "midpoint:5");
  EXPECT_EQ(result.split.stories, 4);
  EXPECT_EQ(result.coverage.policy, "fail");
  EXPECT_THAT(result.coverage.findings,
              ElementsAre(Finding{"short_shot", "ip00/0", 2, "3 frames"}));
  EXPECT_THAT(result.demo_encoders, ElementsAre("asbench/mini-clip"));
  EXPECT_THAT(result.references, ElementsAre(Pair("ip00", ElementsAre(std::string(64, 'b')))));
  ASSERT_EQ(result.metrics.size(), 2U);
  const ResultMetric& clip = result.metrics.front();
  EXPECT_EQ(clip.id, "clip_i");
  EXPECT_EQ(clip.direction, ResultDirection::higher);
  EXPECT_NEAR(*clip.mean, 0.65, 1e-15);
  EXPECT_EQ(clip.parts.at("adjacent"), 0.125);
  EXPECT_FALSE(clip.normalised.has_value());
  EXPECT_EQ(clip.by_distance.at(0).n_stories, 4);
  EXPECT_THAT(clip.ips, ElementsAre(Pair("ip01", ResultValue(0.75)), Pair("ip00", ResultValue())));
  ASSERT_EQ(result.stories.size(), 4U);
  EXPECT_EQ(result.stories[1].id, "ip00/1");
  EXPECT_EQ(result.stories[1].ip, "ip00");
  EXPECT_EQ(result.stories[1].shots.at(3).number, 4);
  EXPECT_EQ(result.stories[1].shots.at(3).frames.size(), 5U);
  EXPECT_EQ(result.stories[1].metrics.at("clip_i").shots.at(0).frames.size(), 5U);
  EXPECT_EQ(result.find_metric("nothing"), nullptr);
}

TEST(Result, AMetricMayHaveNoStoryValuesAtAll) {
  Json json = sound();
  json["metrics"]["fvd"] = json["metrics"]["clip_i"];
  EXPECT_EQ(result_from_json(json, "r.json").stories.front().metrics.count("fvd"), 0U);
}

TEST(Result, ReadsFromAFile) {
  const testing::TemporaryFolder folder;
  write_json_file(folder / "r.json", sound());
  EXPECT_EQ(read_result(folder / "r.json").where, (folder / "r.json").string());
  EXPECT_THROW(static_cast<void>(read_result(folder / "absent.json")), SystemFault);
  write_file_atomically(folder / "r.json", R"({"schema": 1, "schema": 2})");
  EXPECT_THROW(static_cast<void>(read_result(folder / "r.json")), BadInput);
}

TEST(Result, RefusesWhatTheSchemaRefuses) {
  Json json = sound();
  json["metrics"]["clip_i"]["direction"] = "up";
  EXPECT_THAT(refusal(json), AllOf(HasSubstr("r.json"), HasSubstr("direction")));
  for (const auto& other : {Json(), Json(3), Json::array(), Json::object()})
    EXPECT_NE(refusal(other), "");
}

TEST(Result, RefusesAStoryThatOccursTwice) {
  Json json = sound();
  json["stories"].push_back(json["stories"][1]);
  EXPECT_THAT(refusal(json), AllOf(HasSubstr("/stories/4"), HasSubstr("ip00/1 occurs twice")));
}

TEST(Result, RefusesAStoryWithoutAnIp) {
  Json json = sound();
  json["stories"][2]["ip"] = "";
  EXPECT_THAT(refusal(json), HasSubstr("story ip01/0 names no IP"));
}

TEST(Result, RefusesStoryValuesOfAMetricThatTheDocumentDoesNotDescribe) {
  Json json = sound();
  json["metrics"].erase("frozen_rate");
  EXPECT_THAT(refusal(json), HasSubstr("/stories/0/metrics/frozen_rate"));
}

TEST(Result, RefusesNumbersThatAreNone) {
  Json json = sound();
  json["metrics"]["clip_i"]["mean"] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(refusal(json), AllOf(HasSubstr("/metrics/clip_i"), HasSubstr("not a finite number")));
}

TEST(Result, RefusesIntegersThatDoNotFit) {
  Json json = sound();
  json["metrics"]["clip_i"]["n_evaluated"] = std::int64_t{1} << 40;
  EXPECT_THAT(refusal(json), HasSubstr("expected an integer"));
  json = sound();
  json["stories"][0]["shots"][0]["frames"][0] = -1;
  EXPECT_THAT(refusal(json), HasSubstr("expected an integer from 0 on"));
}

TEST(Result, RefusesReversedIntervals) {
  Json json = sound();
  json["metrics"]["clip_i"]["ci95"] = {0.7, 0.6};
  EXPECT_THAT(refusal(json), HasSubstr("wrong way round"));
}

TEST(Result, RefusesValuesOfAnotherNumberOfShots) {
  Json json = sound();
  json["stories"][0]["metrics"]["clip_i"]["shots"].erase(0);
  EXPECT_THAT(refusal(json), HasSubstr("values of 3 shots for the 4 of story ip00/0"));
}

TEST(Result, TakesEveryFurtherNumberOfAMetricAsAPart) {
  Json json = sound();
  json["metrics"]["clip_i"]["n_real"] = 12;
  json["metrics"]["clip_i"]["fvd_inf"] = nullptr;
  json["stories"][0]["metrics"]["clip_i"]["worst"] = 0.25;
  json["stories"][0]["metrics"]["clip_i"]["shots"][1]["pixels"] = 0.5;
  const Result result = result_from_json(json, "r.json");
  EXPECT_THAT(result.metrics[0].parts,
              ElementsAre(Pair("n_real", ResultValue(12.0)), Pair("fvd_inf", ResultValue())));
  const StoryMetric& story = result.stories[0].metrics.at("clip_i");
  EXPECT_THAT(story.parts, ElementsAre(Pair("worst", ResultValue(0.25))));
  EXPECT_THAT(story.shots[1].parts, ElementsAre(Pair("pixels", ResultValue(0.5))));
}

TEST(Result, RefusesPartsThatAreNotNumbers) {
  for (const char* place : {"/metrics/clip_i/extra", "/stories/0/metrics/clip_i/extra",
                            "/stories/0/metrics/clip_i/shots/0/extra"}) {
    Json json = sound();
    json[Json::json_pointer(place)] = "0.5";
    EXPECT_THAT(refusal(json), HasSubstr("r.json")) << place;
    json[Json::json_pointer(place)] = std::numeric_limits<double>::infinity();
    EXPECT_THAT(refusal(json), AllOf(HasSubstr(place), HasSubstr("not a finite number")));
    json[Json::json_pointer(place)] = 0.5;
    EXPECT_EQ(refusal(json), "") << place;
  }
}

TEST(Result, ARangeIsItsLowEndThenItsHighEnd) {
  Json json = sound();
  json["metrics"]["clip_i"]["description"] = {
      {"title", "T"}, {"family", "f"}, {"kind", "headline"}, {"range", {-1.0, nullptr}}};
  const auto description = result_from_json(json, "r.json").metrics[0].description;
  EXPECT_EQ(description.range_low, ResultValue(-1.0));
  EXPECT_EQ(description.range_high, ResultValue());
}

TEST(Result, RefusesPartsThatTheDescriptionDoesNotList) {
  for (const char* place : {"/metrics/clip_i/surprise", "/stories/2/metrics/clip_i/surprise",
                            "/stories/2/metrics/clip_i/shots/0/surprise"}) {
    Json json = sound();
    json["metrics"]["clip_i"]["description"] = {
        {"title", "T"}, {"family", "f"}, {"kind", "headline"}, {"parts", {"worst"}}};
    json["metrics"]["clip_i"]["worst"] = 0.1;
    EXPECT_EQ(refusal(json), "");
    json[Json::json_pointer(place)] = 0.5;
    EXPECT_THAT(refusal(json), AllOf(HasSubstr(place), HasSubstr("lists worst")));
    json["metrics"]["clip_i"]["description"]["parts"].push_back("surprise");
    EXPECT_EQ(refusal(json), "");
    json = sound();
    json["metrics"]["clip_i"]["description"] = {
        {"title", "T"}, {"family", "f"}, {"kind", "headline"}};
    json[Json::json_pointer(place)] = 0.5;
    EXPECT_THAT(refusal(json), HasSubstr(place)) << "a description that lists no parts has none";
  }
}

TEST(Result, RefusesShotsWithUnknownFields) {
  Json json = sound();
  json["stories"][0]["shots"][0]["mystery"] = 1;
  EXPECT_THAT(refusal(json), HasSubstr("mystery"));
}

TEST(Result, NamesThePlaceInsideListsAndObjects) {
  Json json = sound();
  json["stories"][1]["metrics"]["clip_i"]["shots"][2]["frames"][3] =
      std::numeric_limits<double>::infinity();
  EXPECT_THAT(refusal(json), HasSubstr("/stories/1/metrics/clip_i/shots/2/frames/3: not a finite"));
}

TEST(Result, RefusesTextThatIsNoUtf8) {
  Json json = sound();
  json["system"]["name"] = "\xff\xfe";
  EXPECT_NE(refusal(json), "");
}

}  // namespace
}  // namespace asbench::document
