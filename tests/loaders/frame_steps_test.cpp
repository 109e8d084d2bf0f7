// Whether a video's frame rate varies: the time from one frame to the next.
#include <gtest/gtest.h>

#include <filesystem>

#include "loaders/masks/reference_picture.h"
#include "loaders/video/decoder.h"
#include "tests/loaders/clip_encoder.h"
#include "tests/support/temporary_folder.h"

namespace asbench::loaders {
namespace {

namespace fs = std::filesystem;
using asbench::testing::EncodedStream;
using asbench::testing::TemporaryFolder;

/// Twelve key frames, but for the fifth where it is left out.
EncodedStream twelve_frames(bool with_gap) {
  EncodedStream stream;
  stream.codec = "ffv1";
  stream.frames = 12;
  stream.options = "g=1";
  if (with_gap) stream.keep = [](int index, int) { return index != 4; };
  return stream;
}

Pass read(const fs::path& file) {
  return VideoDecoder(file, {}).run({});
}

TEST(FrameSteps, AreEqualAtAConstantRate) {
  const TemporaryFolder folder;
  for (const AVRational rate : {AVRational{16, 1}, AVRational{24, 1}, AVRational{30000, 1001}}) {
    EncodedStream stream = twelve_frames(false);
    stream.rate = rate;
    asbench::testing::write_clip(folder / "a.mkv", {stream});  // time stamps in milliseconds
    const Pass pass = read(folder / "a.mkv");
    EXPECT_EQ(pass.decoded, 12);
    EXPECT_GT(pass.shortest_step, 0);
    EXPECT_LE(pass.longest_step - pass.shortest_step, 1);
    EXPECT_FALSE(pass.has_variable_rate());
  }
}

TEST(FrameSteps, ShowAGap) {
  const TemporaryFolder folder;
  asbench::testing::write_clip(folder / "a.mkv", {twelve_frames(true)});
  const Pass pass = read(folder / "a.mkv");
  EXPECT_EQ(pass.decoded, 11);
  EXPECT_TRUE(pass.has_variable_rate());
  Mask all{48, 64, {}};
  all.values.assign(48 * 64, 1);
  all.values[0] = 0;
  int taken = 0;
  const Findings findings = make_reference_pictures(
      folder / "a.mkv", "film", {{"film/0", "Momo", {{9, encode_mask(all)}}}},
      {.choice = ReferenceChoice::largest, .annotated_fps = 16.0},
      [&](const ReferencePicture&) { ++taken; });
  EXPECT_EQ(taken, 1);
  bool said = false;
  for (const Finding& finding : findings) said = said || finding.kind == "vfr";
  EXPECT_TRUE(said);
}

}  // namespace
}  // namespace asbench::loaders
