#include <gtest/gtest.h>

#include "core/json.h"
#include "loaders/video/clip_check.h"
#include "loaders/video/clip_reader.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/video_maker.h"

namespace asbench::loaders {
namespace {

using testing::made_frame;
using testing::TemporaryFolder;
using testing::VideoSpec;

DecodedClip decode(const std::filesystem::path& folder, const char* rule) {
  const FrameRule parsed = parse_frame_rule(rule);
  return decode_clip({ShotSource::Kind::frame_folder, folder}, {&parsed, 1});
}

std::string cause(const std::filesystem::path& folder) {
  try {
    static_cast<void>(decode(folder, "midpoint:5"));
    return "was read";
  } catch (const BrokenVideo& broken) {
    return broken.cause();
  }
}

TEST(FrameFolder, GivesItsPicturesInNaturalOrder) {
  const TemporaryFolder folder;
  const VideoSpec spec{.frames = 12, .width = 20, .height = 15};
  testing::make_frame_folder(folder / "shot", spec);
  write_file_atomically(folder / "shot" / "notes.txt", "no frame");
  write_file_atomically(folder / "shot" / ".hidden.png", "no frame");
  const DecodedClip clip = decode(folder / "shot", "all");
  EXPECT_EQ(clip.frame_count, 12);
  EXPECT_EQ(clip.width, 20);
  EXPECT_EQ(clip.height, 15);
  EXPECT_EQ(clip.fps, 0.0);
  for (int i = 0; i < 12; ++i) EXPECT_EQ(clip.frames.at(i), made_frame(spec, i)) << i;
}

TEST(FrameFolder, PutsTransparentFramesOnBlack) {
  const TemporaryFolder folder;
  Image frame(2, 2, 4);
  frame.bytes = {200, 100, 50, 255, 200, 100, 50, 0, 200, 100, 50, 128, 0, 0, 0, 255};
  testing::make_picture(folder / "shot" / "1.png", frame);
  const DecodedClip clip = decode(folder / "shot", "all");
  EXPECT_EQ(clip.frames.at(0).bytes,
            (std::vector<std::uint8_t>{200, 100, 50, 0, 0, 0, 100, 50, 25, 0, 0, 0}));
  EXPECT_EQ(clip.facts.alpha, StreamFacts::Alpha::on_black);
  for (std::size_t alpha = 3; alpha < 16; alpha += 4) frame.bytes[alpha] = 255;
  testing::make_picture(folder / "opaque" / "1.png", frame);
  EXPECT_EQ(decode(folder / "opaque", "all").facts.alpha, StreamFacts::Alpha::none);
}

TEST(FrameFolder, TheQuickLookSaysTheSameOfEveryFramesHead) {
  const TemporaryFolder folder;
  const VideoSpec spec{.frames = 4, .width = 20, .height = 15};
  testing::make_frame_folder(folder / "shot", spec);
  const ShotSource shot{ShotSource::Kind::frame_folder, folder / "shot"};
  EXPECT_NO_THROW(check_clip(shot));
  auto last = folder / "shot";
  for (const auto& entry : std::filesystem::directory_iterator(folder / "shot")) {
    if (last == folder / "shot" || last < entry.path()) last = entry.path();
  }
  for (const std::string text :
       {"", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
        "<!DOCTYPE html><html></html>", "GIF89a, as it were"}) {
    write_file_atomically(last, text);
    try {
      check_clip(shot);
      ADD_FAILURE() << text;
    } catch (const BrokenVideo& broken) {
      EXPECT_EQ(broken.cause(), cause(folder / "shot")) << text;
      EXPECT_NE(broken.cause().find("frame " + last.filename().string()), std::string::npos)
          << broken.cause();
    }
  }
}

TEST(FrameFolder, IsBrokenWithoutPicturesOrWithADefectiveOne) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "shot");
  EXPECT_NE(cause(folder / "shot").find("without PNG"), std::string::npos);
  testing::make_frame_folder(folder / "shot", {.frames = 9});
  EXPECT_EQ(cause(folder / "shot"), "was read");
  // Frame 6 of 9 is none that midpoint:5 takes; it counts all the same.
  testing::cut_file(folder / "shot" / "frame_6.png", 0.5);
  EXPECT_NE(cause(folder / "shot").find("frame_6.png"), std::string::npos);
  // What was listed a moment ago and is gone says nothing about its content.
  EXPECT_THROW(static_cast<void>(decode(folder / "absent", "all")), SystemFault);
}

TEST(FrameFolder, IsBrokenWhenSizesDiffer) {
  const TemporaryFolder folder;
  testing::make_frame_folder(folder / "shot", {.frames = 3, .width = 20, .height = 16});
  testing::make_picture(folder / "shot" / "frame_4.png",
                        made_frame({.width = 20, .height = 17}, 0));
  EXPECT_NE(cause(folder / "shot").find("from 20x16 to 20x17 at frame_4.png"), std::string::npos)
      << cause(folder / "shot");
}

}  // namespace
}  // namespace asbench::loaders
