#include "reports/tables/shot_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/error.h"
#include "core/files.h"
#include "tests/support/temporary_folder.h"

namespace asbench::reports {
namespace {

using document::Result;
using document::ShotValue;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Result made() {
  Result result;
  result.system = "=cmd, \"x\"";
  for (const char* id : {"clip_i", "fvd", "copy_paste"}) result.metrics.emplace_back().id = id;
  auto& story = result.stories.emplace_back();
  story.id = "fox/0";
  story.ip = "fox";
  for (int number : {1, 2}) story.shots.emplace_back().number = number;
  story.shots[0].sha256 = std::string(64, 'a');
  story.shots[0].frame_count = 12;
  story.shots[0].fps = 8.0;
  story.shots[0].seconds = 1.5;
  story.shots[0].width = 320;
  story.shots[0].height = 180;
  story.shots[0].frames = {1, 3, 5};
  story.shots[0].caption = "A fox,\nrunning.";
  story.shots[0].columns = {{"seed", "7"}};
  story.metrics["clip_i"].shots = {ShotValue{.value = 0.1, .frames = {}, .parts = {}},
                                   ShotValue{.value = std::nullopt, .frames = {}, .parts = {}}};
  story.metrics["copy_paste"].shots = {
      ShotValue{.value = 1.0 / 3.0, .frames = {}, .parts = {{"low", 0.25}}}, ShotValue{}};
  result.coverage.findings = {{"short_shot", "fox/0", 1, "x"},
                              {"duplicate_shot", "fox/0", 1, "y"},
                              {"short_shot", "fox/0", 1, "z"},
                              {"missing_shot", "fox/0", 2, "no file"},
                              {"no_clips", "", std::nullopt, "no shot's"}};
  return result;
}

document::EachStory stories_of(const Result& result) {
  return [&](const auto& use) {
    for (const auto& story : result.stories) use(story);
  };
}

/// What a table's writer hands over, a result's own stories given.
std::string text_of(const decltype(write_shots_csv)& write_table, const Result& result) {
  std::string text;
  write_table([&](std::string_view piece) { text += piece; }, result, stories_of(result));
  return text;
}

TEST(ShotCsv, HasARowAShotAndAColumnAMetricThatShotsHave) {
  EXPECT_EQ(text_of(write_shots_csv, made()),
            "system,ip,story,shot,clip_i,copy_paste,copy_paste.low\r\n"
            "\"'=cmd, \"\"x\"\"\",fox,fox/0,1,0.1,0.3333333333333333,0.25\r\n"
            "\"'=cmd, \"\"x\"\"\",fox,fox/0,2,,,\r\n");
}

TEST(ClipCsv, SaysWhatWasScoredAndFound) {
  EXPECT_EQ(
      text_of(write_clips_csv, made()),
      "system,ip,story,shot,status,sha256,frame_count,fps,seconds,width,height,sampled_frames,"
      "findings,caption,seed\r\n"
      "\"'=cmd, \"\"x\"\"\",fox,fox/0,1,scored," +
          std::string(64, 'a') +
          ",12,8,1.5,320,180,1 3 5,short_shot duplicate_shot,\"A fox,\nrunning.\",7\r\n"
          "\"'=cmd, \"\"x\"\"\",fox,fox/0,2,missing,,,,,,,,missing_shot,,\r\n");
}

class CsvFolder : public ::testing::Test {
 protected:
  [[nodiscard]] bool is_taken(const char* file, const std::string& text) const {
    std::ofstream(folder_.path() / file, std::ios::binary) << text;
    try {
      require_csv_folder(folder_.path(), "mine");
      return false;
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), HasSubstr(file));
      EXPECT_THAT(error.what(), HasSubstr("--force"));
      return true;
    }
  }
  testing::TemporaryFolder folder_;
};

TEST_F(CsvFolder, IsForOneSystem) {
  EXPECT_NO_THROW(require_csv_folder(folder_.path() / "absent", "mine"));
  EXPECT_FALSE(is_taken("other.csv", "notes"));
  EXPECT_FALSE(is_taken("shots.csv", ""));
  EXPECT_FALSE(is_taken("shots.csv", "system,ip,story,shot,x\r\n"));
  EXPECT_FALSE(is_taken("shots.csv", "system,ip,story,shot,x\r\nmine,a,a/0,1,2\r\n"));
  EXPECT_TRUE(is_taken("shots.csv", "system,ip,story,shot,x\r\nminette,a,a/0,1,2\r\n"));
  EXPECT_TRUE(is_taken("shots.csv", "a,b\r\n"));
  EXPECT_FALSE(is_taken("shots.csv", "system,ip,story,shot,x\r\n"));
  EXPECT_TRUE(is_taken("clips.csv", "my notes"));
}

TEST_F(CsvFolder, GetsBothTables) {
  const Result result = made();
  StagedFiles staged;
  const auto files = stage_csv(staged, folder_.path() / "new", result, stories_of(result));
  staged.commit();
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(read_text_file(folder_.path() / "new" / "shots.csv"), text_of(write_shots_csv, made()));
  EXPECT_EQ(read_text_file(folder_.path() / "new" / "clips.csv"), text_of(write_clips_csv, made()));
  EXPECT_NO_THROW(require_csv_folder(folder_.path() / "new", made().system));
}

}  // namespace
}  // namespace asbench::reports
