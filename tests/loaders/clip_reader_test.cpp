#include "loaders/video/clip_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>
#include <thread>

#include "core/hash.h"
#include "core/json.h"
#include "loaders/video/clip_check.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/video_maker.h"

namespace asbench::loaders {
namespace {

using testing::made_frame;
using testing::TemporaryFolder;
using testing::VideoSpec;

/// Mean absolute difference a channel that Motion JPEG and MPEG-4 at their default quality leave on
/// the test picture; another frame of it differs by more than twice this.
constexpr double kCodecLoss = 9.0;

double mean_difference(const Image& a, const Image& b) {
  if (a.bytes.size() != b.bytes.size()) return 1e9;
  double sum = 0.0;
  for (std::size_t i = 0; i < a.bytes.size(); ++i) sum += std::abs(a.bytes[i] - b.bytes[i]);
  return sum / static_cast<double>(a.bytes.size());
}

ShotSource file(const std::filesystem::path& path) {
  return {ShotSource::Kind::video_file, path};
}

DecodedClip decode(const ShotSource& source, std::initializer_list<const char*> rules) {
  std::vector<FrameRule> parsed;
  for (const char* rule : rules) parsed.push_back(parse_frame_rule(rule));
  return decode_clip(source, parsed);
}

/// The most similar frame of the spec.
int closest(const Image& image, const VideoSpec& spec) {
  int best = 0;
  for (int i = 1; i < spec.frames; ++i) {
    if (mean_difference(image, made_frame(spec, i)) <
        mean_difference(image, made_frame(spec, best))) {
      best = i;
    }
  }
  return best;
}

class ClipReader : public ::testing::TestWithParam<const char*> {};

TEST_P(ClipReader, CountsFramesAndKeepsTheRightOnes) {
  const TemporaryFolder folder;
  const VideoSpec spec{.frames = 23, .width = 96, .height = 64, .fps = 12.0, .seed = 4};
  const auto path = folder / GetParam();
  testing::make_video(path, spec);
  const DecodedClip clip = decode(file(path), {"midpoint:5", "ends:3", "window:4"});
  EXPECT_EQ(clip.frame_count, 23);
  EXPECT_EQ(clip.width, 96);
  EXPECT_EQ(clip.height, 64);
  EXPECT_NEAR(clip.fps, 12.0, 1e-6);
  ASSERT_EQ(clip.indices.size(), 3U);
  EXPECT_EQ(clip.indices[0], frame_indices(parse_frame_rule("midpoint:5"), 23));
  std::set<int> wanted;
  for (const auto& indices : clip.indices) wanted.insert(indices.begin(), indices.end());
  ASSERT_EQ(clip.frames.size(), wanted.size());
  for (const auto& [index, frame] : clip.frames) {
    EXPECT_TRUE(wanted.contains(index));
    EXPECT_LT(mean_difference(frame, made_frame(spec, index)), kCodecLoss);
    EXPECT_EQ(closest(frame, spec), index);
  }
}

INSTANTIATE_TEST_SUITE_P(Containers, ClipReader,
                         ::testing::Values("a.avi", "a.mp4", "a.mov", "a.mkv"),
                         [](const auto& name) { return std::string(name.param).substr(2); });

TEST(ClipReader, DecodesH264) {
  const TemporaryFolder folder;
  const VideoSpec spec{.frames = 49, .width = 96, .height = 64};
  if (!testing::make_h264_video(folder / "a.mp4", spec)) {
    GTEST_SKIP() << "this OpenCV can't write H.264";
  }
  const DecodedClip clip = decode(file(folder / "a.mp4"), {"midpoint:5"});
  EXPECT_EQ(clip.frame_count, 49);
  for (const auto& [index, frame] : clip.frames) EXPECT_EQ(closest(frame, spec), index);
}

TEST(ClipReader, GivesTheSameFramesWhateverElseIsAsked) {
  const TemporaryFolder folder;
  testing::make_video(folder / "a.mp4", {.frames = 17});
  const DecodedClip all = decode(file(folder / "a.mp4"), {"all"});
  ASSERT_EQ(all.frames.size(), 17U);
  for (const char* rule : {"midpoint:5", "ends:4", "stride:32", "window:3"}) {
    const DecodedClip some = decode(file(folder / "a.mp4"), {rule});
    for (const auto& [index, frame] : some.frames) EXPECT_EQ(frame, all.frames.at(index)) << rule;
  }
}

TEST(ClipReader, KeepsRepeatedFramesOfShortClipsOnce) {
  const TemporaryFolder folder;
  testing::make_video(folder / "a.avi", {.frames = 3});
  const DecodedClip clip = decode(file(folder / "a.avi"), {"midpoint:5", "window:16"});
  EXPECT_EQ(clip.frame_count, 3);
  EXPECT_EQ(clip.indices[0], (std::vector<int>{0, 1, 2, 2, 2}));
  EXPECT_TRUE(clip.indices[1].empty());
  EXPECT_EQ(clip.frames.size(), 3U);
}

TEST(ClipReader, CountsWithoutKeepingWhenNoRuleAsks) {
  const TemporaryFolder folder;
  testing::make_video(folder / "a.avi", {.frames = 9, .width = 80});
  const DecodedClip clip = decode_clip(file(folder / "a.avi"), {});
  EXPECT_EQ(clip.frame_count, 9);
  EXPECT_EQ(clip.width, 80);
  EXPECT_TRUE(clip.frames.empty());
}

TEST(ClipReader, CountsFramesItselfWhenTheContainerDeclaresOthers) {
  const TemporaryFolder folder;
  const VideoSpec spec{.frames = 20};
  testing::make_video(folder / "a.mkv", spec);
  // Matroska has no frame count: OpenCV computes one from the duration, a double after its element
  // id 0x4489 and length 0x88. Half of the duration is half of the count.
  std::string bytes = read_text_file(folder / "a.mkv");
  const auto at = bytes.find("\x44\x89\x88");
  ASSERT_NE(at, std::string::npos);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    bits = bits << 8U | static_cast<unsigned char>(bytes[at + 3 + i]);
  }
  bits -= std::uint64_t{1} << 52U;  // one less in the exponent
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[at + 3 + i] = static_cast<char>(bits >> (8 * (7 - i)));
  }
  write_file_atomically(folder / "a.mkv", bytes);
  const DecodedClip clip = decode(file(folder / "a.mkv"), {"midpoint:5", "ends:2"});
  EXPECT_EQ(clip.frame_count, 20);
  EXPECT_NE(clip.declared_frames, 20);
  EXPECT_EQ(clip.indices[1], (std::vector<int>{0, 19}));
  for (const auto& [index, frame] : clip.frames) EXPECT_EQ(closest(frame, spec), index);
}

TEST(ClipReader, RefusesAPacketThatDoesNotDecode) {
  const TemporaryFolder folder;
  testing::make_video(folder / "a.avi", {.frames = 12});
  std::string bytes = read_text_file(folder / "a.avi");
  // The whole sixth picture (chunk 00dc, its size in 32 little-endian bits) becomes zeros.
  std::size_t at = bytes.find("movi");
  for (int i = 0; i < 6; ++i) at = bytes.find("00dc", at + 1);
  std::size_t size = 0;
  for (std::size_t i = 4; i > 0; --i) {
    size = size << 8U | static_cast<unsigned char>(bytes[at + 3 + i]);
  }
  ASSERT_LT(at + 8 + size, bytes.size());
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at + 8), size, '\0');
  write_file_atomically(folder / "a.avi", bytes);
  try {
    static_cast<void>(decode(file(folder / "a.avi"), {"ends:2"}));
    FAIL();
  } catch (const BrokenVideo& broken) {
    EXPECT_EQ(broken.kind(), "damaged_video");
    EXPECT_NE(broken.cause().find("first noticed at frame 5, 1 time in all"), std::string::npos)
        << broken.cause();
  }
}

TEST(ClipReader, DecodesRangesOfALongVideo) {
  const TemporaryFolder folder;
  const VideoSpec spec{.frames = 30};
  testing::make_video(folder / "long.mp4", spec);
  const auto range = [&](int begin, int end) {
    return ShotSource{ShotSource::Kind::video_range, folder / "long.mp4", begin, end};
  };
  const DecodedClip whole = decode(file(folder / "long.mp4"), {"all"});
  const std::vector<ShotSource> sources = {range(20, 30), range(0, 7), range(5, 12), range(25, 31)};
  const std::vector<FrameRule> rules = {parse_frame_rule("midpoint:5"), parse_frame_rule("all")};
  const auto outcomes = decode_ranges(sources, rules);
  ASSERT_EQ(outcomes.size(), 4U);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& clip = std::get<DecodedClip>(outcomes[i]);
    EXPECT_EQ(clip.frame_count, sources[i].end_frame - sources[i].begin_frame);
    EXPECT_EQ(clip.frames.size(), static_cast<std::size_t>(clip.frame_count));
    for (const auto& [index, frame] : clip.frames) {
      EXPECT_EQ(frame, whole.frames.at(sources[i].begin_frame + index));
    }
    const DecodedClip alone = decode_clip(sources[i], rules);
    EXPECT_EQ(alone.frames, clip.frames);
  }
  const auto& beyond = std::get<BrokenVideo>(outcomes[3]);
  EXPECT_EQ(beyond.kind(), "bad_cuts");
  EXPECT_NE(beyond.cause().find("the video has 30"), std::string::npos) << beyond.cause();
  // The quick look sees it too where the container declares its frames.
  EXPECT_NO_THROW(check_clip(sources[0]));
  try {
    check_clip(sources[3]);
    ADD_FAILURE() << "a range beyond the end";
  } catch (const BrokenVideo& broken) {
    EXPECT_EQ(broken.kind(), "bad_cuts");
    EXPECT_EQ(broken.cause(), beyond.cause());
  }
  // A range that is only claimed must cost nothing.
  EXPECT_THROW(static_cast<void>(decode_clip(range(0, 2'000'000'000), rules)), BrokenVideo);
  EXPECT_THROW(static_cast<void>(decode_clip(range(9, 9), rules)), BrokenVideo);
}

TEST(ClipReader, IsThreadSafe) {
  const TemporaryFolder folder;
  testing::make_video(folder / "a.mp4", {.frames = 12});
  const std::string expected = clip_digest(decode(file(folder / "a.mp4"), {"midpoint:5"}));
  std::vector<std::string> digests(4);
  {
    std::vector<std::jthread> threads;
    for (auto& digest : digests) {
      threads.emplace_back([&folder, &digest] {
        digest = clip_digest(decode(file(folder / "a.mp4"), {"midpoint:5"}));
      });
    }
  }
  for (const auto& digest : digests) EXPECT_EQ(digest, expected);
}

TEST(ClipDigest, TellsFramesApartAndNotFileNames) {
  const TemporaryFolder folder;
  testing::make_video(folder / "a.avi", {.seed = 1});
  testing::make_video(folder / "b.avi", {.seed = 2});
  testing::make_video(folder / "longer.avi", {.frames = 13, .seed = 1});
  std::filesystem::copy(folder / "a.avi", folder / "c.avi");
  const auto digest = [&](const char* name) {
    return clip_digest(decode(file(folder / name), {"midpoint:5"}));
  };
  EXPECT_EQ(digest("a.avi"), digest("c.avi"));
  EXPECT_NE(digest("a.avi"), digest("b.avi"));
  EXPECT_NE(digest("a.avi"), digest("longer.avi"));
}

TEST(ContentHash, CountsBytesAndOrderAndNotNames) {
  const TemporaryFolder folder;
  testing::make_video(folder / "a.avi");
  EXPECT_EQ(content_sha256(file(folder / "a.avi")), sha256_file(folder / "a.avi"));
  const auto range = [&](int begin, int end) {
    return content_sha256({ShotSource::Kind::video_range, folder / "a.avi", begin, end});
  };
  EXPECT_EQ(range(0, 5), range(0, 5));
  EXPECT_NE(range(0, 5), range(0, 6));
  EXPECT_NE(range(0, 5), content_sha256(file(folder / "a.avi")));

  testing::make_frame_folder(folder / "frames", {.frames = 11});
  const ShotSource frames{ShotSource::Kind::frame_folder, folder / "frames"};
  const std::string before = content_sha256(frames);
  std::filesystem::rename(folder / "frames", folder / "renamed");
  const ShotSource renamed{ShotSource::Kind::frame_folder, folder / "renamed"};
  EXPECT_EQ(content_sha256(renamed), before);
  std::filesystem::rename(folder / "renamed/frame_1.png", folder / "renamed/frame_99.png");
  EXPECT_NE(content_sha256(renamed), before);
  EXPECT_THROW(static_cast<void>(content_sha256(file(folder / "absent.mp4"))), BrokenVideo);
}

TEST(DecoderName, HasTheVersionsThatDecideThePixels) {
  EXPECT_EQ(decoder_name().find("avcodec-"), 0U) << decoder_name();
  EXPECT_NE(decoder_name().find("/swscale-"), std::string::npos) << decoder_name();
}

}  // namespace
}  // namespace asbench::loaders
