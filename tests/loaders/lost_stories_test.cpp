// Splits of which a part can't be read: what is lost, and how many stories that is.
#include "loaders/splits/lost_stories.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/json.h"
#include "loaders/outputs.h"
#include "loaders/selection.h"
#include "tests/loaders/split_samples.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/video_maker.h"

namespace asbench::loaders {
namespace {

using testing::count_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TemporaryFolder;
using testing::write_text;

std::vector<std::pair<std::string, int>> outline(std::string_view text, StoryPlace place) {
  std::vector<std::pair<std::string, int>> stories;
  for (const auto& story : outline_of(text, place).value_or(std::vector<StoryOutline>{}))
    stories.emplace_back(story.name, story.shots);
  return stories;
}

using Outline = std::vector<std::pair<std::string, int>>;

TEST(OutlineOf, CountsTheStoriesOfATestSetFileWithSlipsInIt) {
  const Outline two = {{"0", 2}, {"1", 3}};
  for (const char* text : {R"({"prompts": [["a", "b",], ["c", "d", "e"]],})",
                           R"({"prompts": [["a" "b"], ["c", "d" "e"]]})",
                           R"({prompts: 1, "prompts": [["a [", "b\"]"], ["c", "d", "e"]] // done
           })",
                           R"({"other": ["x"], "prompts": [["a", "\q"], ["c", "d", "e"]]})"}) {
    EXPECT_EQ(outline(text, StoryPlace::prompts_array), two) << text;
  }
}

TEST(OutlineOf, CountsTheStoriesOfADemoFileWithSlipsInIt) {
  const Outline two = {{"1", 2}, {"7", 1}};
  for (const char* text :
       {R"({"1": {"captions": ["a", "b"], "audio": ["x", "y"],}, "7": {"captions": ["c"]}})",
        R"({"1": {"audio": ["x"], "captions": ["a", "b"]} "7": {"captions": ["c"]}})"}) {
    EXPECT_EQ(outline(text, StoryPlace::captions_by_prompt), two) << text;
  }
}

TEST(OutlineOf, KnowsNothingOfATextThatIsCutOffOrSomethingElse) {
  for (const char* text :
       {"", "{", R"({"prompts": [["a", "b"], ["c")", R"({"prompts": [["a", "b)", "[1, 2]", "{}",
        R"({"prompts": [["a"}]})", R"({"prompts": []})", "]]]", "null"}) {
    EXPECT_THAT(outline(text, StoryPlace::prompts_array), IsEmpty()) << text;
    EXPECT_THAT(outline(text, StoryPlace::captions_by_prompt), IsEmpty()) << text;
  }
  EXPECT_EQ(outline_of(std::string(100000, '['), StoryPlace::prompts_array), std::nullopt);
}

std::vector<std::pair<std::string, int>> lost(const Split& split) {
  Outline stories;
  for (const LostStory& story : split.lost) stories.emplace_back(story.id, story.shots);
  return stories;
}

struct LostParts : ::testing::Test {
  LostParts() { testing::make_demo_split(folder.path()); }
  TemporaryFolder folder;
};

TEST_F(LostParts, OfADemoFileThatIsNoJsonAreCounted) {
  write_text(folder / "alpha.json",
             R"({"1": {"captions": ["a", "b", "c", "d",]}, "3": {"captions": ["e", "f"]}})");
  const Split split = read_split(folder.path());
  EXPECT_EQ(count_of(split.findings, "bad_json"), 1);
  EXPECT_EQ(lost(split), (Outline{{"alpha/1", 4}, {"alpha/3", 2}}));
  EXPECT_THAT(split.uncounted_ips, IsEmpty());
  EXPECT_EQ(split.ips.size(), 2U) << "the character stays: others are told apart from it";
  EXPECT_EQ(split.stories.size(), 1U);
}

TEST_F(LostParts, OfADemoFileThatIsCutOffAreAsManyAsEveryOtherIpHas) {
  testing::cut_file(folder / "alpha.json", 0.6);
  EXPECT_EQ(lost(read_split(folder.path())), (Outline{{"alpha/2", 4}}))
      << "beta has one story, called 2";
  testing::cut_file(folder / "beta.json", 0.6);
  const Split split = read_split(folder.path());
  EXPECT_THAT(split.lost, IsEmpty());
  EXPECT_THAT(split.uncounted_ips, ElementsAre("alpha", "beta"));
  EXPECT_EQ(split.form, "demo") << "recognised by its references";
}

TEST_F(LostParts, OfASoundFileAreItsUnreadableStories) {
  write_text(folder / "beta.json",
             R"({"2": {"captions": ["a", "b", "c", "d"]}, "5": {"caption": []},
                                       "../x": {"captions": ["e"]}})");
  const Split split = read_split(folder.path());
  EXPECT_EQ(count_of(split.findings, "bad_schema"), 2);
  EXPECT_EQ(lost(split), (Outline{{"beta/5", 4}, {"beta/lost-1", 4}}));
}

TEST_F(LostParts, OfAFileOfAnotherFormAreCountedByItsKeys) {
  write_text(folder / "beta.json", R"({"2": {"Captions": ["a"]}, "4": {"Captions": ["b"]}})");
  const Split split = read_split(folder.path());
  EXPECT_EQ(count_of(split.findings, "bad_schema"), 1);
  EXPECT_EQ(lost(split), (Outline{{"beta/2", 4}, {"beta/4", 4}}));
}

TEST_F(LostParts, OfAReferenceWithoutPromptsAreNoticed) {
  std::filesystem::rename(folder / "alpha.json", folder / "alpha.json.txt");
  const Split split = read_split(folder.path());
  ASSERT_EQ(count_of(split.findings, "missing_prompts"), 1);
  EXPECT_THAT(split.findings[0].detail, HasSubstr("IP alpha: "));
  EXPECT_THAT(split.findings[0].detail, HasSubstr("There is alpha.json.txt"));
  EXPECT_EQ(lost(split), (Outline{{"alpha/2", 4}}));
  std::filesystem::rename(folder / "alpha.json.txt", folder / "alpha.JSON");
  EXPECT_THAT(read_split(folder.path()).findings, IsEmpty()) << "the ending's case says nothing";
}

TEST_F(LostParts, HaveTheirOutputsAndCountAsStories) {
  write_text(folder / "alpha.json", R"({"1": {"captions": ["a", "b", "c", "d",]}})");
  const Split split = read_split(folder.path());
  const Split whole = with_lost_stories(split);
  ASSERT_NE(whole.find_story("alpha/1"), nullptr);
  EXPECT_EQ(whole.find_story("alpha/1")->shots.size(), 4U);
  EXPECT_FALSE(whole.find_story("alpha/1")->shots[3].caption.has_value());
  EXPECT_EQ(whole.sha256, split.sha256);
  EXPECT_THAT(whole.lost, IsEmpty());
  const TemporaryFolder outputs;
  for (const char* story : {"alpha/1", "beta/2"})
    testing::make_video(outputs / story / "shot_01.mp4", {.frames = 2});
  const Outputs found = restrict_to(find_outputs(whole, outputs.path()), split);
  EXPECT_EQ(found.shots.size(), 1U);
  EXPECT_EQ(count_of(found.findings, "unexpected_file"), 0);
  EXPECT_EQ(count_of(found.findings, "missing_shot"), 3) << "those of beta";
}

TEST_F(LostParts, FollowASelection) {
  write_text(folder / "alpha.json",
             R"({"1": {"captions": ["a", "b",]}, "3": {"captions": ["c"]}})");
  const Split split = read_split(folder.path());
  const Split beta = select(split, {.ips = {"beta"}});
  EXPECT_THAT(beta.lost, IsEmpty());
  EXPECT_THAT(beta.findings, IsEmpty()) << "what is wrong with alpha does not concern it";
  const Split one = select(split, {.stories = {"alpha/3", "beta/2"}});
  EXPECT_EQ(lost(one), (Outline{{"alpha/3", 1}}));
  EXPECT_EQ(count_of(one.findings, "bad_json"), 1);
  EXPECT_THAT(select(split, {.limit = 1}).lost, IsEmpty());
}

struct LostTestSetParts : ::testing::Test {
  LostTestSetParts() { testing::make_test_set_split(folder.path()); }
  std::filesystem::path prompts() const { return folder / "one/prompts.json"; }
  TemporaryFolder folder;
};

TEST_F(LostTestSetParts, OfAFileThatIsCutOffAreAsManyAsTheOtherIpHas) {
  testing::cut_file(prompts(), 0.7);
  const Split split = read_split(folder.path());
  ASSERT_EQ(split.lost.size(), 10U);
  EXPECT_EQ(split.lost[9].id, "one/9");
  EXPECT_EQ(split.lost[9].shots, 4);
  EXPECT_EQ(split.stories.size(), 10U);
}

TEST_F(LostTestSetParts, OfTheOnlyIpAreAsManyAsTheFormSays) {
  std::filesystem::remove_all(folder / "two");
  write_text(prompts(), "{\"prompts\": [[");
  const Split split = read_split(folder.path());
  EXPECT_EQ(split.form, "test-set");
  EXPECT_EQ(split.lost.size(), 10U);
  EXPECT_THAT(split.uncounted_ips, IsEmpty());
}

TEST_F(LostTestSetParts, OfSeveralIpsThatDifferAreNotKnown) {
  write_text(folder / "three/prompts.json", R"({"prompts": [["a", "b", "c", "d"]]})");
  write_text(prompts(), "{\"prompts\": [[");
  EXPECT_THAT(read_split(folder.path()).uncounted_ips, ElementsAre("one"));
}

TEST_F(LostTestSetParts, OfAFolderWithoutPromptsAreNoticed) {
  std::filesystem::rename(prompts(), folder / "one/prompts.txt");
  std::filesystem::create_directories(folder / "results");
  const Split split = read_split(folder.path());
  ASSERT_EQ(count_of(split.findings, "missing_prompts"), 1);
  EXPECT_THAT(split.findings[0].detail, HasSubstr("IP one: "));
  EXPECT_THAT(split.findings[0].detail, HasSubstr("There is prompts.txt"));
  EXPECT_EQ(split.lost.size(), 10U);
  EXPECT_EQ(split.ips.size(), 2U) << "the folder results is no IP";
}

TEST_F(LostTestSetParts, AreNoneWhereTheFileIsOnlySpeltInAnotherCase) {
  const Split before = read_split(folder.path());
  std::filesystem::rename(prompts(), folder / "one/Prompts.JSON");
  const Split split = read_split(folder.path());
  EXPECT_THAT(split.lost, IsEmpty());
  EXPECT_EQ(split.sha256, before.sha256);
  ASSERT_EQ(split.findings.size(), 1U);
  EXPECT_EQ(split.findings[0].kind, "other_file_used");
}

TEST_F(LostTestSetParts, AreStoriesWithoutShotsToo) {
  write_text(prompts(), R"({"prompts": [["a", "b", "c", "d"], [], 5]})");
  const Split split = read_split(folder.path());
  EXPECT_EQ(count_of(split.findings, "empty_story"), 1);
  EXPECT_EQ(lost(split), (Outline{{"one/2", 4}}));
  write_text(prompts(), R"({"prompts": []})");
  EXPECT_EQ(count_of(read_split(folder.path()).findings, "bad_schema"), 1);
  EXPECT_EQ(read_split(folder.path()).lost.size(), 10U);
}

/// The file saved as a program on Windows may save it.
std::string utf16(const std::string& ascii, bool marked) {
  std::string bytes = marked ? "\xFF\xFE" : "";
  for (const char c : ascii) {
    bytes += c;
    bytes += '\0';
  }
  return bytes;
}

TEST_F(LostTestSetParts, AreNoneWhereAFileIsSavedInAnotherEncoding) {
  const std::string text = R"({"prompts": [["A fox in a cafe.", "b", "c", "d"]]})";
  write_text(prompts(), text);
  const std::string hash = read_split(folder.path()).sha256;
  for (const auto& [bytes, encoding] : std::vector<std::pair<std::string, std::string>>{
           {utf16(text, true), "UTF-16 LE"}, {utf16(text, false), "UTF-16 LE"}}) {
    write_text(prompts(), bytes);
    const Split split = read_split(folder.path());
    EXPECT_EQ(split.sha256, hash);
    ASSERT_EQ(count_of(split.findings, "text_encoding"), 1);
  }
  write_text(prompts(), "\xEF\xBB\xBF" + text);
  EXPECT_EQ(read_split(folder.path()).sha256, hash);
  EXPECT_EQ(count_of(read_split(folder.path()).findings, "text_encoding"), 0);
  std::string western = text;
  western.replace(western.find("cafe"), 4, "caf\xE9");
  write_text(prompts(), western);
  const Split split = read_split(folder.path());
  EXPECT_EQ(split.find_story("one/0")->shots[0].caption, "A fox in a café.");
  EXPECT_EQ(count_of(split.findings, "text_encoding"), 1);
  western.replace(western.find("caf\xE9"), 4, "\x83K\x83\x93");
  write_text(prompts(), western);
  const Split other = read_split(folder.path());
  ASSERT_EQ(count_of(other.findings, "bad_json"), 1);
  EXPECT_EQ(other.lost.size(), 10U) << "its text is not known: as many as the other IP has";
}

TEST_F(LostTestSetParts, AreNamedWhereAPointerOrAPageLiesInTheirPlace) {
  write_text(prompts(), "version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 9\n");
  Findings findings = read_split(folder.path()).findings;
  ASSERT_EQ(count_of(findings, "bad_json"), 1);
  EXPECT_THAT(findings[0].detail, HasSubstr("git lfs pull"));
  write_text(prompts(), "<!DOCTYPE html><title>Sign in</title>");
  findings = read_split(folder.path()).findings;
  EXPECT_THAT(findings[0].detail, HasSubstr("an HTML page"));
}

}  // namespace
}  // namespace asbench::loaders
