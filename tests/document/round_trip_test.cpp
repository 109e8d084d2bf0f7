// What is written is what is read, and a document written earlier is written again as it was.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/files.h"
#include "document/result.h"
#include "tests/document/every_field.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"

namespace asbench::document {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

/// The differing places, for a readable failure.
std::string difference(const Json& a, const Json& b) {
  return nlohmann::json::diff(nlohmann::json::parse(a.dump()), nlohmann::json::parse(b.dump()))
      .dump(1);
}

TEST(RoundTrip, KeepsEveryField) {
  const Result result = testing::result_with_every_field();
  const Json document = to_json(result);
  const Result again = result_from_json(document, result.where);
  EXPECT_EQ(difference(document, to_json(again)), "[]");
  EXPECT_TRUE(again == result);
}

TEST(RoundTrip, KeepsWhatIsLeftOut) {
  Result result = testing::result_with_every_field();
  result.coverage.layout.clear();
  result.demo_encoders.clear();
  result.note.clear();
  result.normalised_between.reset();
  result.real_stories.reset();
  result.provenance.stages.reset();
  result.provenance.products.reset();
  auto& metric = result.metrics.front();
  metric.description = {};
  metric.ci95.reset();
  metric.real_ceiling.reset();
  metric.harmeanp.reset();
  metric.has_normalised = false;
  metric.normalised.reset();
  metric.real_stories.reset();
  metric.per_shot_index.clear();
  metric.ips = {};
  const Json document = to_json(result);
  const Json& written = document.at("metrics").at("clip_i");
  EXPECT_TRUE(written.at("real_ceiling").is_null());
  EXPECT_TRUE(written.at("harmeanp").is_null());
  EXPECT_EQ(written.at("ips"), Json::object());
  EXPECT_EQ(written.at("per_shot_index"), Json::array());
  EXPECT_FALSE(written.contains("normalised"));
  EXPECT_FALSE(document.contains("demo_encoders"));
  EXPECT_FALSE(document.at("system").contains("note"));
  EXPECT_TRUE(document.at("provenance").at("products").is_null());
  const Json& set = document.at("metrics").at("fvd");
  EXPECT_FALSE(set.contains("ips") || set.contains("per_shot_index") || set.contains("harmeanp"));
  const Result again = result_from_json(document, result.where);
  EXPECT_TRUE(again == result);
}

TEST(RoundTrip, KeepsTheOrderOfKeys) {
  const Json document = to_json(testing::result_with_every_field());
  EXPECT_THAT(keys_of(document),
              ElementsAre("schema", "system", "protocol", "split", "coverage", "provenance",
                          "canonical", "overrides", "demo_encoders", "references", "metrics",
                          "stories", "normalised_between", "real_stories"));
  EXPECT_THAT(keys_of(document.at("metrics").at("clip_i")),
              ElementsAre("signature", "description", "direction", "mean", "ci95", "n_stories",
                          "of_stories", "n_evaluated", "n_failed", "n_skipped", "per_shot_index",
                          "harmeanp", "real_ceiling", "real_stories", "worst", "adjacent",
                          "by_distance", "ips", "normalised"));
  EXPECT_THAT(keys_of(document.at("stories").at(0).at("shots").at(0)),
              ElementsAre("shot", "caption", "audio_prompt", "audio_type", "audio_context",
                          "frames", "frame_count", "fps", "width", "height", "seconds", "sha256",
                          "nearest", "columns"));
  EXPECT_THAT(keys_of(document.at("references")), ElementsAre("b", "a"));
}

TEST(RoundTrip, WritesCountsAsIntegers) {
  const Json set = to_json(testing::result_with_every_field()).at("metrics").at("fvd");
  EXPECT_TRUE(set.at("n_real").is_number_integer());
  EXPECT_EQ(set.at("n_real"), 12);
  EXPECT_TRUE(set.at("mean_term").is_number_float());
}

TEST(RoundTrip, ADocumentWrittenEarlierIsWrittenAgainAsItWas) {
  const Json document = read_json_file(testing::source_folder() / "tests/document/earlier.json");
  const Json again = to_json(result_from_json(document, "earlier.json"));
  EXPECT_EQ(difference(document, again), "[]");
  EXPECT_EQ(document.dump(1), again.dump(1)) << "also the order of keys and the digits";
}

TEST(RoundTrip, PublishedResultsStayReadable) {
  for (const auto& entry :
       std::filesystem::directory_iterator(testing::source_folder() / "configs" / "reported")) {
    const Result published = read_result(entry.path());
    EXPECT_EQ(published.kind, ResultKind::reported);
    EXPECT_TRUE(published.provenance.further.contains("source")) << entry.path();
    EXPECT_TRUE(result_from_json(to_json(published), published.where) == published);
  }
}

TEST(Writer, ReplacesBytesThatAreNotUtf8) {
  Result result = testing::result_with_every_field();
  result.system = "caf\xe9";
  result.stories[0].shots[0].columns = {{"na\xefve", "\xff"}};
  const Json document = to_json(result);
  EXPECT_EQ(document.at("system").at("name"), "caf\xef\xbf\xbd");
  EXPECT_EQ(document.at("stories").at(0).at("shots").at(0).at("columns"),
            (Json{{"na\xef\xbf\xbdve", "\xef\xbf\xbd"}}));
}

TEST(Writer, RefusesAPartThatTheDescriptionDoesNotList) {
  Result result = testing::result_with_every_field();
  result.stories[0].metrics["clip_i"].shots[0].parts.emplace("surprise", 1.0);
  try {
    static_cast<void>(to_json(result));
    FAIL() << "was written";
  } catch (const InternalError& error) {
    EXPECT_THAT(error.what(), HasSubstr("/stories/0/metrics/clip_i/shots/0/surprise"));
  }
}

TEST(Writer, RefusesAPartWithTheNameOfAFieldAndAMetricThatIsListedTwice) {
  for (const char* name : {"mean", "ips", "normalised"}) {
    Result result = testing::result_with_every_field();
    result.metrics[0].description.parts.emplace_back(name);
    result.metrics[0].parts.emplace(name, 1.0);
    EXPECT_THROW(static_cast<void>(to_json(result)), InternalError) << name;
  }
  Result result = testing::result_with_every_field();
  result.metrics.push_back(result.metrics[0]);
  EXPECT_THROW(static_cast<void>(to_json(result)), InternalError);
}

TEST(Writer, RefusesWhatTheSchemaRefuses) {
  Result result = testing::result_with_every_field();
  result.system.clear();
  EXPECT_THROW(static_cast<void>(to_json(result)), BadInput);
}

TEST(Writer, WritesTheTextOfTheDocumentHoweverManyStoriesThereAre) {
  const testing::TemporaryFolder folder;
  Result result = testing::result_with_every_field();
  const ResultStory story = result.stories[0];
  for (const std::size_t count : {0, 1, 255, 256, 257, 600}) {
    result.stories.assign(count, story);
    for (std::size_t i = 0; i < count; ++i) result.stories[i].id = fmt::format("story {}", i);
    write_result(folder / "r.json", result);
    EXPECT_EQ(read_text_file(folder / "r.json"), to_json(result).dump(1) + "\n") << count;
  }
}

TEST(Writer, WritesNothingWhenAStoryFarBehindIsRefused) {
  const testing::TemporaryFolder folder;
  Result result = testing::result_with_every_field();
  result.stories.assign(600, result.stories[0]);
  result.stories[599].shots[0].number = 0;
  try {
    write_result(folder / "r.json", result);
    FAIL() << "was written";
  } catch (const BadInput& error) {
    EXPECT_THAT(error.what(), HasSubstr("from story 512 on"));
    EXPECT_THAT(error.what(), HasSubstr("[stories][87]"));
  }
  EXPECT_TRUE(list_folder(folder.path()).empty());
}

TEST(Writer, WritesAFileThatTheReaderTakes) {
  const testing::TemporaryFolder folder;
  Result result = testing::result_with_every_field();
  result.where = (folder / "r.json").string();
  write_result(folder / "r.json", result);
  EXPECT_TRUE(read_result(folder / "r.json") == result);
}

}  // namespace
}  // namespace asbench::document
