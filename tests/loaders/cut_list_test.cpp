#include <gtest/gtest.h>

#include "core/error.h"
#include "loaders/outputs/finders.h"
#include "tests/loaders/split_samples.h"
#include "tests/support/temporary_folder.h"

namespace asbench::loaders {
namespace {

using testing::count_of;

struct CutList : ::testing::Test {
  CutList() { testing::write_text(folder / "ip_00/0.mp4", "not opened here"); }

  Outputs apply(const std::string& cuts) {
    return apply_cuts(split, FolderIndex(folder.path()), LayoutTemplate("{story}.mp4"),
                      Json::parse(cuts), "cuts.json");
  }

  testing::TemporaryFolder folder;
  Split split = testing::made_split(1, 1, 3);
};

TEST_F(CutList, GivesOneRangeAShot) {
  const Outputs outputs = apply(R"({"ip_00/0": [[0, 10], [10, 25], [30, 31]]})");
  ASSERT_EQ(outputs.shots.size(), 3U);
  const ShotSource& second = outputs.shots.at({"ip_00/0", 2});
  EXPECT_EQ(second.kind, ShotSource::Kind::video_range);
  EXPECT_EQ(second.path, folder / "ip_00/0.mp4");
  EXPECT_EQ(second.begin_frame, 10);
  EXPECT_EQ(second.end_frame, 25);
  EXPECT_TRUE(outputs.findings.empty());
}

TEST_F(CutList, ReportsWhatIsNoRange) {
  for (const char* bad : {"[5, 5]", "[9, 3]", "[-1, 4]", "[0]", "[0, 1, 2]", "[0.5, 2]", "\"0-4\"",
                          "[0, 99999999999]", "[0, 1e300]", "null"}) {
    const Outputs outputs = apply(std::string(R"({"ip_00/0": [[0, 10], )") + bad + ", [30, 31]]}");
    EXPECT_EQ(outputs.shots.size(), 2U) << bad;
    ASSERT_EQ(count_of(outputs.findings, "bad_cuts"), 1) << bad;
    EXPECT_EQ(outputs.findings[0].shot, 2) << bad;
  }
}

TEST_F(CutList, ReportsTooFewAndTooManyRanges) {
  const Outputs few = apply(R"({"ip_00/0": [[0, 10]]})");
  EXPECT_EQ(few.shots.size(), 1U);
  EXPECT_EQ(count_of(few.findings, "missing_shot"), 2);
  const Outputs many = apply(R"({"ip_00/0": [[0, 1], [1, 2], [2, 3], [3, 4]]})");
  EXPECT_EQ(many.shots.size(), 3U);
  EXPECT_EQ(count_of(many.findings, "unexpected_file"), 1);
}

TEST_F(CutList, ReportsStoriesWithoutCutsVideosAndPlaceInTheSplit) {
  const Outputs outputs = apply(R"({"someone/else": [[0, 1]]})");
  EXPECT_TRUE(outputs.shots.empty());
  EXPECT_EQ(count_of(outputs.findings, "missing_shot"), 3);
  EXPECT_EQ(count_of(outputs.findings, "unexpected_file"), 1);
  EXPECT_EQ(count_of(outputs.findings, "bad_cuts"), 0) << "an extra story stops nothing";
  std::filesystem::remove(folder / "ip_00/0.mp4");
  const Outputs gone = apply(R"({"ip_00/0": [[0, 1], [1, 2], [2, 3]]})");
  EXPECT_EQ(count_of(gone.findings, "missing_shot"), 3);
  EXPECT_EQ(count_of(apply(R"({"ip_00/0": 5})").findings, "bad_cuts"), 1);
  EXPECT_THROW(static_cast<void>(apply("[]")), BadInput);
}

}  // namespace
}  // namespace asbench::loaders
