// Test sets of which a part can't be read: what is lost, and how many stories that is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loaders/split.h"
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

using Outline = std::vector<std::pair<std::string, int>>;

Outline lost(const Split& split) {
  Outline stories;
  for (const LostStory& story : split.lost) stories.emplace_back(story.id, story.shots);
  return stories;
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

TEST_F(LostTestSetParts, OfAFolderWithOtherNamesAreNoticed) {
  std::filesystem::rename(prompts(), folder / "one/stories.json");
  std::filesystem::rename(folder / "one/reference.png", folder / "one/ref.png");
  std::filesystem::remove(folder / "one/clips.json");
  EXPECT_EQ(read_split(folder.path()).lost.size(), 10U);
  std::filesystem::rename(folder / "one/stories.json", folder / "one/prompt.json");
  const Split split = read_split(folder.path());
  ASSERT_EQ(count_of(split.findings, "missing_prompts"), 1);
  EXPECT_EQ(count_of(split.findings, "missing_reference"), 1);
  EXPECT_THAT(split.findings[1].detail, HasSubstr("There is prompt.json"));
  EXPECT_EQ(split.lost.size(), 10U);
}

TEST_F(LostTestSetParts, AreNotLookedForInWhatARunWrote) {
  testing::make_video(folder / "outputs/shot.mp4", {.frames = 2});
  write_text(folder / "results/system.json", R"({"schema": "asbench/result@1"})");
  testing::make_picture(folder / "result.frames/a.png", testing::made_frame({}, 0));
  testing::make_picture(folder / "frames/one_0/shot_01/1.png", testing::made_frame({}, 0));
  const Split split = read_split(folder.path());
  EXPECT_THAT(split.findings, IsEmpty());
  EXPECT_EQ(split.ips.size(), 2U);
}

TEST_F(LostTestSetParts, MayBeThoseOfAnEmptyFolder) {
  std::filesystem::create_directories(folder / "three");
  const Split split = read_split(folder.path());
  ASSERT_EQ(split.findings.size(), 1U);
  EXPECT_EQ(split.findings[0].kind, "empty_folder");
  EXPECT_THAT(split.findings[0].detail, HasSubstr("three"));
}

TEST_F(LostTestSetParts, OfAFolderWhoseNameIsNoIdAreCounted) {
  std::filesystem::rename(folder / "two", folder / "tw\xE9");
  const Split split = read_split(folder.path());
  EXPECT_EQ(count_of(split.findings, "bad_schema"), 1);
  EXPECT_EQ(split.lost.size(), 10U);
  EXPECT_EQ(split.lost[0].id, "unnamed-ip-1/0");
}

TEST_F(LostTestSetParts, AreNoneWhereTheListOfClipsIsBroken) {
  for (const char* text : {"[{\"file\": ", "{}", "[{}]"}) {
    write_text(folder / "one/clips.json", text);
    const Split split = read_split(folder.path());
    EXPECT_THAT(split.lost, IsEmpty());
    ASSERT_EQ(split.findings.size(), 1U) << text;
    EXPECT_EQ(split.findings[0].kind, "bad_clip_list");
  }
}

TEST_F(LostTestSetParts, AreAsManyAsTheOtherIpHasWhereTheOutlineShowsFewer) {
  write_text(prompts(), R"({"prompts": [["a", "b", "c", "d"],]})");
  EXPECT_EQ(read_split(folder.path()).lost.size(), 10U);
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
  EXPECT_EQ(lost(split), (Outline{{"one/1", 4}, {"one/2", 4}}));
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
  EXPECT_NE(split.findings.front().detail.find("read as Windows-1252 (it gives \"café\")"),
            std::string::npos)
      << split.findings.front().detail;
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
