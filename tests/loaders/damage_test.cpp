// The damage campaign in small: docs/video.md has the figures of the large one.
#include <gtest/gtest.h>

#include <sstream>

#include "tests/support/temporary_folder.h"
#include "tools/damage/damage_campaign.h"

namespace asbench::damage {
namespace {

TEST(Damage, IsAnsweredTheSameTwiceAndNeverOverlookedWhereFfmpegNoticesIt) {
  const std::string ffmpeg = find_ffmpeg();
  if (ffmpeg.empty()) GTEST_SKIP() << "no program ffmpeg in $PATH to compare with";
  const asbench::testing::TemporaryFolder folder;
  const CampaignResult result =
      run_campaign({.clips = 36, .seed = 7, .folder = folder.path(), .ffmpeg = ffmpeg});
  std::ostringstream table;
  print(result, table);
  EXPECT_TRUE(result.unstable.empty()) << table.str();
  EXPECT_TRUE(result.overlooked.empty()) << table.str();
  EXPECT_EQ(result.by_kind.size(), 12U) << table.str();
  const Count total = result.total();
  EXPECT_EQ(total.clips, 36);
  EXPECT_GT(total.refused, 18) << "most damage is seen\n" << table.str();
  EXPECT_EQ(total.refused + total.same_pixels + total.other_pixels, 36) << table.str();
}

}  // namespace
}  // namespace asbench::damage
