#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "core/json.h"
#include "loaders/video/clip_check.h"
#include "loaders/video/clip_reader.h"
#include "loaders/video/libav.h"
#include "tests/loaders/clip_encoder.h"
#include "tests/support/temporary_folder.h"

namespace asbench::loaders {
namespace {

using testing::EncodedStream;
using testing::TemporaryFolder;

constexpr int kFrames = 24;

struct Form {
  const char* name;
  const char* codec;
  const char* file;
  const char* options;
  AVPixelFormat format = AV_PIX_FMT_YUV420P;
  /// The part of a packet that is overwritten.
  int begin = 0;
  int count = 60;
};

/// What generators, cameras and editors write.
constexpr Form kForms[] = {
    {"h264_mp4", "libx264", "a.mp4", "crf=18:g=12:threads=1"},
    {"h264_ts", "libx264", "a.ts", "crf=18:g=12:threads=1"},
    {"h264_mkv", "libx264", "a.mkv", "crf=18:g=12:threads=1"},
    {"h264_slices", "libx264", "a.mp4", "crf=18:g=12:threads=1:slices=4"},
    {"hevc_mp4", "libx265", "a.mp4", "crf=18:x265-params=log-level=none\\:pools=1\\:keyint=12"},
    {"vp9_webm", "libvpx-vp9", "a.webm", "crf=20:b=0:cpu-used=8:g=12:threads=1"},
    {"mjpeg_avi", "mjpeg", "a.avi", "q=3", AV_PIX_FMT_YUVJ420P, 900, 600},
    {"mpeg4_mp4", "mpeg4", "a.mp4", "q=3"},
};

/// Forms of which only a sound file is tested.
constexpr Form kFurther[] = {
    {"h264_mov", "libx264", "a.mov", "crf=18:threads=1:bf=3"},
    {"h264_10bit", "libx264", "a.mp4", "crf=18:threads=1", AV_PIX_FMT_YUV420P10},
    {"h264_refresh", "libx264", "a.mp4", "crf=18:threads=1:intra-refresh=1:g=12"},
    {"hevc_mkv", "libx265", "a.mkv", "crf=18:x265-params=log-level=none\\:pools=1\\:open-gop=1"},
    {"vp8_webm", "libvpx", "a.webm", "crf=20:b=1M:cpu-used=8:threads=1"},
    {"mpeg2_ts", "mpeg2video", "a.ts", "q=3:bf=2"},
    {"mpeg2_mpg", "mpeg2video", "a.mpg", "q=3:bf=2"},
    {"mpeg4_avi", "mpeg4", "a.avi", "q=3:bf=2"},
    {"prores_mov", "prores_ks", "a.mov", "threads=1", AV_PIX_FMT_YUV422P10},
    {"ffv1_mkv", "ffv1", "a.mkv", "threads=1:slicecrc=1:level=3"},
    {"flv", "flv", "a.flv", "q=3"},
};

EncodedStream stream_of(const Form& form) {
  EncodedStream spec{.codec = form.codec, .format = form.format};
  spec.width = 96;
  spec.height = 64;
  spec.frames = kFrames;
  spec.options = form.options;
  spec.draw = [](AVFrame& frame, int index) {  // noise, so that every packet has many bytes
    std::uint32_t state = 17U + static_cast<std::uint32_t>(index);
    for (int plane = 0; plane < 3 && frame.data[plane] != nullptr; ++plane) {
      const int rows = plane == 0 ? frame.height : frame.height / 2;
      for (int i = 0; i < rows * frame.linesize[plane]; ++i) {
        state = state * 1664525U + 1013904223U;
        const int wave = 40 + (i % 96 + 3 * index) % 120;
        frame.data[plane][i] = static_cast<std::uint8_t>(wave + static_cast<int>(state >> 27U));
      }
    }
  };
  return spec;
}

DecodedClip decode(const std::filesystem::path& path, int threads = 1) {
  const FrameRule rule;
  return decode_clip({ShotSource::Kind::video_file, path}, {&rule, 1}, {.threads = threads});
}

/// What is said of a clip: kind and cause, or its frame count.
std::string verdict(const std::filesystem::path& path, int threads = 1) {
  try {
    return "sound: " + std::to_string(decode(path, threads).frame_count);
  } catch (const BrokenVideo& broken) {
    return broken.kind() + ": " + broken.cause();
  }
}

struct Place {
  std::int64_t at;
  int size;
};

/// Where the packets of the first video stream lie in a file.
std::vector<Place> packets_of(const std::filesystem::path& path) {
  AVFormatContext* context = nullptr;
  EXPECT_GE(avformat_open_input(&context, path.c_str(), nullptr, nullptr), 0);
  const libav::Input input(context);
  const libav::Packet packet = libav::make_packet();
  std::vector<Place> places;
  while (av_read_frame(input.get(), packet.get()) >= 0) {
    places.push_back({packet->pos, packet->size});
    av_packet_unref(packet.get());
  }
  return places;
}

class Damage : public ::testing::TestWithParam<Form> {};

TEST_P(Damage, IsNoticedWhereverItIs) {
  const Form& form = GetParam();
  if (!testing::has_encoder(form.codec)) GTEST_SKIP() << "no encoder " << form.codec;
  const TemporaryFolder folder;
  const auto path = folder / form.file;
  testing::write_clip(path, {stream_of(form)});
  ASSERT_EQ(verdict(path), "sound: 24");
  const std::string sound = read_text_file(path);
  const auto places = packets_of(path);
  ASSERT_EQ(places.size(), 24U);
  for (const std::size_t packet :
       {std::size_t{0}, std::size_t{5}, std::size_t{13}, std::size_t{23}}) {
    // The head of a packet, where most codecs have something to check. Motion JPEG has not: a lost
    // table decodes to other colours. Its Huffman codes do.
    std::string bytes = sound;
    ASSERT_GT(places[packet].size, form.begin + form.count);
    const auto at = static_cast<std::size_t>(places[packet].at + form.begin);
    const auto count = static_cast<std::size_t>(form.count);
    for (std::size_t i = 0; i < count && at + i < bytes.size(); ++i) {
      bytes[at + i] = static_cast<char>((i * 7 + 13) & 0xFFU);
    }
    write_file_atomically(path, bytes);
    const std::string said = verdict(path);
    EXPECT_EQ(said.find("damaged_video: damaged: "), 0U) << "packet " << packet << ": " << said;
    EXPECT_EQ(verdict(path), said) << "the same file, the same answer";
    EXPECT_EQ(verdict(path, 4), said) << "whatever the number of threads";
    for (const char c : said) EXPECT_GE(static_cast<unsigned char>(c), 0x20U);
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, Damage, ::testing::ValuesIn(kForms),
                         [](const auto& name) { return std::string(name.param.name); });

class Sound : public ::testing::TestWithParam<Form> {};

TEST_P(Sound, ClipsAreNeverCalledDamaged) {
  const Form& form = GetParam();
  if (!testing::has_encoder(form.codec)) GTEST_SKIP() << "no encoder " << form.codec;
  const TemporaryFolder folder;
  testing::write_clip(folder / form.file, {stream_of(form)});
  EXPECT_EQ(verdict(folder / form.file), "sound: 24");
  EXPECT_EQ(verdict(folder / form.file, 4), "sound: 24");
  EXPECT_NO_THROW(check_clip({ShotSource::Kind::video_file, folder / form.file}));
}

INSTANTIATE_TEST_SUITE_P(Forms, Sound, ::testing::ValuesIn(kForms),
                         [](const auto& name) { return std::string(name.param.name); });
INSTANTIATE_TEST_SUITE_P(Further, Sound, ::testing::ValuesIn(kFurther),
                         [](const auto& name) { return std::string(name.param.name); });

TEST(DamagedVideo, NamesTheFirstFrameAndHowOften) {
  const TemporaryFolder folder;
  testing::write_clip(folder / "a.mp4", {stream_of(kForms[0])});
  std::string bytes = read_text_file(folder / "a.mp4");
  const auto places = packets_of(folder / "a.mp4");
  for (const std::size_t packet : {std::size_t{14}, std::size_t{17}}) {
    std::fill_n(bytes.begin() + places[packet].at + 10, places[packet].size - 10, '\xFF');
  }
  write_file_atomically(folder / "a.mp4", bytes);
  const std::string said = verdict(folder / "a.mp4");
  const auto at = said.find("; first noticed at frame ");
  ASSERT_NE(at, std::string::npos) << said;
  const int frame = std::stoi(said.substr(at + 25));
  EXPECT_GE(frame, 9) << said;  // up to some frames wait for others that are shown before them
  EXPECT_LE(frame, 14) << said;
  EXPECT_NE(said.find(" times in all"), std::string::npos) << said;
  // The quick look sees the first frame only, which is sound.
  EXPECT_NO_THROW(check_clip({ShotSource::Kind::video_file, folder / "a.mp4"}));
}

TEST(DamagedVideo, TheQuickLookSaysTheSameOfAFirstFrame) {
  const TemporaryFolder folder;
  testing::write_clip(folder / "a.mp4", {stream_of(kForms[0])});
  std::string bytes = read_text_file(folder / "a.mp4");
  const auto places = packets_of(folder / "a.mp4");
  for (const std::size_t packet : {std::size_t{0}, std::size_t{20}}) {
    std::fill_n(bytes.begin() + places[packet].at + 10, places[packet].size - 10, '\x55');
  }
  write_file_atomically(folder / "a.mp4", bytes);
  try {
    check_clip({ShotSource::Kind::video_file, folder / "a.mp4"});
    FAIL();
  } catch (const BrokenVideo& broken) {
    EXPECT_EQ(broken.kind() + ": " + broken.cause(), verdict(folder / "a.mp4"));
  }
}

TEST(DamagedVideo, LeavesRangesBeforeItSound) {
  const TemporaryFolder folder;
  testing::write_clip(folder / "a.mp4", {stream_of(kForms[0])});
  std::string bytes = read_text_file(folder / "a.mp4");
  const Place place = packets_of(folder / "a.mp4").at(18);
  std::fill_n(bytes.begin() + place.at + 10, place.size - 10, '\x55');
  write_file_atomically(folder / "a.mp4", bytes);
  const auto range = [&](int begin, int end) {
    return ShotSource{ShotSource::Kind::video_range, folder / "a.mp4", begin, end};
  };
  const std::vector<ShotSource> sources = {range(0, 10), range(4, 24), range(20, 24)};
  const FrameRule rule;
  const auto outcomes = decode_ranges(sources, {&rule, 1});
  EXPECT_TRUE(std::holds_alternative<DecodedClip>(outcomes.at(0)));
  EXPECT_EQ(std::get<BrokenVideo>(outcomes.at(1)).kind(), "damaged_video");
  EXPECT_EQ(std::get<BrokenVideo>(outcomes.at(2)).kind(), "damaged_video");
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const auto alone = decode_ranges({&sources[i], 1}, {&rule, 1});
    EXPECT_EQ(alone.front().index(), outcomes.at(i).index()) << i;
  }
}

TEST(DamagedVideo, IsAClipWithoutItsFirstKeyFrame) {
  const TemporaryFolder folder;
  for (const char* name : {"a.mkv", "a.mp4", "a.ts"}) {
    EncodedStream spec = stream_of(kForms[0]);
    spec.keep = [](int index, int) { return index > 0; };
    testing::write_clip(folder / name, {spec});
    EXPECT_EQ(verdict(folder / name).find("damaged_video: "), 0U)
        << name << ": " << verdict(folder / name);
  }
}

/// Gives the units of a packet in mp4 that hold a picture a reserved kind. Units follow their
/// lengths of four bytes; kinds below 32 are of pictures.
void rename_pictures(std::string& bytes, Place packet) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes.at(at)); };
  auto at = static_cast<std::size_t>(packet.at);
  const std::size_t end = at + static_cast<std::size_t>(packet.size);
  while (at < end) {
    const std::size_t length = static_cast<std::size_t>(byte(at)) << 24U | byte(at + 1) << 16U |
                               byte(at + 2) << 8U | byte(at + 3);
    constexpr unsigned char kReserved = 41U << 1U;
    if (byte(at + 4) >> 1U < 32) bytes.at(at + 4) = static_cast<char>(kReserved);
    at += 4 + length;
  }
}

TEST(DamagedVideo, IsAPictureWhoseHeaderNamesAnotherKind) {
  // The decoder skips such a unit without a word. Where no picture refers to it, only the number of
  // frames tells.
  if (!testing::has_encoder("libx265")) GTEST_SKIP() << "no encoder libx265";
  const TemporaryFolder folder;
  const Form alone{"hevc_intra", "libx265", "a.mp4",
                   "crf=18:x265-params=log-level=none\\:pools=1\\:keyint=1"};
  testing::write_clip(folder / "a.mp4", {stream_of(alone)});
  ASSERT_EQ(verdict(folder / "a.mp4"), "sound: 24");
  const std::string sound = read_text_file(folder / "a.mp4");
  const auto places = packets_of(folder / "a.mp4");
  for (const std::size_t packet : {std::size_t{7}, std::size_t{23}}) {
    std::string bytes = sound;
    rename_pictures(bytes, places.at(packet));
    write_file_atomically(folder / "a.mp4", bytes);
    EXPECT_EQ(verdict(folder / "a.mp4"),
              "damaged_video: damaged: 1 of 24 packets give no picture; first noticed at frame 0, "
              "1 time in all");
  }
}

class Cut : public ::testing::TestWithParam<Form> {};

TEST_P(Cut, IsTruncatedWhereverTheFileEnds) {
  const Form& form = GetParam();
  if (!testing::has_encoder(form.codec)) GTEST_SKIP() << "no encoder " << form.codec;
  const TemporaryFolder folder;
  testing::write_clip(folder / form.file, {stream_of(form)});
  ASSERT_EQ(verdict(folder / form.file), "sound: 24");
  const std::string sound = read_text_file(folder / form.file);
  std::vector<std::size_t> ends = {sound.size() - 1, sound.size() * 2 / 3};
  for (const Place& place : packets_of(folder / form.file)) {
    if (place.at > 0) ends.push_back(static_cast<std::size_t>(place.at));
  }
  for (const std::size_t end : ends) {
    const auto copy = folder / ("cut-" + std::string(form.file));
    write_file_atomically(copy, std::string_view(sound).substr(0, end));
    // A transport stream that ends with a whole packet doesn't say that there was more.
    const bool is_whole_packets = std::string_view(form.name) == "ts" && end % 188 == 0;
    if (is_whole_packets) continue;
    EXPECT_NE(verdict(copy).find("truncated"), std::string::npos) << end << ": " << verdict(copy);
  }
}

constexpr Form kCutForms[] = {
    {"gif", "gif", "a.gif", "", AV_PIX_FMT_RGB8},
    {"ts", "mpeg2video", "a.ts", "q=3"},
    {"ogg", "libtheora", "a.ogv", "q=3"},
    {"mp4", "libx264", "a.mp4", "crf=18:threads=1"},
    {"webm", "libvpx", "a.webm", "crf=20:b=1M:cpu-used=8:threads=1"},
    {"avi", "mpeg4", "a.avi", "q=3"},
};

INSTANTIATE_TEST_SUITE_P(Forms, Cut, ::testing::ValuesIn(kCutForms),
                         [](const auto& name) { return std::string(name.param.name); });

TEST(Sound, IsAClipThatWasCutThroughAnOpenGroupOfPictures) {
  // The frames that are shown before the first key frame refer to some that were cut off. Players
  // drop them, OpenCV's reader too.
  const TemporaryFolder folder;
  EncodedStream spec{.frames = kFrames};
  spec.options = "crf=18:threads=1:x264-params=open-gop=1\\:keyint=8\\:scenecut=0\\:bframes=2";
  spec.keep = [](int, int keys) { return keys > 1; };
  testing::write_clip(folder / "a.mkv", {spec});
  const std::string said = verdict(folder / "a.mkv");
  EXPECT_EQ(said.find("sound: 1"), 0U) << said;  // 16, and none of the two before
}

TEST(DamagedVideo, IsNotTheFaultOfOtherDecoders) {
  // Two clips side by side on two threads, one of them damaged: each keeps its own errors.
  const TemporaryFolder folder;
  testing::write_clip(folder / "sound.mp4", {stream_of(kForms[0])});
  std::string bytes = read_text_file(folder / "sound.mp4");
  const Place place = packets_of(folder / "sound.mp4").at(3);
  std::fill_n(bytes.begin() + place.at + 10, place.size - 10, '\x55');
  write_file_atomically(folder / "damaged.mp4", bytes);
  const std::string said = verdict(folder / "damaged.mp4");
  std::vector<std::string> verdicts(12);
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (std::size_t i = t; i < verdicts.size(); i += 4) {
          verdicts[i] =
              verdict(folder / (i % 2 == 0 ? "sound.mp4" : "damaged.mp4"), i % 3 == 0 ? 2 : 1);
        }
      });
    }
  }
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    EXPECT_EQ(verdicts[i], i % 2 == 0 ? "sound: 24" : said) << i;
  }
}

}  // namespace
}  // namespace asbench::loaders
