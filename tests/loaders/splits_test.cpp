#include <gtest/gtest.h>

#include "core/error.h"
#include "loaders/split.h"
#include "loaders/splits/common.h"
#include "tests/loaders/split_samples.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/video_maker.h"

namespace asbench::loaders {
namespace {

using testing::count_of;
using testing::TemporaryFolder;
using testing::write_text;

std::string refusal(const std::filesystem::path& path,
                    const std::optional<std::string>& form = {}) {
  try {
    const Split split = read_split(path, form);
    return "was read as " + split.form;
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(DemoSplit, GivesIpsStoriesAndShotsWithTheirTexts) {
  const TemporaryFolder folder;
  testing::make_demo_split(folder.path());
  const Split split = read_split(folder.path());
  EXPECT_EQ(split.form, "demo");
  EXPECT_TRUE(split.findings.empty());
  ASSERT_EQ(split.ips.size(), 2U);
  ASSERT_EQ(split.stories.size(), 3U);
  EXPECT_EQ(split.shot_count(), 12U);
  EXPECT_EQ(split.stories[1].id, "alpha/3");
  EXPECT_EQ(split.stories[1].ip, "alpha");
  EXPECT_EQ(split.stories[1].prompt, "3");
  const Shot& shot = split.stories[0].shots[2];
  EXPECT_EQ(shot.number, 3);
  EXPECT_EQ(shot.caption, "A fox in a café, shot 3.");
  EXPECT_EQ(shot.audio_prompt, "wind, shot 3.");
  EXPECT_FALSE(split.stories[1].shots[0].audio_prompt.has_value());
  EXPECT_EQ(split.ip("beta").references.size(), 1U);
}

TEST(DemoSplit, IsRecognisedWhateverItsFolderIsCalledAndWhatLiesBesideIt) {
  const TemporaryFolder folder;
  const auto path = folder / "annotations manifest.json";
  testing::make_demo_split(path);
  write_text(path / "cuts.json", R"({"alpha/1": [[0, 4]]})");
  write_text(path / "result.json", R"({"schema": "asbench/result@1"})");
  const Split split = read_split(path);
  EXPECT_EQ(split.form, "demo");
  EXPECT_EQ(split.ips.size(), 2U);
  EXPECT_TRUE(split.findings.empty());
}

TEST(DemoSplit, TurnsEachDefectIntoAFinding) {
  const TemporaryFolder folder;
  testing::make_demo_split(folder.path());
  write_text(folder / "broken.json", "{\"1\": ");
  write_text(folder / "gamma.json", R"({
    "1": {"captions": ["a", "  ", 7, "d"], "mood": "calm"}, "2": {"audio": []},
    "../../etc": {"captions": ["a"]}, "4": {"captions": ["a", "b"], "captions": ["c", "d"]}})");
  write_text(folder / "delta.json", "[1, 2]");
  testing::make_picture(folder / "delta_ref.png", testing::made_frame({}, 0));
  const Split split = read_split(folder.path());
  EXPECT_EQ(count_of(split.findings, "unread_json"), 1) << "nothing says that it is an IP's";
  EXPECT_EQ(count_of(split.findings, "bad_json"), 0);
  EXPECT_EQ(count_of(split.findings, "missing_caption"), 2);
  EXPECT_EQ(count_of(split.findings, "bad_schema"), 3);  // gamma/2, ../../etc, delta.json
  EXPECT_EQ(count_of(split.findings, "missing_reference"), 1);
  EXPECT_EQ(count_of(split.findings, "unknown_key"), 1);
  EXPECT_EQ(count_of(split.findings, "duplicate_key"), 1);
  EXPECT_EQ(count_of(split.findings, "shot_count"), 1);
  ASSERT_NE(split.find_story("gamma/1"), nullptr);
  EXPECT_FALSE(split.find_story("gamma/1")->shots[1].caption.has_value());
  EXPECT_EQ(split.find_story("gamma/4")->shots[0].caption, "c");
  EXPECT_EQ(split.find_story("gamma/../../etc"), nullptr);
}

TEST(DemoSplit, SortsPromptsAsNumbersWhateverTheOrderInTheFile) {
  const TemporaryFolder folder;
  const std::string shots = R"({"captions": ["a", "b", "c", "d"]})";
  write_text(folder / "ip.json",
             "{\"10\": " + shots + ", \"9\": " + shots + ", \"1\": " + shots + "}");
  const Split split = read_split(folder.path());
  ASSERT_EQ(split.stories.size(), 3U);
  EXPECT_EQ(split.stories[0].prompt, "1");
  EXPECT_EQ(split.stories[1].prompt, "9");
  EXPECT_EQ(split.stories[2].prompt, "10");
}

TEST(TestSetSplit, GivesStoriesByIndexAndTuningClips) {
  const TemporaryFolder folder;
  testing::make_test_set_split(folder.path());
  const Split split = read_split(folder.path());
  EXPECT_EQ(split.form, "test-set");
  EXPECT_TRUE(split.findings.empty());
  EXPECT_EQ(split.stories.size(), 20U);
  EXPECT_EQ(split.shot_count(), 80U);
  EXPECT_EQ(split.stories[0].id, "one/0");
  EXPECT_EQ(split.stories[9].prompt, "9");
  ASSERT_EQ(split.ip("one").clips.size(), 1U);
  EXPECT_EQ(split.ip("one").clips[0].start_seconds, 27.5);
  EXPECT_EQ(split.ip("one").clips[0].caption, "she runs");
}

TEST(TestSetSplit, ReportsOtherCountsAndKeepsTheStories) {
  const TemporaryFolder folder;
  write_text(folder / "ip" / "prompts.json", R"({"prompts": [["a", "b", "c"], "no list", []]})");
  const Split split = read_split(folder.path());
  EXPECT_EQ(count_of(split.findings, "story_count"), 1);
  EXPECT_EQ(count_of(split.findings, "shot_count"), 1);
  EXPECT_EQ(count_of(split.findings, "bad_schema"), 1);
  EXPECT_EQ(count_of(split.findings, "missing_reference"), 1);
  EXPECT_EQ(count_of(split.findings, "empty_story"), 1);
  ASSERT_EQ(split.stories.size(), 1U);
  ASSERT_EQ(split.lost.size(), 2U) << "what is no list, and the empty list";
  EXPECT_EQ(split.lost[1].id, "ip/2");
}

TEST(SplitForm, IsThatOfAnnotationsWhateverTheFileIsCalled) {
  const TemporaryFolder folder;
  write_text(folder / "a.json", R"({"video ID": "x", "fps": 30.0, "segments": []})");
  write_text(folder / "wrapped" / "b.json", R"({"x": {"Segments": []}})");
  for (const auto& path : {folder / "a.json", folder.path(), folder / "wrapped"})
    EXPECT_EQ(read_split(path).form, "annotations") << path;
  write_text(folder / "other" / "c.json", R"({"1": {"captions": ["a", "b", "c", "d"]}})");
  EXPECT_EQ(read_split(folder / "other").form, "demo");
  EXPECT_EQ(read_split(folder / "other", "annotations").form, "annotations");
}

TEST(SplitForm, IsNamedInTheMessageWhenNothingFits) {
  const TemporaryFolder folder;
  write_text(folder / "notes.txt", "hello");
  EXPECT_NE(refusal(folder.path()).find("prompts.json"), std::string::npos);
  EXPECT_NE(refusal(folder / "notes.txt").find("not valid JSON"), std::string::npos);
  EXPECT_NE(refusal(folder / "absent").find("no such file"), std::string::npos);
  EXPECT_NE(refusal(folder.path(), "demo").find("no stories found"), std::string::npos);
  EXPECT_NE(refusal(folder.path(), "demos")
                .find("Choose from manifest, annotations, demo, test-set, or leave the option out"),
            std::string::npos);
}

TEST(SplitHash, DependsOnContentAndNotOnPlacesOrTheOrderOfFiles) {
  const TemporaryFolder first;
  const TemporaryFolder second;
  testing::make_demo_split(first / "a");
  testing::make_demo_split(second / "other name");
  const std::string hash = read_split(first / "a").sha256;
  EXPECT_EQ(hash.size(), 64U);
  EXPECT_EQ(read_split(second / "other name").sha256, hash);

  testing::make_picture(second / "other name" / "beta_ref.png",
                        testing::made_frame({.seed = 9}, 0));
  EXPECT_NE(read_split(second / "other name").sha256, hash) << "another reference";

  Split split = read_split(first / "a");
  split.stories[0].shots[0].caption = "changed";
  finish_split(split);
  EXPECT_NE(split.sha256, hash) << "another caption";
}

TEST(SplitHash, IsTheSameForStoriesInAnyOrder) {
  Split split = testing::made_split(3, 4, 2);
  const std::string hash = split.sha256;
  std::swap(split.stories[0], split.stories[7]);
  std::swap(split.ips[0], split.ips[2]);
  finish_split(split);
  EXPECT_EQ(split.sha256, hash);
}

TEST(FinishSplit, RefusesDoubleIdsAndUnknownIps) {
  Split doubled = testing::made_split(1, 2, 1);
  doubled.stories[1].id = doubled.stories[0].id;
  EXPECT_THROW(finish_split(doubled), BadInput);
  Split unknown = testing::made_split(1, 1, 1);
  unknown.stories[0].ip = "nobody";
  EXPECT_THROW(finish_split(unknown), BadInput);
}

TEST(FinishSplit, RefusesIdsThatDifferOnlyInTheirUnicodeForm) {
  Split split;
  split.ips = {{"caf\xC3\xA9", {}, {}, {}}, {"cafe\xCC\x81", {}, {}, {}}};
  EXPECT_THROW(finish_split(split), BadInput);
}

TEST(SafeId, RefusesWhateverCouldLeaveAFolder) {
  for (const char* id : {"a", "a/0", "5VtARFNISH4/1", "-x_y", "名前/1", "a b", "..."}) {
    EXPECT_TRUE(is_safe_id(id)) << id;
  }
  for (const char* id : {"", "/a", "a/", "a//b", "..", "a/../b", "./a", "a\\b", "a\nb", "\xff"}) {
    EXPECT_FALSE(is_safe_id(id)) << id;
  }
  EXPECT_FALSE(is_safe_id(std::string("a\0b", 3)));
  EXPECT_FALSE(is_safe_id(std::string(513, 'a')));
}

TEST(NaturalOrder, ComparesNumbersByValueAndIsTotal) {
  EXPECT_TRUE(natural_less("shot_2.png", "shot_10.png"));
  EXPECT_FALSE(natural_less("shot_10.png", "shot_2.png"));
  EXPECT_TRUE(natural_less("a9b2", "a9b10"));
  EXPECT_TRUE(natural_less("99999999999999999999998", "99999999999999999999999"));
  EXPECT_TRUE(natural_less("01", "1") != natural_less("1", "01"));
  EXPECT_FALSE(natural_less("x", "x"));
  EXPECT_TRUE(natural_less("a", "a1"));
}

TEST(DemoSplit, ReadsTheAuthorsDemo) {
  const auto demo = testing::genuine_demo();
  if (demo.empty()) GTEST_SKIP() << "the authors' demo is not beside this checkout";
  const Split split = read_split(demo);
  EXPECT_EQ(split.ips.size(), 3U);
  EXPECT_EQ(split.stories.size(), 5U);
  EXPECT_EQ(split.shot_count(), 20U);
  EXPECT_TRUE(split.findings.empty());
  for (const Story& story : split.stories) {
    for (const Shot& shot : story.shots) EXPECT_TRUE(shot.caption && shot.audio_prompt);
  }
}

}  // namespace
}  // namespace asbench::loaders
