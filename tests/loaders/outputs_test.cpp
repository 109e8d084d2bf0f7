#include "loaders/outputs.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "loaders/selection.h"
#include "tests/loaders/split_samples.h"
#include "tests/support/temporary_folder.h"

namespace asbench::loaders {
namespace {

using testing::count_of;
using testing::TemporaryFolder;
using testing::write_text;

std::string refusal(const Split& split, const std::filesystem::path& folder,
                    const OutputOptions& options = {}) {
  try {
    return "found " + find_outputs(split, folder, options).layout;
  } catch (const Error& error) {
    return error.what();
  }
}

/// Files that are only named, not opened.
void fill_default(const Split& split, const std::filesystem::path& folder) {
  for (const Story& story : split.stories) {
    for (const Shot& shot : story.shots) {
      write_text(folder / story.id / fmt::format("shot_{:02}.mp4", shot.number), "x");
    }
  }
}

TEST(Outputs, AreFoundUnderTheDefaultLayout) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(2, 2, 3);
  fill_default(split, folder.path());
  const Outputs outputs = find_outputs(split, folder.path());
  EXPECT_EQ(outputs.layout, "default");
  EXPECT_EQ(outputs.shots.size(), 12U);
  EXPECT_TRUE(outputs.findings.empty());
  EXPECT_EQ(outputs.shots.at({"ip_01/0", 2}).path, folder / "ip_01/0/shot_02.mp4");
}

TEST(Outputs, ReportMissingShotsAndUnexpectedVideos) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 2, 2);
  fill_default(split, folder.path());
  std::filesystem::remove(folder / "ip_00/1/shot_02.mp4");
  write_text(folder / "ip_00/1/shot_03.MP4", "x");
  write_text(folder / "notes.txt", "no video");
  const Outputs outputs = find_outputs(split, folder.path());
  EXPECT_EQ(outputs.shots.size(), 3U);
  ASSERT_EQ(outputs.findings.size(), 2U);
  EXPECT_EQ(outputs.findings[0].kind, "missing_shot");
  EXPECT_EQ(outputs.findings[0].story, "ip_00/1");
  EXPECT_EQ(outputs.findings[0].shot, 2);
  EXPECT_EQ(outputs.findings[1].kind, "unexpected_file");
}

TEST(Outputs, MayBeFoldersOfFramesWithOrWithoutTheEnding) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 1, 2);
  write_text(folder / "ip_00/0/shot_01/1.png", "x");
  write_text(folder / "ip_00/0/shot_02/1.png", "x");
  for (const char* layout : {"auto", "{story}/shot_{shot:02}"}) {
    const Outputs outputs = find_outputs(split, folder.path(), {.layout = layout});
    ASSERT_EQ(outputs.shots.size(), 2U) << layout;
    EXPECT_EQ(outputs.shots.at({"ip_00/0", 1}).kind, ShotSource::Kind::frame_folder);
    EXPECT_EQ(outputs.shots.at({"ip_00/0", 1}).path, folder / "ip_00/0/shot_01");
  }
}

TEST(Outputs, OfAutoAreThoseOfTheLayoutThatFindsMost) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 1, 2);
  write_text(folder / "ip_00/generated_video_0_1_demo.mp4", "x");
  write_text(folder / "ip_00/generated_video_0_2_demo.mp4", "x");
  write_text(folder / "ip_00/0/shot_01.mp4", "x");
  const Outputs outputs = find_outputs(split, folder.path());
  EXPECT_EQ(outputs.layout, "animeshootergen-demo");
  EXPECT_EQ(count_of(outputs.findings, "unexpected_file"), 1);
}

TEST(Outputs, OfAutoAreRefusedWhenTwoLayoutsFindEquallyMany) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 1, 1);
  write_text(folder / "ip_00/generated_video_0_1_demo.mp4", "x");
  write_text(folder / "ip_00/0/shot_01.mp4", "x");
  const std::string message = refusal(split, folder.path());
  EXPECT_NE(message.find("default and animeshootergen-demo"), std::string::npos) << message;
  EXPECT_NE(message.find("--layout"), std::string::npos) << message;
  EXPECT_EQ(find_outputs(split, folder.path(), {.layout = "default"}).shots.size(), 1U);
}

TEST(Outputs, ThatAreNowhereNameWhatWasLookedFor) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 1, 1);
  const std::string message = refusal(split, folder.path());
  EXPECT_NE(message.find((folder / "ip_00/0/shot_01.mp4").string()), std::string::npos) << message;
  EXPECT_NE(message.find("animeshootergen-demo"), std::string::npos);
  EXPECT_NE(refusal(split, folder / "absent").find("no such folder"), std::string::npos);
  // A named layout is taken at its word: everything is missing, which --missing may allow.
  EXPECT_EQ(
      count_of(find_outputs(split, folder.path(), {.layout = "default"}).findings, "missing_shot"),
      1);
}

TEST(Outputs, OfALayoutThatGivesTwoShotsOnePathAreRefused) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(2, 1, 1);
  const std::string message = refusal(split, folder.path(), {.layout = "{shot}.mp4"});
  EXPECT_NE(message.find("have the same path"), std::string::npos) << message;
  EXPECT_NE(refusal(split, folder.path(), {.layout = "demo"}).find("--layout demo: unknown layout"),
            std::string::npos);
}

TEST(Outputs, ListedInACsvKeepTheirFurtherColumns) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 1, 3);
  write_text(folder / "videos/a, b.mp4", "x");
  write_text(folder / "videos/c.mp4", "x");
  write_text(
      folder / "list.csv",
      "path,story,seed,shot\r\n\"videos/a, b.mp4\",ip_00/0,7,1\r\nvideos/c.mp4,ip_00/0,8,2\r\n"
      "videos/c.mp4,nobody/0,9,1\r\n");
  const Outputs outputs = find_outputs(split, folder.path(), {.layout = "list.csv"});
  ASSERT_EQ(outputs.shots.size(), 2U);
  EXPECT_EQ(outputs.shots.at({"ip_00/0", 1}).path, folder / "videos/a, b.mp4");
  EXPECT_EQ(outputs.columns.at({"ip_00/0", 2}).at("seed"), "8");
  EXPECT_EQ(outputs.columns.at({"ip_00/0", 2}).size(), 1U);
  EXPECT_EQ(count_of(outputs.findings, "missing_shot"), 1);
  EXPECT_EQ(count_of(outputs.findings, "unexpected_file"), 1);
}

TEST(Outputs, ListedInABadCsvAreRefusedByLine) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 1, 1);
  const auto message = [&](const std::string& text) {
    write_text(folder / "list.csv", text);
    return refusal(split, folder.path(), {.layout = "list.csv"});
  };
  EXPECT_NE(message("story,shot\n").find("missing column \"path\""), std::string::npos);
  EXPECT_NE(message("story,shot,path\nip_00/0,one,a.mp4\n").find("line 2"), std::string::npos);
  EXPECT_NE(message("story,shot,path\nip_00/0,1,../a.mp4\n").find("outside the outputs folder"),
            std::string::npos);
  EXPECT_NE(message("story,shot,path\nip_00/0,1,a\nip_00/0,1,b\n").find("already listed in line 2"),
            std::string::npos);
}

TEST(Outputs, MayBeOneLongVideoAStory) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 1, 2);
  write_text(folder / "ip_00/0.mp4", "x");
  write_text(folder / "cuts.json", R"({"ip_00/0": [[0, 5], [5, 9]]})");
  const Outputs outputs = find_outputs(split, folder.path());
  EXPECT_EQ(outputs.layout, "cuts");
  EXPECT_EQ(outputs.shots.size(), 2U);
  EXPECT_TRUE(outputs.findings.empty());
  const Outputs named = find_outputs(split, folder.path(), {.layout = "{ip}/{prompt}.mp4"});
  EXPECT_EQ(named.shots, outputs.shots);
  std::filesystem::remove(folder / "cuts.json");
  EXPECT_NE(refusal(split, folder.path(), {.layout = "cuts"}).find("cut list"), std::string::npos);
}

TEST(Outputs, OfAPartOfASplitCallNothingOfTheRestUnexpected) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(2, 2, 2);
  fill_default(split, folder.path());
  std::filesystem::remove(folder / "ip_00/0/shot_01.mp4");
  std::filesystem::remove(folder / "ip_01/1/shot_01.mp4");
  const Split part = select(split, {.ips = {"ip_01"}});
  const Outputs outputs = restrict_to(find_outputs(split, folder.path()), part);
  EXPECT_EQ(outputs.shots.size(), 3U);
  ASSERT_EQ(outputs.findings.size(), 1U);
  EXPECT_EQ(outputs.findings[0].story, "ip_01/1");
}

TEST(Outputs, OfTheAuthorsDemoAreComplete) {
  const auto demo = testing::genuine_demo();
  if (demo.empty()) GTEST_SKIP() << "the authors' demo is not beside this checkout";
  const Outputs outputs = find_outputs(read_split(demo), demo);
  EXPECT_EQ(outputs.layout, "animeshootergen-demo");
  EXPECT_EQ(outputs.shots.size(), 20U);
  EXPECT_TRUE(outputs.findings.empty());
}

}  // namespace
}  // namespace asbench::loaders
