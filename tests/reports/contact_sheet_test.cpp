#include "reports/contact_sheet.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <opencv2/imgcodecs.hpp>
#include <set>

#include "core/json.h"
#include "tests/support/synthetic_result.h"
#include "tests/support/temporary_folder.h"

namespace asbench::reports {
namespace {
namespace fs = std::filesystem;

/// A result whose shots each have a hash of their own; pictures of two frames a shot lie in
/// `folder`.
document::Result result_with_pictures(const fs::path& folder, const std::string& system) {
  testing::SyntheticResult synthetic;
  synthetic.system = system;
  synthetic.ips = 2;
  synthetic.frames = 2;
  synthetic.metrics = {"clip_i", "reference_copy"};
  synthetic.value = [](int metric, int story) {
    return metric == 0 ? 0.1 * (story + 1) : (story == 3 ? 1.0 : 0.0);
  };
  Json control = testing::metric_description("Share of copies", "controls", "control");
  control["withholds_marks"] = {{"above", 0.1}};
  control["leaderboard"] = false;
  synthetic.descriptions["reference_copy"] = control;
  Json document = synthetic.document();
  int number = 0;
  for (auto& story : document["stories"]) {
    for (auto& shot : story["shots"]) {
      const std::string hash = fmt::format("{:02x}{}", ++number, std::string(62, 'a'));
      shot["sha256"] = hash;
      shot["frames"] = {0, 1};
      for (int frame = 0; frame < 2; ++frame) {
        const cv::Mat picture(32, 48, CV_8UC3, cv::Scalar(0, 40 + 10 * number, 200));
        cv::imwrite((folder / fmt::format("{}-{}.jpg", hash.substr(0, 32), frame)).string(),
                    picture);
      }
    }
  }
  return document::result_from_json(document, system);
}

class ContactSheets : public ::testing::Test {
 protected:
  TextSetter text;
};

std::set<std::string> names_of(const std::vector<fs::path>& files) {
  std::set<std::string> names;
  for (const auto& file : files) names.insert(file.filename().string());
  return names;
}

TEST_F(ContactSheets, WorstBestAndCopiedShotsBecomePictures) {
  const testing::TemporaryFolder folder;
  const std::vector<document::Result> results = {result_with_pictures(folder.path(), "mine")};
  const auto files =
      write_contact_sheets(folder / "sheets", results, Pictures({folder.path()}), text);
  EXPECT_EQ(names_of(files),
            (std::set<std::string>{"mine-worst.png", "mine-best.png", "mine-reference_copy.png"}));
  for (const auto& file : files) {
    const cv::Mat sheet = cv::imread(file.string());
    EXPECT_GT(sheet.cols, 600) << file;
    EXPECT_GT(sheet.rows, 4 * 96) << file;
  }
}

TEST_F(ContactSheets, ShotsWithinAControlsLimitAndMetricsWithoutOneGetNoSheet) {
  const testing::TemporaryFolder folder;
  auto result = result_with_pictures(folder.path(), "mine");
  const auto names = [&] {
    std::set<std::string> found;
    for (const auto& sheet : contact_sheets(result, Pictures({folder.path()}), text))
      found.insert(sheet.name);
    return found;
  };
  EXPECT_EQ(names(), (std::set<std::string>{"worst", "best", "reference_copy"}));
  result.metrics[1].description.withholds_marks = document::MarkLimit{1.0, {}};
  EXPECT_EQ(names(), (std::set<std::string>{"worst", "best"}));
  result.metrics[1].description.withholds_marks.reset();
  EXPECT_EQ(names(), (std::set<std::string>{"worst", "best"}));
}

TEST_F(ContactSheets, WithoutPicturesThereAreNoSheets) {
  const testing::TemporaryFolder folder;
  const std::vector<document::Result> results = {
      document::result_from_json(testing::SyntheticResult{}.document(), "mine")};
  EXPECT_TRUE(write_contact_sheets(folder / "sheets", results, Pictures(), text).empty());
  EXPECT_FALSE(fs::exists(folder / "sheets"));
}

TEST_F(ContactSheets, HostileNamesStayInTheFolderAndDontCollide) {
  const testing::TemporaryFolder folder;
  const std::vector<document::Result> results = {
      result_with_pictures(folder.path(), "../../etc/x"),
      result_with_pictures(folder.path(), "../../etc?x")};
  const auto files =
      write_contact_sheets(folder / "sheets", results, Pictures({folder.path()}), text);
  EXPECT_EQ(files.size(), 6U);
  EXPECT_EQ(names_of(files).size(), 6U);
  for (const auto& file : files) EXPECT_EQ(file.parent_path(), folder / "sheets");
}

TEST_F(ContactSheets, LettersOfEveryScriptAreDrawn) {
  const testing::TemporaryFolder folder;
  auto result = result_with_pictures(folder.path(), "mine");
  const auto sheet_of = [&](const std::string& caption) {
    for (auto& story : result.stories) {
      for (auto& shot : story.shots) shot.caption = caption;
    }
    return contact_sheets(result, Pictures({folder.path()}), text).at(0).png;
  };
  const std::string sheet = sheet_of("动漫");
  EXPECT_TRUE(text.missing().empty()) << missing_letters_text(text.missing());
  EXPECT_NE(sheet, sheet_of("漫动")) << "each letter is itself, not a question mark";
  EXPECT_NE(sheet, sheet_of("??"));
  EXPECT_EQ(sheet, sheet_of("动漫"));
}

TEST_F(ContactSheets, ABrokenPictureIsLeftBlack) {
  const testing::TemporaryFolder folder;
  auto results = std::vector<document::Result>{result_with_pictures(folder.path(), "mine")};
  for (const auto& entry : fs::directory_iterator(folder.path()))
    write_file_atomically(entry.path(), "\xFF\xD8\xFF broken");
  EXPECT_EQ(
      write_contact_sheets(folder / "sheets", results, Pictures({folder.path()}), text).size(), 3U);
}

}  // namespace
}  // namespace asbench::reports
