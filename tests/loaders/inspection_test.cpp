#include "loaders/inspection.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>

#include "loaders/findings.h"
#include "tests/loaders/split_samples.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/video_maker.h"

namespace asbench::loaders {
namespace {

using testing::count_of;
using testing::TemporaryFolder;

void fill(const Split& split, const std::filesystem::path& folder) {
  std::uint64_t seed = 0;
  for (const Story& story : split.stories) {
    for (const Shot& shot : story.shots) {
      testing::make_video(folder / story.id / fmt::format("shot_{:02}.mp4", shot.number),
                          {.frames = 8, .seed = ++seed});
    }
  }
}

TEST(Inspection, CountsEveryShotOfACompleteSystem) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(2, 1, 2);
  fill(split, folder.path());
  std::atomic<int> calls = 0;
  const Inspection inspection =
      inspect_outputs(split, find_outputs(split, folder.path()), {.on_shot = [&] { ++calls; }});
  ASSERT_EQ(inspection.shots.size(), 4U);
  EXPECT_EQ(calls, 4);
  EXPECT_TRUE(inspection.findings.empty());
  for (const ShotReport& shot : inspection.shots) {
    EXPECT_EQ(shot.frame_count, 8);
    EXPECT_EQ(shot.width, 64);
    EXPECT_EQ(shot.height, 48);
    EXPECT_EQ(shot.facts.codec, "mpeg4");
    EXPECT_EQ(colour_stamp(shot.facts), "matrix=untagged→bt601 range=untagged→limited");
  }
}

TEST(Inspection, FindsMissingBrokenShortAndDuplicateShots) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(2, 1, 4);
  fill(split, folder.path());
  const auto shot = [&](int ip, int number) {
    return folder / fmt::format("ip_{:02}/0/shot_{:02}.mp4", ip, number);
  };
  std::filesystem::remove(shot(0, 1));
  testing::cut_file(shot(0, 2), 0.5);
  testing::make_video(shot(0, 3), {.frames = 3});
  const auto overwrite = std::filesystem::copy_options::overwrite_existing;
  std::filesystem::copy_file(shot(1, 2), shot(1, 4), overwrite);
  std::filesystem::copy_file(shot(1, 2), shot(0, 4), overwrite);  // another story: no duplicate
  for (const int threads : {1, 3}) {
    const Inspection inspection =
        inspect_outputs(split, find_outputs(split, folder.path()), {.threads = threads});
    EXPECT_EQ(count_of(inspection.findings, "missing_shot"), 1);
    EXPECT_EQ(count_of(inspection.findings, "broken_video"), 1);
    EXPECT_EQ(count_of(inspection.findings, "short_shot"), 1);
    EXPECT_EQ(count_of(inspection.findings, "duplicate_shot"), 1);
    EXPECT_EQ(inspection.findings.size(), 4U);
    EXPECT_EQ(inspection.findings.back().story, "ip_01/0");
    EXPECT_EQ(inspection.findings.back().shot, 4);
    EXPECT_FALSE(inspection.shots[0].source.has_value());
    EXPECT_NE(inspection.shots[0].cause.find("no such file"), std::string::npos);
    EXPECT_NE(inspection.shots[1].cause.find("truncated"), std::string::npos);
    EXPECT_EQ(inspection.shots[2].frame_count, 3);
  }
}

TEST(Inspection, DecodesTheRangesOfALongVideo) {
  const TemporaryFolder folder;
  const Split split = testing::made_split(1, 1, 3);
  testing::make_video(folder / "ip_00/0.mp4", {.frames = 30});
  testing::write_text(folder / "cuts.json", R"({"ip_00/0": [[0, 10], [10, 30], [25, 40]]})");
  const Inspection inspection = inspect_outputs(split, find_outputs(split, folder.path()));
  EXPECT_EQ(inspection.shots[0].frame_count, 10);
  EXPECT_EQ(inspection.shots[1].frame_count, 20);
  EXPECT_EQ(inspection.shots[2].frame_count, 0);
  ASSERT_EQ(inspection.findings.size(), 1U);
  EXPECT_EQ(inspection.findings[0].kind, "bad_cuts");
  EXPECT_EQ(inspection.findings[0].shot, 3);
}

}  // namespace
}  // namespace asbench::loaders
