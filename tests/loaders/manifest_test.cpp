#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/schema.h"
#include "loaders/selection.h"
#include "loaders/split.h"
#include "loaders/splits/common.h"
#include "tests/loaders/split_samples.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/video_maker.h"

namespace asbench::loaders {
namespace {

using testing::TemporaryFolder;

std::string refusal(const Json& manifest) {
  try {
    const Split split = parse_manifest(manifest.dump(), "test.json", {});
    return "was read";
  } catch (const BadInput& error) {
    return error.what();
  }
}

Json small_manifest() {
  return Json::parse(R"({"schema": "asbench/split@1", "name": "small", "ips": [{"id": "ip"}],
    "stories": [{"id": "ip/1", "ip": "ip", "shots": [{"caption": "one"}, {"caption": null}]}]})");
}

TEST(Manifest, RoundTripsEverythingThatASplitHolds) {
  const TemporaryFolder folder;
  for (const char* form : {"demo", "test-set"}) {
    const auto source = folder / form;
    form == std::string("demo") ? testing::make_demo_split(source)
                                : testing::make_test_set_split(source);
    const Split split = read_split(source);
    const auto file = folder / "elsewhere" / "split.json";
    std::filesystem::create_directories(file.parent_path());
    const Json manifest = split_to_manifest(split, file.parent_path());
    EXPECT_NO_THROW(check_schema(manifest, "split", "manifest"));
    write_json_file(file, manifest);

    const Split again = read_split(file);
    EXPECT_EQ(again.form, "manifest");
    EXPECT_EQ(again.name, split.name);
    EXPECT_EQ(again.sha256, split.sha256);
    EXPECT_EQ(again.stories, split.stories);
    EXPECT_TRUE(again.findings.empty());
    ASSERT_EQ(again.ips.size(), split.ips.size());
    for (std::size_t i = 0; i < split.ips.size(); ++i) {
      EXPECT_EQ(again.ips[i].reference_sha256, split.ips[i].reference_sha256);
      EXPECT_EQ(again.ips[i].clips.size(), split.ips[i].clips.size());
    }
    EXPECT_EQ(split_to_manifest(again, file.parent_path()), manifest);
  }
}

TEST(Manifest, KeepsShotNumbersThatAReaderSkippedOver) {
  Split split = testing::made_split(1, 1, 3);
  split.stories[0].shots.erase(split.stories[0].shots.begin() + 1);
  split.stories[0].shots[0].descriptive_caption = "long";
  split.stories[0].shots[1].audio_prompt = "two  spaces\nand a line";
  finish_split(split);
  Split again = parse_manifest(split_to_manifest(split, "/").dump(), "m", {});
  finish_split(again);
  split.stories[0].place = 1;  // which a manifest states
  EXPECT_EQ(again.stories, split.stories);
}

TEST(Manifest, KeepsItsOwnOrderWhichChangesNoHash) {
  Json manifest = Json::parse(R"({"schema": "asbench/split@1", "name": "small",
    "ips": [{"id": "b", "name": "Bee"}, {"id": "a"}],
    "stories": [{"id": "b/10", "ip": "b", "shots": [{"caption": "one"}]},
                {"id": "a/1", "ip": "a", "shots": [{"caption": "two"}]},
                {"id": "b/9", "ip": "b", "shots": []},
                {"id": "b/2", "ip": "b", "shots": [{"caption": "three"}]}]})");
  const Split split = parse_manifest(manifest.dump(), "m", {});
  const auto ids = [](const Split& of) {
    std::string text;
    for (const Story& story : of.stories) text += story.id + " ";
    return text;
  };
  Split finished = split;
  finish_split(finished);
  EXPECT_EQ(ids(finished), "b/10 a/1 b/2 ");
  EXPECT_EQ(finished.ips.front().id, "b");
  EXPECT_EQ(finished.stories.front().name, "Bee");
  EXPECT_EQ(ids(with_lost_stories(finished)), "b/10 a/1 b/9 b/2 ");
  EXPECT_EQ(ids(select(finished, {.limit = 3})), "b/10 a/1 ") << "the lost story is the third";
  std::swap(manifest["stories"][0], manifest["stories"][3]);
  std::swap(manifest["ips"][0], manifest["ips"][1]);
  Split other = parse_manifest(manifest.dump(), "m", {});
  finish_split(other);
  EXPECT_EQ(ids(other), "b/2 a/1 b/10 ");
  EXPECT_EQ(other.sha256, finished.sha256);
  EXPECT_EQ(split_to_manifest(finished, "/")["ips"][0]["name"], "Bee");
}

TEST(Manifest, ReportsAReferenceThatIsGoneOrHasChanged) {
  const TemporaryFolder folder;
  testing::make_demo_split(folder.path());
  write_json_file(folder / "m.json", split_to_manifest(read_split(folder.path()), folder.path()));
  std::filesystem::remove(folder / "alpha_ref.png");
  testing::make_picture(folder / "beta_ref.png", testing::made_frame({.seed = 5}, 1));
  const Split split = read_split(folder / "m.json");
  EXPECT_EQ(testing::count_of(split.findings, "missing_reference"), 1);
  EXPECT_EQ(testing::count_of(split.findings, "reference_changed"), 1);
}

TEST(Manifest, TakesAReferenceWhoseNameDiffersInCase) {
  const TemporaryFolder folder;
  testing::make_picture(folder / "cat/reference.png", testing::made_frame({}, 0));
  const auto manifest = folder / "split.json";
  testing::write_text(manifest, R"({"schema": "asbench/split@1", "name": "x",
    "ips": [{"id": "cat", "references": [{"file": "cat/Reference.PNG"}]}],
    "stories": [{"id": "cat/0", "ip": "cat", "shots": [{"caption": "a"}]},
                {"id": "cat/1", "ip": "cat", "shots": []}]})");
  const Split split = read_split(manifest);
  EXPECT_EQ(split.ip("cat").references.size(), 1U);
  EXPECT_EQ(testing::count_of(split.findings, "other_file_used"), 1);
  EXPECT_EQ(testing::count_of(split.findings, "empty_story"), 1);
  EXPECT_EQ(split.lost, (std::vector<LostStory>{{"cat/1", "cat", 1, 2}}));
}

TEST(Manifest, FillsInNumbersAndPrompts) {
  const Split split = parse_manifest(small_manifest().dump(), "m", {});
  ASSERT_EQ(split.stories.size(), 1U);
  EXPECT_EQ(split.stories[0].prompt, "1");
  EXPECT_EQ(split.stories[0].shots[1].number, 2);
  EXPECT_EQ(testing::count_of(split.findings, "missing_caption"), 1);
  EXPECT_EQ(testing::count_of(split.findings, "missing_reference"), 1);
}

TEST(Manifest, IsRefusedWhenItDoesNotFitTheSchema) {
  Json extra = small_manifest();
  extra["extra"] = 1;
  EXPECT_NE(refusal(extra).find("does not fit the schema"), std::string::npos) << refusal(extra);
  Json version = small_manifest();
  version["schema"] = "asbench/split@2";
  EXPECT_NE(refusal(version).find("schema"), std::string::npos);
  Json caption = small_manifest();
  caption["stories"][0]["shots"][0]["caption"] = 5;
  EXPECT_NE(refusal(caption).find("caption"), std::string::npos);
  Json number = small_manifest();
  number["stories"][0]["shots"][0]["number"] = 0;
  EXPECT_NE(refusal(number), "was read");
}

TEST(Manifest, RefusesIdsThatLeadOutOfAFolder) {
  for (const char* id : {"../x", "a/../../b", "/etc/passwd", "a\nb"}) {
    Json manifest = small_manifest();
    manifest["stories"][0]["id"] = id;
    EXPECT_NE(refusal(manifest).find("can't be part of an output path"), std::string::npos) << id;
  }
}

TEST(Manifest, RefusesShotsOutOfOrder) {
  for (const auto& numbers : {std::pair{1, 1}, std::pair{3, 2}}) {
    Json manifest = small_manifest();
    manifest["stories"][0]["shots"][0]["number"] = numbers.first;
    manifest["stories"][0]["shots"][1]["number"] = numbers.second;
    EXPECT_NE(refusal(manifest).find("comes after shot " + std::to_string(numbers.first)),
              std::string::npos)
        << refusal(manifest);
  }
}

TEST(Manifest, RefusesDoubleKeys) {
  EXPECT_THROW(
      static_cast<void>(parse_manifest(
          R"({"schema": "asbench/split@1", "name": "a", "name": "b", "ips": [], "stories": []})",
          "m", {})),
      BadInput);
}

/// A film with a story of two characters and two scenes; pictures lie in the folder.
Json manifest_with_cast(const std::filesystem::path& folder) {
  testing::make_picture(folder / "ant.png", testing::made_frame({.seed = 1}, 0));
  testing::make_picture(folder / "bee.png", testing::made_frame({.seed = 2}, 0));
  return Json::parse(R"({"schema": "asbench/split@1", "name": "cast",
    "ips": [{"id": "film", "video": "film.mp4"}],
    "stories": [{"id": "film/0", "ip": "film", "storyline": "Ant meets Bee.",
      "characters": [{"id": "Ant", "appearance": "small", "references": [{"file": "ant.png"}]},
                     {"id": "Bee", "references": [{"file": "bee.png"}]}],
      "scenes": [{"id": "Hall", "environment": "a hall"}, {"id": "Yard"}],
      "shots": [{"caption": "one", "characters": ["Ant"], "scene": "Hall", "source": [0, 48]},
                {"caption": "two", "characters": ["Bee", "Ant"], "audio_prompt": "a hum",
                 "audio_type": "Music", "audio_context": "two insects"},
                {"number": 4, "caption": "three", "characters": [], "scene": "Yard",
                 "prologue_or_epilogue": true}]}]})");
}

TEST(Manifest, HoldsCharactersScenesAndWhereShotsComeFrom) {
  const TemporaryFolder folder;
  const Json manifest = manifest_with_cast(folder.path());
  const auto file = folder / "split.json";
  write_json_file(file, manifest);
  const Split split = read_split(file);
  ASSERT_EQ(split.stories.size(), 1U);
  const Story& story = split.stories.front();
  EXPECT_EQ(story.storyline, "Ant meets Bee.");
  ASSERT_EQ(story.characters.size(), 2U);
  EXPECT_EQ(story.characters[0].appearance, "small");
  ASSERT_EQ(story.characters[1].references.size(), 1U);
  EXPECT_EQ(story.characters[1].references[0].filename(), "bee.png");
  EXPECT_EQ(story.scenes[0], (Scene{"Hall", "a hall"}));
  EXPECT_EQ(story.shots[0].source, (FrameRange{0, 48}));
  EXPECT_EQ(story.shots[1].characters, (std::vector<std::string>{"Bee", "Ant"}));
  EXPECT_EQ(story.shots[1].audio_type, "Music");
  EXPECT_TRUE(story.shots[2].is_prologue_or_epilogue);
  EXPECT_EQ(split.ips[0].video->filename(), "film.mp4");
  ASSERT_EQ(split.findings.size(), 1U);  // and no missing_reference: the IP is no character
  EXPECT_EQ(split.findings[0].kind, "no_character");
  EXPECT_EQ(split.findings[0].shot, 4);

  const Json written = split_to_manifest(split, folder.path());
  EXPECT_NO_THROW(check_schema(written, "split", "manifest"));
  write_json_file(folder / "again.json", written);
  const Split again = read_split(folder / "again.json");
  EXPECT_EQ(again.stories, split.stories);
  EXPECT_EQ(again.ips, split.ips);
  EXPECT_EQ(again.sha256, split.sha256);
}

TEST(Manifest, TheHashCoversWhomAndWhatTheShotsShow) {
  const TemporaryFolder folder;
  const Json manifest = manifest_with_cast(folder.path());
  const auto hash_of = [&](const Json& changed) {
    const auto file = folder / "split.json";
    write_json_file(file, changed);
    return read_split(file).sha256;
  };
  const std::string hash = hash_of(manifest);
  Json other_shown = manifest;
  other_shown["stories"][0]["shots"][0]["characters"] = {"Bee"};
  EXPECT_NE(hash_of(other_shown), hash);
  Json other_scene = manifest;
  other_scene["stories"][0]["shots"][0]["scene"] = "Yard";
  EXPECT_NE(hash_of(other_scene), hash);
  Json other_picture = manifest;
  other_picture["stories"][0]["characters"][0]["references"][0]["file"] = "bee.png";
  EXPECT_NE(hash_of(other_picture), hash);
  Json other_words = manifest;
  other_words["stories"][0]["characters"][0]["appearance"] = "large";
  EXPECT_EQ(hash_of(other_words), hash);
}

TEST(Manifest, SaysWhichCharacterIsUnknownOrHasNoReference) {
  const TemporaryFolder folder;
  Json manifest = manifest_with_cast(folder.path());
  auto& story = manifest["stories"][0];
  story["shots"][0]["characters"] = {"Ant", "Cat"};
  story["characters"][1].erase("references");
  const auto file = folder / "split.json";
  write_json_file(file, manifest);
  const auto findings = read_split(file).findings;
  const auto has = [&](std::string_view kind, std::string_view detail) {
    return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
      return finding.kind == kind && finding.story == "film/0" &&
             finding.detail.find(detail) != std::string::npos;
    });
  };
  EXPECT_TRUE(has("unknown_character", "Cat"));
  EXPECT_TRUE(has("missing_reference", "character Bee"));
}

TEST(Manifest, RefusesAShotThatLeavesOpenWhomOfSeveralItShows) {
  Json manifest = small_manifest();
  auto& story = manifest["stories"][0];
  story["characters"] = Json::parse(R"([{"id": "Ant"}, {"id": "Bee"}])");
  story["shots"][1]["characters"] = {"Ant"};
  EXPECT_NE(refusal(manifest).find("story ip/1 shot 1: has no \"characters\""), std::string::npos);
  story["shots"][0]["characters"] = Json::array();
  EXPECT_EQ(refusal(manifest), "was read");
  story["characters"][1]["id"] = "Ant";
  const Json doubled = manifest;
  Split split = parse_manifest(doubled.dump(), "test.json", {});
  EXPECT_THROW(finish_split(split), BadInput);
}

TEST(Manifest, ProloguesCanBeLeftOut) {
  const TemporaryFolder folder;
  write_json_file(folder / "split.json", manifest_with_cast(folder.path()));
  Split split = read_split(folder / "split.json");
  const std::string hash = split.sha256;
  EXPECT_EQ(leave_out_prologues(split), 1);
  EXPECT_EQ(split.stories.front().shots.size(), 2U);
  EXPECT_EQ(split.sha256, hash);
  for (Shot& shot : split.stories.front().shots) shot.is_prologue_or_epilogue = true;
  EXPECT_EQ(leave_out_prologues(split), 2);
  EXPECT_TRUE(split.stories.empty());
}

}  // namespace
}  // namespace asbench::loaders
