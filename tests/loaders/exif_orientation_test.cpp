#include "loaders/exif_orientation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include "core/error.h"
#include "core/json.h"
#include "loaders/image_file.h"
#include "loaders/video/clip_reader.h"
#include "loaders/video/mat_image.h"
#include "tests/loaders/picture_bytes.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/video_maker.h"

namespace asbench::loaders {
namespace {

using testing::exif_block;
using ::testing::HasSubstr;
using testing::TemporaryFolder;
using testing::with_exif;

TEST(Upright, MovesEachPixelAsTheStandardSays) {
  // Stored: 1 2 3
  //         4 5 6
  Image stored(2, 3, 3);
  for (int i = 0; i < 6; ++i)
    stored.bytes[static_cast<std::size_t>(3 * i)] = static_cast<std::uint8_t>(i + 1);
  const std::vector<std::pair<int, std::vector<int>>> cases = {
      {1, {1, 2, 3, 4, 5, 6}}, {2, {3, 2, 1, 6, 5, 4}}, {3, {6, 5, 4, 3, 2, 1}},
      {4, {4, 5, 6, 1, 2, 3}}, {5, {1, 4, 2, 5, 3, 6}}, {6, {4, 1, 5, 2, 6, 3}},
      {7, {6, 3, 5, 2, 4, 1}}, {8, {3, 6, 2, 5, 1, 4}}};
  for (const auto& [orientation, expected] : cases) {
    const Image turned = upright(stored, orientation);
    EXPECT_EQ(turned.width, orientation < 5 ? 3 : 2) << orientation;
    std::vector<int> first;
    for (std::size_t i = 0; i < turned.bytes.size(); i += 3) first.push_back(turned.bytes[i]);
    EXPECT_EQ(first, expected) << orientation;
  }
  for (const int other : {-1, 0, 9}) EXPECT_EQ(upright(stored, other), stored);
}

TEST(ExifOrientation, ReadsBothByteOrdersWithAndWithoutItsMark) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const bool little : {true, false}) {
      const std::string block = exif_block(orientation, little);
      EXPECT_EQ(exif_orientation(block), orientation);
      EXPECT_EQ(exif_orientation(std::string("Exif\0\0", 6) + block), orientation);
    }
  }
}

TEST(ExifOrientation, IsOneForOtherValuesAndForDamage) {
  for (const int value : {0, 9, 255}) EXPECT_EQ(exif_orientation(exif_block(value, true)), 1);
  EXPECT_EQ(exif_orientation(""), 1);
  EXPECT_EQ(exif_orientation("no EXIF at all, but long enough to be one"), 1);
  std::string far = exif_block(6, true);
  far[4] = far[5] = far[6] = far[7] = '\xFF';  // the directory lies beyond the end
  EXPECT_EQ(exif_orientation(far), 1);
  // Cut anywhere, and with any one byte changed, it is some orientation and nothing worse.
  const std::string block = exif_block(6, false);
  for (std::size_t i = 0; i < block.size(); ++i) {
    const int cut = exif_orientation(std::string_view(block).substr(0, i));
    EXPECT_TRUE(cut == 1 || cut == 6) << i;
    std::string changed = block;
    changed[i] = '\xFF';
    const int orientation = exif_orientation(changed);
    EXPECT_TRUE(orientation >= 1 && orientation <= 8) << i;
  }
}

TEST(ReadImage, AppliesTheOrientationOfEveryFormat) {
  const TemporaryFolder folder;
  const Image picture = testing::made_frame({.width = 48, .height = 32}, 3);
  for (const char* name : {"a.jpg", "a.png", "a.webp"}) {
    testing::make_picture(folder / name, picture);
    const std::string plain = read_text_file(folder / name);
    const Image stored = read_image(folder / name);
    for (int orientation = 1; orientation <= 8; ++orientation) {
      write_file_atomically(folder / name,
                            with_exif(plain, exif_block(orientation, orientation % 2 == 0)));
      const PictureFile read = read_picture_file(folder / name);
      EXPECT_EQ(read.orientation, orientation) << name;
      EXPECT_EQ(read.image, upright(stored, orientation)) << name << orientation;
      if (std::string_view(name) == "a.jpg") {
        EXPECT_EQ(read.image, to_image(cv::imread(folder / name, cv::IMREAD_COLOR)))
            << "OpenCV turns JPEG files by itself where it is asked for colours: " << orientation;
      }
    }
  }
}

TEST(ReadImage, TurnsPicturesWithAlphaToo) {
  const TemporaryFolder folder;
  Image rgba(3, 5, 4);
  for (std::size_t i = 0; i < rgba.bytes.size(); ++i)
    rgba.bytes[i] = static_cast<std::uint8_t>(4 * i);
  testing::make_picture(folder / "a.png", rgba);
  write_file_atomically(folder / "a.png",
                        with_exif(read_text_file(folder / "a.png"), exif_block(6, true)));
  EXPECT_EQ(read_image(folder / "a.png"), upright(rgba, 6));
}

TEST(ReadImage, TurnsTheFramesOfAFolder) {
  const TemporaryFolder folder;
  const Image picture = testing::made_frame({.width = 48, .height = 32}, 3);
  testing::make_picture(folder / "frames/1.png", picture);
  write_file_atomically(folder / "frames/1.png",
                        with_exif(read_text_file(folder / "frames/1.png"), exif_block(8, true)));
  const std::vector<FrameRule> rules = {FrameRule{}};
  const DecodedClip clip = decode_clip({ShotSource::Kind::frame_folder, folder / "frames"}, rules);
  EXPECT_EQ(clip.width, 32);
  EXPECT_EQ(clip.frames.at(0), upright(picture, 8));
}

std::string refusal(const std::filesystem::path& path) {
  try {
    static_cast<void>(read_image(path));
    return "was read";
  } catch (const BadInput& error) {
    return error.what();
  }
}

TEST(ReadImage, RefusesAnimationsByName) {
  const TemporaryFolder folder;
  testing::make_picture(folder / "a.png", testing::made_frame({}, 0));
  const std::string png = read_text_file(folder / "a.png");
  write_file_atomically(folder / "a.png", testing::with_animation_control(png, 12));
  EXPECT_THAT(refusal(folder / "a.png"), HasSubstr("an animated PNG"));
  write_file_atomically(folder / "a.png", testing::with_animation_control(png, 1));
  EXPECT_EQ(refusal(folder / "a.png"), "was read") << "one frame is no animation";
  write_file_atomically(folder / "a.png", "GIF89a\x01");
  EXPECT_THAT(refusal(folder / "a.png"), HasSubstr("a GIF"));
  std::string webp("RIFF\x1E\0\0\0WEBPVP8X\x0A\0\0\0\x02\0\0\0\0\0\0\0\0\0ANIM\0\0\0\0", 38);
  write_file_atomically(folder / "a.webp", webp);
  EXPECT_THAT(refusal(folder / "a.webp"), HasSubstr("an animated WebP"));
}

TEST(ReadImage, NamesOtherFormatsPointersAndPages) {
  const TemporaryFolder folder;
  const std::vector<std::pair<std::string, const char*>> files = {
      {"BM6\0\0", "a BMP file"},
      {std::string("II*\0\x08", 5), "a TIFF file"},
      {std::string("\0\0\0\x1C"
                   "ftypavif",
                   12),
       "a AVIF file"},
      {std::string("\0\0\0\x1C"
                   "ftypheic",
                   12),
       "a HEIF file"},
      {std::string("\0\0\0\x1C"
                   "ftypisom",
                   12),
       "a video file"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 9\n", "git lfs pull"},
      {"<!DOCTYPE html><title>quota exceeded</title>", "an HTML page"}};
  for (const auto& [bytes, named] : files) {
    write_file_atomically(folder / "reference.png", bytes);
    EXPECT_THAT(refusal(folder / "reference.png"), HasSubstr(named));
  }
}

}  // namespace
}  // namespace asbench::loaders
