#include "features/clip_record.h"

#include <gtest/gtest.h>

#include "features/keys.h"
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
  ASSERT_TRUE(read_clip_record(store, kDecoder, {}, ClipUse::reference_set, known));
  EXPECT_EQ(known, outcome);
}

TEST(ClipRecord, OfAnotherDecoderIsNotKnown) {
  const testing::TemporaryFolder folder;
  const FeatureStore store(folder / "store");
  store_clip_info(store, kDecoder, full_outcome());
  ClipOutcome known;
  known.content_sha256 = full_outcome().content_sha256;
  EXPECT_FALSE(read_clip_record(store, "another", {}, ClipUse::reference_set, known));
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
  ASSERT_TRUE(read_clip_record(store, kDecoder, {}, ClipUse::reference_set, known));
  EXPECT_EQ(known, outcome);
}

}  // namespace
}  // namespace asbench::features
