// Pixels of the reader against OpenCV's and ffmpeg's own; the clips and the values are made by
// tests/golden/clip_reader/generate.py.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "core/hash.h"
#include "core/json.h"
#include "loaders/image_file.h"
#include "loaders/video/clip_reader.h"
#include "tests/support/paths.h"

namespace asbench::loaders {
namespace {

namespace fs = std::filesystem;

fs::path golden_folder() {
  return asbench::testing::source_folder() / "tests/golden/clip_reader";
}

DecodedClip decode_all(const fs::path& file) {
  const std::vector<FrameRule> all = {parse_frame_rule("all")};
  return decode_clip({.kind = ShotSource::Kind::video_file, .path = file}, all);
}

TEST(ClipReaderGolden, UntaggedClipsHaveThePixelsOfBothOpenCvs) {
  const Json golden = read_json_file(golden_folder() / "untagged/opencv.json");
  ASSERT_EQ(golden["opencv"].size(), 2U);
  for (const Json& published : golden["opencv"]) {
    ASSERT_EQ(published["clips"].size(), 17U);
    for (const auto& [name, expected] : published["clips"].items()) {
      const DecodedClip clip = decode_all(golden_folder() / "untagged" / name);
      EXPECT_EQ(clip.width, expected["width"]) << name;
      EXPECT_EQ(clip.height, expected["height"]) << name;
      std::vector<std::string> sums;
      for (const auto& [index, frame] : clip.frames) {
        sums.push_back(sha256_hex(std::string_view(
            reinterpret_cast<const char*>(frame.bytes.data()), frame.bytes.size())));
      }
      EXPECT_EQ(Json(sums), expected["frames"]) << name << ", OpenCV " << published["version"];
    }
  }
}

/// Largest difference of a level between a frame and the part of a picture that begins at a row.
int largest_difference(const Image& frame, const Image& picture, int first_row) {
  int largest = 0;
  for (int y = 0; y < frame.height; ++y) {
    for (std::size_t i = 0; i < frame.row_bytes(); ++i) {
      largest = std::max(largest, std::abs(static_cast<int>(frame.row(y)[i]) -
                                           static_cast<int>(picture.row(first_row + y)[i])));
    }
  }
  return largest;
}

TEST(ClipReaderGolden, TagsDepthRotationAndMirrorsAreAppliedAsFfmpegDoes) {
  constexpr int kLevels = 1;
  constexpr int kFrames = 4;
  int clips = 0;
  for (const auto& entry : fs::directory_iterator(golden_folder() / "tagged")) {
    if (entry.path().extension() != ".mp4") continue;
    ++clips;
    const std::string name = entry.path().filename().string();
    const Image expected = read_image(fs::path(entry.path()).replace_extension(".png"));
    const DecodedClip clip = decode_all(entry.path());
    ASSERT_EQ(clip.frame_count, kFrames) << name;
    EXPECT_EQ(clip.width, expected.width) << name;
    EXPECT_EQ(2 * clip.height, expected.height) << name;
    if (clip.width != expected.width || 2 * clip.height != expected.height) continue;
    EXPECT_LE(largest_difference(clip.frames.at(0), expected, 0), kLevels) << name;
    EXPECT_LE(largest_difference(clip.frames.at(kFrames - 1), expected, clip.height), kLevels)
        << name << ", last frame";
  }
  EXPECT_EQ(clips, 28);
}

}  // namespace
}  // namespace asbench::loaders
