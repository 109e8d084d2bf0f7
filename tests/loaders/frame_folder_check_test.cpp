#include "loaders/outputs/frame_folder_check.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "loaders/outputs/picture_size.h"
#include "tests/loaders/split_samples.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/video_maker.h"

namespace asbench::loaders {
namespace {

using testing::TemporaryFolder;
using testing::write_text;

struct FrameFolderCheck : ::testing::Test {
  void have(const std::vector<std::string>& names) {
    for (const std::string& name : names) write_text(folder / "shot" / name, "not opened here");
  }
  /// "kind: detail" of every finding, one a line.
  std::string found() {
    std::string text;
    for (const Finding& finding : frame_folder_findings({"s", 1}, folder / "shot"))
      text += finding.kind + ": " + finding.detail + "\n";
    return text;
  }
  void expect(const std::string& kind, const std::string& part) {
    const std::string text = found();
    EXPECT_TRUE(text.starts_with(kind + ": ") || text.find("\n" + kind + ": ") != std::string::npos)
        << text;
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
  TemporaryFolder folder;
};

TEST_F(FrameFolderCheck, FindsNothingInASoundFolder) {
  have({"000.png", "001.png", "002.png", "003.png", ".DS_Store"});
  EXPECT_EQ(found(), "");
  for (const char* pattern : {"frame_{}.PNG", "v2_{:05}_final.jpg", "{}_of_12.webp"}) {
    std::filesystem::remove_all(folder / "shot");
    for (int i = 1; i <= 12; ++i) have({fmt::format(fmt::runtime(pattern), i)});
    EXPECT_EQ(found(), "") << pattern;
  }
  std::filesystem::remove_all(folder / "shot");
  have({"only.png"});
  EXPECT_EQ(found(), "");
}

TEST_F(FrameFolderCheck, NamesGaps) {
  have({"000.png", "001.png", "004.png", "005.png", "007.png"});
  expect("frame_numbers",
         "a gap in the numbers: 3 frames are missing, between 001.png and 004.png, between 005.png "
         "and 007.png");
}

TEST_F(FrameFolderCheck, NamesGapsInNumbersWithoutZerosAndWithSteps) {
  have({"f1.png", "f2.png", "f9.png", "f10.png"});
  expect("frame_numbers", "6 frames are missing, between f2.png and f9.png");
  std::filesystem::remove_all(folder / "shot");
  have({"0.png", "5.png", "10.png", "20.png"});
  expect("frame_numbers", "1 frame is missing, between 10.png and 20.png");
  std::filesystem::remove_all(folder / "shot");
  have({"0.png", "5.png", "10.png"});
  expect("frame_numbers", "steps of 5");
}

TEST_F(FrameFolderCheck, NamesNumbersThatOccurTwice) {
  have({"1.png", "2.png", "02.png", "3.png"});
  expect("frame_numbers", "a number occurs twice");
}

TEST_F(FrameFolderCheck, NamesNamesWithoutCommonNumbers) {
  have({"begin.png", "middle.png", "end.png"});
  expect("frame_numbers",
         "no common numbering; they are taken in natural order of their names, from begin.png on");
}

TEST_F(FrameFolderCheck, NamesStraysThatAreTakenAndThoseThatAreNot) {
  have({"1.png", "2.png", "3.png", "contact sheet.png", "notes.txt", "Thumbs.db"});
  std::filesystem::create_directories(folder / "shot/depth");
  expect("stray_file", "no frames, left out: Thumbs.db, depth/, notes.txt");
  expect("stray_file",
         "don't fit the frames 1.png to 3.png, but they are taken as frames: contact sheet.png");
}

TEST_F(FrameFolderCheck, NamesSeveralFormats) {
  have({"1.png", "2.png", "3.JPG", "4.jpeg"});
  expect("mixed_frames", "2 .jpg, 2 .png; all 4 are taken");
  have({"1.jpg"});
  expect("mixed_frames", "3 .jpg, 2 .png");
}

TEST_F(FrameFolderCheck, TakesAShotOfSeveralSizesOut) {
  for (const char* ending : {"png", "jpg", "webp"}) {
    std::filesystem::remove_all(folder / "shot");
    testing::make_picture(folder / "shot" / fmt::format("1.{}", ending), Image(20, 16, 3));
    testing::make_picture(folder / "shot" / fmt::format("2.{}", ending), Image(20, 16, 3));
    EXPECT_EQ(found(), "") << ending;
    testing::make_picture(folder / "shot" / fmt::format("3.{}", ending), Image(24, 16, 3));
    const auto size = picture_size(folder / "shot" / fmt::format("3.{}", ending));
    ASSERT_TRUE(size) << ending;
    const auto first = picture_size(folder / "shot" / fmt::format("1.{}", ending));
    expect("mixed_frame_sizes",
           fmt::format("1.{0} has {1}x{2} pixels, 3.{0} has {3}x{4}", ending, first->first,
                       first->second, size->first, size->second));
  }
  Outputs outputs;
  outputs.shots[{"s", 1}] = {ShotSource::Kind::frame_folder, folder / "shot"};
  outputs.shots[{"s", 2}] = {ShotSource::Kind::video_file, folder / "shot"};
  check_frame_folders(outputs);
  EXPECT_FALSE(outputs.shots.contains({"s", 1}));
  EXPECT_TRUE(outputs.shots.contains({"s", 2}));
}

TEST(PictureSize, IsThatOfTheHeader) {
  const TemporaryFolder folder;
  for (const char* name : {"a.png", "a.jpg", "a.webp"}) {
    const Image image = testing::made_frame({.width = 37, .height = 21}, 0);
    testing::make_picture(folder / name, image);
    EXPECT_EQ(picture_size(folder / name), std::pair(37L, 21L)) << name;
  }
  write_text(folder / "b.jpg", "\xFF\xD8\xFF");
  write_text(folder / "c.png", "");
  EXPECT_EQ(picture_size(folder / "b.jpg"), std::nullopt);
  EXPECT_EQ(picture_size(folder / "c.png"), std::nullopt);
}

}  // namespace
}  // namespace asbench::loaders
