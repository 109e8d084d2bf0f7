// The reader against other readers: OpenCV's, and the ffmpeg program.
#include "loaders/video/decoder.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <opencv2/videoio.hpp>
#include <sstream>

#include "core/json.h"
#include "loaders/video/mat_image.h"
#include "tests/loaders/clip_encoder.h"
#include "tests/support/temporary_folder.h"

namespace asbench::loaders {
namespace {

using testing::EncodedStream;
using testing::TemporaryFolder;

DecodedClip decode(const std::filesystem::path& path, const char* rule = "all", int threads = 1) {
  const FrameRule parsed = parse_frame_rule(rule);
  return decode_clip({ShotSource::Kind::video_file, path}, {&parsed, 1}, {.threads = threads});
}

// ---- untagged clips: the pixels of OpenCV, which published pipelines get

struct Untagged {
  const char* name;
  const char* codec;
  const char* file;
  int width, height;
  AVPixelFormat format = AV_PIX_FMT_YUV420P;
};

class UntaggedClips : public ::testing::TestWithParam<Untagged> {};

TEST_P(UntaggedClips, HaveThePixelsOfOpenCv) {
  const Untagged& form = GetParam();
  if (!testing::has_encoder(form.codec)) GTEST_SKIP() << "no encoder " << form.codec;
  const TemporaryFolder folder;
  EncodedStream spec{.codec = form.codec, .format = form.format};
  spec.width = form.width;
  spec.height = form.height;
  testing::write_clip(folder / form.file, {spec});
  const DecodedClip clip = decode(folder / form.file);
  silence_decoders();
  cv::VideoCapture capture((folder / form.file).string(), cv::CAP_FFMPEG);
  ASSERT_TRUE(capture.isOpened());
  EXPECT_EQ(clip.declared_frames, static_cast<int>(capture.get(cv::CAP_PROP_FRAME_COUNT)));
  EXPECT_DOUBLE_EQ(clip.fps, capture.get(cv::CAP_PROP_FPS));
  int index = 0;
  for (cv::Mat picture; capture.read(picture); ++index) {
    ASSERT_LT(index, clip.frame_count);
    ASSERT_EQ(to_image(picture), clip.frames.at(index)) << "frame " << index;
  }
  EXPECT_EQ(index, clip.frame_count);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, UntaggedClips,
    ::testing::Values(Untagged{"h264", "libx264", "a.mp4", 720, 480},
                      Untagged{"h264_cropped", "libx264", "a.mp4", 98, 50},
                      Untagged{"h264_1080", "libx264", "a.mkv", 1920, 1080},
                      Untagged{"h264_narrow", "libx264", "a.mp4", 26, 34},
                      Untagged{"hevc", "libx265", "a.mp4", 96, 66},
                      Untagged{"vp9", "libvpx-vp9", "a.webm", 96, 64},
                      Untagged{"vp9_odd", "libvpx-vp9", "a.webm", 51, 37},
                      Untagged{"mpeg4", "mpeg4", "a.mp4", 64, 48},
                      Untagged{"mpeg4_odd", "mpeg4", "a.avi", 53, 41},
                      Untagged{"mjpeg", "mjpeg", "a.avi", 64, 48, AV_PIX_FMT_YUVJ420P},
                      Untagged{"mjpeg_odd", "mjpeg", "a.avi", 53, 41, AV_PIX_FMT_YUVJ420P}),
    [](const auto& name) { return std::string(name.param.name); });

// ---- tagged clips: the pixels of the ffmpeg program

struct Tagged {
  std::string name;
  EncodedStream stream;
};

std::vector<Tagged> tagged_clips() {
  std::vector<Tagged> clips;
  const struct {
    const char* codec;
    const char* options;
    AVPixelFormat eight, ten;
  } codecs[] = {{"libx264", "crf=12:threads=1", AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV420P10},
                {"libx265", "crf=12:x265-params=log-level=none\\:pools=1", AV_PIX_FMT_YUV420P,
                 AV_PIX_FMT_YUV420P10},
                {"ffv1", "threads=1", AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUV420P10}};
  const struct {
    const char* name;
    AVColorSpace matrix;
    AVColorRange range;
  } tags[] = {{"untagged", AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_UNSPECIFIED},
              {"bt601full", AVCOL_SPC_SMPTE170M, AVCOL_RANGE_JPEG},
              {"bt709", AVCOL_SPC_BT709, AVCOL_RANGE_MPEG},
              {"bt2020", AVCOL_SPC_BT2020_NCL, AVCOL_RANGE_MPEG}};
  const int turns[5][4] = {{0, -1, 1, 0}, {1, 0, 0, 1}, {-1, 0, 0, 1}, {0, 1, -1, 0}, {0, 1, 1, 0}};
  for (const auto& codec : codecs) {
    for (const auto& tag : tags) {
      for (const bool ten : {false, true}) {
        EncodedStream stream{.codec = codec.codec, .format = ten ? codec.ten : codec.eight};
        stream.frames = 4;
        stream.options = codec.options;
        stream.matrix = tag.matrix;
        stream.range = tag.range;
        stream.pictures = {testing::lopsided_picture(64, 48),
                           testing::lopsided_picture(64, 48, 90)};
        const std::size_t turn = clips.size() % 5;
        if (turn != 1) {  // upright
          stream.display_matrix = testing::display_matrix(turns[turn][0], turns[turn][1],
                                                          turns[turn][2], turns[turn][3]);
        }
        clips.push_back(
            {fmt::format("{}_{}_{}bit_turn{}", codec.codec, tag.name, ten ? 10 : 8, turn), stream});
      }
    }
  }
  return clips;
}

/// The frames of a clip as the ffmpeg program converts them, one after another.
std::string ffmpeg_pixels(const std::filesystem::path& clip, const std::filesystem::path& raw) {
  const std::string command = fmt::format(
      "ffmpeg -nostdin -v quiet -y -i '{}' -fps_mode passthrough -pix_fmt rgb24 -f rawvideo '{}'",
      clip.string(), raw.string());
  return std::system(command.c_str()) == 0 ? read_text_file(raw) : std::string();
}

TEST(TaggedClips, HaveThePixelsOfTheFfmpegProgram) {
  if (std::system("ffmpeg -version > /dev/null 2>&1") != 0) GTEST_SKIP() << "no ffmpeg program";
  const TemporaryFolder folder;
  int compared = 0;
  for (const Tagged& clip : tagged_clips()) {
    if (!testing::has_encoder(clip.stream.codec)) continue;
    // QuickTime holds every codec here and the display matrix; its colr atom holds the matrix.
    const auto path = folder / (clip.name + (clip.stream.codec == "ffv1" ? ".mkv" : ".mov"));
    testing::write_clip(path, {clip.stream});
    const std::string expected = ffmpeg_pixels(path, folder / "raw");
    const DecodedClip decoded = decode(path);
    std::string pixels;
    for (const auto& [index, frame] : decoded.frames) {
      pixels.append(frame.bytes.begin(), frame.bytes.end());
    }
    ASSERT_EQ(pixels.size(), expected.size()) << clip.name;
    int worst = 0;
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      worst = std::max(worst, std::abs(static_cast<unsigned char>(pixels[i]) -
                                       static_cast<unsigned char>(expected[i])));
    }
    EXPECT_LE(worst, 1) << clip.name << " " << colour_stamp(decoded.facts);
    ++compared;
  }
  EXPECT_GE(compared, 8);
}

// ---- threads and memory

TEST(Decoder, GivesTheSameFramesForAnyNumberOfThreads) {
  const TemporaryFolder folder;
  EncodedStream spec{.codec = testing::has_encoder("libx264") ? "libx264" : "mpeg4"};
  spec.frames = 40;
  spec.options = "bf=3:g=15:threads=1";
  testing::write_clip(folder / "a.mp4", {spec});
  const DecodedClip one = decode(folder / "a.mp4");
  EXPECT_EQ(one.frame_count, 40);
  for (const int threads : {2, 4, 7}) {
    const DecodedClip several = decode(folder / "a.mp4", "all", threads);
    EXPECT_EQ(several.frame_count, 40);
    EXPECT_EQ(several.frames, one.frames) << threads;
    EXPECT_EQ(several.facts, one.facts) << threads;
  }
}

/// A line of /proc/self/status in kilobytes; 0 when it isn't there.
long status_kb(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ":")) return std::stol(line.substr(name.size() + 1));
  }
  return 0;
}

TEST(Decoder, NeedsNoMoreMemoryForALongVideo) {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "sanitizers keep memory that was given back";
#endif
  const TemporaryFolder folder;
  EncodedStream spec{.codec = "mpeg4", .width = 32, .height = 32, .frames = 50'000};
  spec.options = "q=8:g=100";
  testing::write_clip(folder / "long.mkv", {spec});
  spec.frames = 200;
  testing::write_clip(folder / "short.mkv", {spec});
  EXPECT_EQ(decode(folder / "short.mkv", "midpoint:5").frame_count, 200);  // pools and tables
  std::ofstream("/proc/self/clear_refs") << "5";                           // the peak starts anew
  const long before = status_kb("VmRSS");
  if (before == 0 || status_kb("VmHWM") > before + 4096) GTEST_SKIP() << "peak memory unknown";
  EXPECT_EQ(decode(folder / "long.mkv", "midpoint:5").frame_count, 50'000);
  constexpr long kSlack = 16 * 1024;  // one decoded frame is 1.5 KB: keeping them would be 75 MB
  EXPECT_LT(status_kb("VmHWM"), before + kSlack);
}

// ---- names are names

TEST(Decoder, TakesNamesLiterally) {
  const TemporaryFolder folder;
  testing::write_clip(folder / "real.mp4", {{.codec = "mpeg4", .options = "q=3"}});
  const std::string bytes = read_text_file(folder / "real.mp4");
  for (const char* name :
       {"concat:real.mp4|real.mp4", "a%03d.mp4", "x#1?y=2.mp4", "[a] 50%.mp4", "file:x.mp4",
        "pipe:0", "crypto+file:a", "*.mp4", "subfile,,x", "a.avs"}) {
    write_file_atomically(folder / name, bytes);
    EXPECT_EQ(decode(folder / name).frame_count, 8) << name;
  }
}

TEST(Decoder, OpensNoOtherFileThatAFileNames) {
  const TemporaryFolder folder;
  testing::write_clip(folder / "real.mp4", {{.codec = "mpeg4", .options = "q=3"}});
  const std::string real = (folder / "real.mp4").string();
  const std::string scripts[] = {
      "ffconcat version 1.0\nfile '" + real + "'\n",
      "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n" + real + "\n#EXT-X-ENDLIST\n",
      "v=0\nc=IN IP4 127.0.0.1\nm=video 5000 RTP/AVP 96\na=rtpmap:96 H264/90000\n"};
  for (const std::string& script : scripts) {
    // A control character in a comment: no longer a text by its bytes.
    for (const std::string& text : {script, script + "#\x01\n"}) {
      write_file_atomically(folder / "a.mp4", text);
      EXPECT_THROW(static_cast<void>(decode(folder / "a.mp4")), BrokenVideo) << script;
    }
  }
}

}  // namespace
}  // namespace asbench::loaders
