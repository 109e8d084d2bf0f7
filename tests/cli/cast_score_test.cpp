// Splits whose stories have several characters, through the whole program: each shot is judged
// against those whom it shows, prologues are left out unless the protocol takes them in, and the
// document says which pictures a story was compared with.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/schema.h"
#include "tests/cli/mini_benchmark.h"
#include "tests/support/video_maker.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr const char* kMetrics =
    "clip_i,cross_shot_clip,character_consistency_clip,scene_consistency_clip,recurrence_clip";

class CastScore : public WithMiniBenchmark {
 protected:
  /// A manifest of the small world in which every story has Ant and Bee.
  /// @param shown  by shot, of every story
  static fs::path manifest(const std::string& name, const std::vector<Json>& shown) {
    const fs::path folder = mini().root();
    make_picture(folder / "ant.png", made_frame({.seed = 21}, 3));
    make_picture(folder / "bee.png", made_frame({.seed = 22}, 7));
    const fs::path file = folder / (name + "-split.json");
    const auto written =
        run_program(asbench_program(),
                    {"inspect", "--split", mini().split().string(), "--write", file.string()});
    EXPECT_EQ(written.exit_code, 0) << written.err;
    Json split = read_json_file(file);
    for (Json& story : split["stories"]) {
      story["characters"] = Json::parse(
          R"([{"id": "Ant", "references": [{"file": "ant.png"}]},
              {"id": "Bee", "references": [{"file": "bee.png"}]}])");
      for (std::size_t s = 0; s < shown.size(); ++s) {
        story["shots"][s]["characters"] = shown[s];
        story["shots"][s]["scene"] = s < 2 ? "Hall" : "Yard";
      }
    }
    write_json_file(file, split);
    return file;
  }
  static ProgramResult score(const std::string& name, const fs::path& split,
                             const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"--split", split.string(), "--metrics", kMetrics};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return mini().score(name, arguments);
  }
  /// Each shot's value in all stories.
  static std::vector<Json> values(const std::string& name, const std::string& metric) {
    std::vector<Json> all;
    const Json document = mini().document(name);
    for (const Json& story : document.at("stories")) {
      for (const Json& shot : story.at("metrics").at(metric).at("shots"))
        all.push_back(shot.at("value"));
    }
    return all;
  }
};

TEST_F(CastScore, EachShotIsJudgedAgainstThoseWhomItShows) {
  const Json ant = Json::array({"Ant"});
  const Json bee = Json::array({"Bee"});
  const Json both = Json::array({"Ant", "Bee"});
  ASSERT_EQ(score("ant", manifest("ant", {ant, ant, ant, ant})).exit_code, 0);
  ASSERT_EQ(score("bee", manifest("bee", {bee, bee, bee, bee})).exit_code, 0);
  const auto run = score("mixed", manifest("mixed", {ant, both, bee, Json::array()}));
  ASSERT_EQ(run.exit_code, 0) << run.err;
  check_schema(mini().document("mixed"), "result", "mixed.json");
  const auto of_ant = values("ant", "clip_i");
  const auto of_bee = values("bee", "clip_i");
  const auto mixed = values("mixed", "clip_i");
  ASSERT_EQ(mixed.size(), 12U);
  for (std::size_t s = 0; s < mixed.size(); s += 4) {
    const double of_both = (of_ant[s + 1].get<double>() + of_bee[s + 1].get<double>()) / 2;
    EXPECT_EQ(mixed[s], of_ant[s]);
    EXPECT_NEAR(mixed[s + 1].get<double>(), of_both, 1e-14);
    EXPECT_EQ(mixed[s + 2], of_bee[s + 2]);
    EXPECT_TRUE(mixed[s + 3].is_null());
  }
  EXPECT_NE(of_ant, of_bee);
}

TEST_F(CastScore, ConsistencyIsGroupedByCharacterAndScene) {
  const Json ant = Json::array({"Ant"});
  const Json bee = Json::array({"Bee"});
  const auto run = score("grouped", manifest("grouped", {ant, bee, ant, bee}));
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json metrics = mini().document("grouped").at("metrics");
  // 1-3 and 2-4 share a character, and so recur; 1-2 and 3-4 a scene.
  EXPECT_EQ(metrics.at("character_consistency_clip").at("n_evaluated"), 6);
  EXPECT_EQ(metrics.at("scene_consistency_clip").at("n_evaluated"), 6);
  EXPECT_EQ(metrics.at("recurrence_clip").at("mean"),
            metrics.at("character_consistency_clip").at("mean"));
  EXPECT_NE(metrics.at("scene_consistency_clip").at("mean"),
            metrics.at("character_consistency_clip").at("mean"));
}

TEST_F(CastScore, TheDocumentNamesThePicturesOfEachStory) {
  const Json both = Json::array({"Ant", "Bee"});
  ASSERT_EQ(score("pictures", manifest("pictures", {both, both, both, both})).exit_code, 0);
  const Json references = mini().document("pictures").at("references");
  EXPECT_EQ(references.size(), 3U);  // the stories; no IP is a character
  for (const auto& [story, pictures] : references.items()) EXPECT_EQ(pictures.size(), 2U) << story;
  const auto page =
      run_program(asbench_program(), {"report", (mini().root() / "pictures.json").string(), "--out",
                                      (mini().root() / "page.html").string()});
  EXPECT_EQ(page.exit_code, 0) << page.err;
}

TEST_F(CastScore, ProloguesAreScoredOnlyWhereTheProtocolSaysSo) {
  const Json ant = Json::array({"Ant"});
  const fs::path file = manifest("prologue", {ant, ant, ant, ant});
  Json split = read_json_file(file);
  for (Json& story : split["stories"]) story["shots"][0]["prologue_or_epilogue"] = true;
  write_json_file(file, split);
  ASSERT_EQ(score("without", file).exit_code, 0);
  const Json without = mini().document("without");
  EXPECT_EQ(without.at("split").at("shots"), 9);
  EXPECT_EQ(values("without", "clip_i").size(), 9U);
  EXPECT_EQ(without.at("stories")[0].at("shots")[0].at("shot"), 2);

  Json protocol = read_json_file(source_folder() / "configs/protocols/animeshooter-v1.json");
  protocol["prologue"] = "include";
  write_json_file(mini().root() / "include.json", protocol);
  ASSERT_EQ(
      score("with", file, {"--protocol", (mini().root() / "include.json").string()}).exit_code, 0);
  const Json with = mini().document("with");
  EXPECT_EQ(values("with", "clip_i").size(), 12U);
  EXPECT_EQ(with.at("split").at("sha256"), without.at("split").at("sha256"));
  EXPECT_THAT(with.at("metrics").at("clip_i").at("signature").get<std::string>(),
              HasSubstr("prologue=include"));
}

TEST_F(CastScore, ACharacterWithoutAReferenceStopsTheRunUnlessItIsLeftOut) {
  const Json ant = Json::array({"Ant"});
  const Json both = Json::array({"Ant", "Bee"});
  const fs::path file = manifest("lost", {ant, both, ant, ant});
  Json split = read_json_file(file);
  split["stories"][0]["characters"][1].erase("references");
  write_json_file(file, split);
  const auto refused = score("lost", file);
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("character Bee"));
  EXPECT_EQ(score("lost", file, {"--missing", "exclude"}).exit_code, 0);
  EXPECT_FALSE(values("lost", "clip_i")[1].is_null()) << "Ant is judged";
}

}  // namespace
}  // namespace asbench::testing
