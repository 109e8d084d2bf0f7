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
  EXPECT_EQ(
      outline_of("{\"prompts\": [[\"a\", \"b],\n [\"c\", \"d\"]]}", StoryPlace::prompts_array),
      std::nullopt)
      << "a quotation mark is missing";
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
  EXPECT_EQ(lost(select(split, {.limit = 1})), (Outline{{"alpha/1", 2}}))
      << "the first story, readable or not";
  const Split drawn = select(split, {.subset = 3});
  EXPECT_EQ(drawn.lost.size(), 2U);
  EXPECT_EQ(count_of(drawn.findings, "bad_json"), 1);
  EXPECT_THROW((void)select(split, {.subset = 4}), UsageError);
}

TEST_F(LostParts, ThatNobodyCanCountStayInEverySelectionThatMayHoldThem) {
  Split split = testing::made_split(3, 2, 4);
  split.uncounted_ips = {"ip_00"};
  std::erase_if(split.stories, [](const Story& story) { return story.ip == "ip_00"; });
  split.findings = {{"bad_json", "", std::nullopt, "IP ip_00: cut off"}};
  for (const Selection& selection :
       {Selection{.limit = 1}, Selection{.subset = 2}, Selection{.ips = {"ip_00", "ip_01"}},
        Selection{.ips = {"ip_00"}}}) {
    const Split part = select(split, selection);
    EXPECT_THAT(part.uncounted_ips, ElementsAre("ip_00"));
    EXPECT_EQ(part.findings.size(), 1U);
  }
  for (const Selection& selection :
       {Selection{.ips = {"ip_01"}}, Selection{.stories = {"ip_01/0"}}}) {
    const Split part = select(split, selection);
    EXPECT_THAT(part.uncounted_ips, IsEmpty());
    EXPECT_THAT(part.findings, IsEmpty());
  }
}

TEST_F(LostParts, OfALoneReferenceAreNoticedWhateverItsEnding) {
  std::filesystem::remove(folder / "alpha.json");
  for (const char* name : {"alpha_ref.jpg", "alpha_Ref.PNG", "alpha_REF.webp"}) {
    std::filesystem::remove(folder / "alpha_ref.png");
    testing::make_picture(folder / "picture.png", testing::made_frame({}, 0));
    std::filesystem::rename(folder / "picture.png", folder / name);
    const Split split = read_split(folder.path());
    EXPECT_EQ(count_of(split.findings, "missing_prompts"), 1) << name;
    EXPECT_EQ(lost(split), (Outline{{"alpha/2", 4}})) << name;
    std::filesystem::remove(folder / name);
  }
}

TEST_F(LostParts, OfAFileWithOtherKeysAndNoReferenceAreCounted) {
  std::filesystem::remove(folder / "alpha_ref.png");
  write_text(folder / "alpha.json", R"({"1": {"Captions": ["a", "b"]}, "3": {"Captions": []}})");
  const Split split = read_split(folder.path());
  EXPECT_EQ(count_of(split.findings, "bad_schema"), 1);
  EXPECT_EQ(count_of(split.findings, "missing_reference"), 1);
  EXPECT_EQ(lost(split), (Outline{{"alpha/1", 4}, {"alpha/3", 4}}));
}

TEST_F(LostParts, OfAFileThatIsCutOffAndHasNoReferenceAreCounted) {
  testing::cut_file(folder / "alpha.json", 0.6);
  std::filesystem::remove(folder / "alpha_ref.png");
  const Split split = read_split(folder.path());
  EXPECT_EQ(count_of(split.findings, "bad_json"), 1);
  EXPECT_EQ(lost(split), (Outline{{"alpha/2", 4}}));
}

TEST_F(LostParts, OfAFileWhoseNameIsNoIdAreCountedUnderAnother) {
  std::filesystem::rename(folder / "beta.json", folder / "be\\ta.json");
  std::filesystem::rename(folder / "beta_ref.png", folder / "be\\ta_ref.png");
  const Split split = read_split(folder.path());
  EXPECT_EQ(count_of(split.findings, "bad_schema"), 1);
  EXPECT_EQ(lost(split), (Outline{{"unnamed-ip-1/2", 4}}));
  EXPECT_EQ(split.ip("unnamed-ip-1").references.size(), 1U);
}

TEST_F(LostParts, AreTheFirstOfTwoStoriesWithOneKey) {
  write_text(folder / "beta.json", R"({"2": {"captions": ["a", "b"]},
                                       "2": {"captions": ["c", "d", "e", "f"]}})");
  const Split split = read_split(folder.path());
  EXPECT_EQ(count_of(split.findings, "duplicate_key"), 1);
  EXPECT_EQ(split.find_story("beta/2")->shots.size(), 4U);
  EXPECT_EQ(lost(split), (Outline{{"beta/lost-1", 2}}));
}

TEST_F(LostParts, AreStoriesWithoutShots) {
  write_text(folder / "beta.json", R"({"2": {"captions": ["a", "b", "c", "d"]},
                                       "4": {"captions": []}})");
  const Split split = read_split(folder.path());
  EXPECT_EQ(count_of(split.findings, "empty_story"), 1);
  EXPECT_EQ(lost(split), (Outline{{"beta/4", 4}}));
}

TEST_F(LostParts, AreNotInABrokenFileThatIsNoIps) {
  write_text(folder / "results.json", "{\"motion\": [0.1, 0.2");
  const Split split = read_split(folder.path());
  EXPECT_THAT(split.lost, IsEmpty());
  ASSERT_EQ(split.findings.size(), 1U);
  EXPECT_EQ(split.findings[0].kind, "unread_json");
  EXPECT_THAT(split.findings[0].detail, HasSubstr("results.json"));
}

}  // namespace
}  // namespace asbench::loaders
