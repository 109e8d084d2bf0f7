#include "features/clip_record.h"

#include <gtest/gtest.h>

#include "features/keys.h"
#include "features/picture_record.h"
#include "tests/support/temporary_folder.h"

namespace asbench::features {
namespace {

constexpr const char* kDecoder = "a decoder";

/// Every field differs from its default.
ClipOutcome full_outcome() {
  ClipOutcome outcome;
  outcome.content_sha256 = std::string(64, 'c');
  outcome.frame_count = 30;
  outcome.declared_frames = 31;
  outcome.fps = 23.976;
  outcome.width = 640;
  outcome.height = 360;
  outcome.facts = {.codec = "hevc",
                   .pixel_format = "yuv420p10le",
                   .matrix = "bt2020nc",
                   .range = "full",
                   .matrix_tag = "bt2020c",
                   .range_tagged = true,
                   .transfer = "smpte2084",
                   .orientation = "rotated 180 degrees",
                   .odd_rotation = true,
                   .pixel_width = 4,
                   .pixel_height = 3,
                   .video_streams = 2,
                   .stream = 5,
                   .alpha = loaders::StreamFacts::Alpha::undecoded};
  return outcome;
}

TEST(ClipRecord, GivesBackWhatTheDecodeHasShown) {
  const testing::TemporaryFolder folder;
  const FeatureStore store(folder / "store");
  const ClipOutcome outcome = full_outcome();
  store_clip_info(store, kDecoder, outcome);
  ClipOutcome known;
  known.content_sha256 = outcome.content_sha256;
  ASSERT_TRUE(
      read_clip_record(store, kDecoder, {}, {.source = {}, .use = ClipUse::reference_set}, known));
  EXPECT_EQ(known, outcome);
}

TEST(ClipRecord, OfAnotherDecoderIsNotKnown) {
  const testing::TemporaryFolder folder;
  const FeatureStore store(folder / "store");
  store_clip_info(store, kDecoder, full_outcome());
  ClipOutcome known;
  known.content_sha256 = full_outcome().content_sha256;
  EXPECT_FALSE(
      read_clip_record(store, "another", {}, {.source = {}, .use = ClipUse::reference_set}, known));
  EXPECT_EQ(known.facts, loaders::StreamFacts{});
}

TEST(ClipRecord, KeepsTheDefaultsOfAFolderOfFrames) {
  const testing::TemporaryFolder folder;
  const FeatureStore store(folder / "store");
  ClipOutcome outcome;
  outcome.content_sha256 = std::string(64, 'd');
  outcome.frame_count = outcome.declared_frames = 4;
  outcome.facts.alpha = loaders::StreamFacts::Alpha::on_black;
  store_clip_info(store, kDecoder, outcome);
  ClipOutcome known;
  known.content_sha256 = outcome.content_sha256;
  ASSERT_TRUE(
      read_clip_record(store, kDecoder, {}, {.source = {}, .use = ClipUse::reference_set}, known));
  EXPECT_EQ(known, outcome);
}

TEST(PictureRecord, GivesBackEveryNumber) {
  const testing::TemporaryFolder folder;
  const FeatureStore store(folder / "store");
  PictureStatistics statistics{.frames = 49,
                               .laplacian = 1.0 / 3.0,
                               .band_pass = 2.0 / 7.0,
                               .repeats = 12,
                               .flicker = 0.1,
                               .still_area = 0.7,
                               .bar_rows = 0.25,
                               .bar_columns = 0.125};
  const std::string key = picture_key(std::string(64, 'c'), kDecoder);
  EXPECT_FALSE(read_pictures(store, key));
  store_pictures(store, key, statistics);
  EXPECT_EQ(read_pictures(store, key), statistics);
  statistics.flicker.reset();
  store_pictures(store, key, statistics);
  EXPECT_EQ(read_pictures(store, key), statistics);
}

}  // namespace
}  // namespace asbench::features
