#include "loaders/video/clip_writer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cmath>
#include <csignal>
#include <fstream>
#include <thread>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "loaders/video/clip_reader.h"
#include "loaders/video/video_encoder.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/video_maker.h"

namespace asbench::loaders {
namespace {

namespace fs = std::filesystem;
using asbench::testing::made_frame;
using asbench::testing::TemporaryFolder;

constexpr asbench::testing::VideoSpec kSpec{
    .frames = 7, .width = 64, .height = 48, .fps = 8.0, .seed = 3};

void write_frames(ClipWriter& writer, int count) {
  for (int i = 0; i < count; ++i) writer.write(made_frame(kSpec, i));
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  return files;
}

TEST(ClipWriter, GivesTheNameToTheFinishedFileOnly) {
  const TemporaryFolder folder;
  ClipWriter writer(folder / "clip", kSpec.width, kSpec.height, kSpec.fps);
  write_frames(writer, kSpec.frames);
  const fs::path expected = folder / (std::string("clip") + std::string(codec_at_hand().ending));
  EXPECT_FALSE(fs::exists(expected)) << "named before it is whole";
  EXPECT_EQ(writer.finish(), expected);
  EXPECT_EQ(files_in(folder.path()), std::vector<fs::path>{expected}) << "nothing lies beside it";
  const std::vector<FrameRule> all = {parse_frame_rule("all")};
  const auto clip = decode_clip({ShotSource::Kind::video_file, expected}, all);
  EXPECT_EQ(clip.frame_count, kSpec.frames);
  EXPECT_EQ(clip.width, kSpec.width);
  EXPECT_EQ(clip.height, kSpec.height);
  EXPECT_DOUBLE_EQ(clip.fps, kSpec.fps);
}

/// Large enough for x264 to search references far back.
constexpr asbench::testing::VideoSpec kLarger{
    .frames = 24, .width = 192, .height = 144, .fps = 8.0, .seed = 5};

std::string sha256_of_a_clip(const fs::path& file) {
  ClipWriter writer(file, kLarger.width, kLarger.height, kLarger.fps);
  for (int i = 0; i < kLarger.frames; ++i) writer.write(made_frame(kLarger, i));
  return sha256_file(writer.finish());
}

/// The same from another process, whose new memory is filled with a byte.
std::string sha256_of_another_process(const fs::path& file, int fill) {
  const ::pid_t child = ::fork();
  if (child == 0) {
    ::mallopt(M_PERTURB, fill);
    try {
      std::ofstream(fs::path(file).concat(".sha256")) << sha256_of_a_clip(file);
    } catch (const std::exception& error) {
      std::ofstream(fs::path(file).concat(".sha256")) << error.what();
    }
    ::_exit(0);
  }
  EXPECT_EQ(::waitpid(child, nullptr, 0), child);
  std::string sum;
  std::ifstream(fs::path(file).concat(".sha256")) >> sum;
  return sum;
}

TEST(ClipWriter, EqualFramesGiveEqualBytesInOneProcessAndInSeveral) {
  const TemporaryFolder folder;
  std::vector<std::string> others;
  for (const int fill : {0, 1, 85, 170, 254}) {
    others.push_back(sha256_of_another_process(folder / fmt::format("other{}", fill), fill));
  }
  const std::string first = sha256_of_a_clip(folder / "first");
  EXPECT_EQ(sha256_of_a_clip(folder / "second"), first);
  EXPECT_EQ(others, std::vector<std::string>(others.size(), first));
}

TEST(ClipWriter, WorkBesideItChangesNoByte) {
  const TemporaryFolder folder;
  const std::string alone = sha256_of_a_clip(folder / "alone");
  std::vector<std::string> together(4);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < together.size(); ++i) {
      threads.emplace_back(
          [&, i] { together[i] = sha256_of_a_clip(folder / fmt::format("{}", i)); });
    }
  }
  EXPECT_EQ(together, std::vector<std::string>(together.size(), alone));
}

/// Largest distance of a level in the middle of the picture.
int distance_in_the_middle(const Image& picture, const std::array<int, 3>& colour) {
  int distance = 0;
  for (std::size_t c = 0; c < 3; ++c) {
    const auto* pixel = picture.row(picture.height / 2) + 3 * (picture.width / 2);
    distance = std::max(distance, std::abs(static_cast<int>(pixel[c]) - colour[c]));
  }
  return distance;
}

TEST(ClipWriter, BothCodecsKeepColoursAndBytes) {
  constexpr int kRoundingOfTwoConversions = 3;
  const std::vector<std::array<int, 3>> colours = {{0, 0, 0},    {255, 255, 255}, {255, 0, 0},
                                                   {0, 255, 0},  {0, 0, 255},     {90, 160, 40},
                                                   {200, 30, 99}};
  const TemporaryFolder folder;
  for (const VideoCodec& codec :
       {VideoCodec{"h264/mp4", ".mp4"}, VideoCodec{"mjpeg/avi", ".avi"}}) {
    ASSERT_TRUE(can_encode(codec)) << codec.name;
    std::vector<std::string> sums;
    for (const char* name : {"first", "second"}) {
      const fs::path file = folder / (name + std::string(codec.ending));
      VideoEncoder encoder({.file = file,
                            .shown_as = file,
                            .codec = codec,
                            .width = 64,
                            .height = 48,
                            .frames_per_second = 24000.0 / 1001.0});
      for (const auto& colour : colours) {
        Image picture(48, 64, 3);
        for (std::size_t i = 0; i < picture.bytes.size(); ++i) {
          picture.bytes[i] = static_cast<std::uint8_t>(colour[i % 3]);
        }
        encoder.write(picture);
      }
      encoder.finish();
      sums.push_back(sha256_file(file));
      const std::vector<FrameRule> all = {parse_frame_rule("all")};
      const auto clip = decode_clip({ShotSource::Kind::video_file, file}, all);
      EXPECT_NEAR(clip.fps, 24000.0 / 1001.0, 1e-6) << codec.name;
      ASSERT_EQ(clip.frame_count, static_cast<int>(colours.size())) << codec.name;
      for (std::size_t i = 0; i < colours.size(); ++i) {
        EXPECT_LE(distance_in_the_middle(clip.frames.at(static_cast<int>(i)), colours[i]),
                  kRoundingOfTwoConversions)
            << codec.name << " frame " << i;
      }
    }
    EXPECT_EQ(sums[0], sums[1]) << codec.name;
  }
}

TEST(ClipWriter, SaysWhatStoppedItWhereverTheDiskIsFullAndLeavesNothing) {
  const TemporaryFolder folder;
  const auto whole = fs::file_size([&] {
    ClipWriter writer(folder / "whole", kLarger.width, kLarger.height, kLarger.fps);
    for (int i = 0; i < kLarger.frames; ++i) writer.write(made_frame(kLarger, i));
    return writer.finish();
  }());
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  // The header, the first packets, and the index that is written last.
  for (const auto limit : {rlim_t{0}, rlim_t{whole / 3}, rlim_t{whole - 1}}) {
    const rlimit small{.rlim_cur = limit, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    std::string message = "nothing was said";
    try {
      (void)sha256_of_a_clip(folder / "story" / "clip");
    } catch (const BadInput& problem) {
      message = problem.what();
    }
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    EXPECT_NE(message.find("clip.mp4: can't be written: File too large"), std::string::npos)
        << limit << ": " << message;
    EXPECT_NE(message.find("disk"), std::string::npos) << message;
    EXPECT_TRUE(files_in(folder / "story").empty()) << "limit " << limit;
  }
}

TEST(ClipWriter, LeavesNothingWhenItIsGivenUp) {
  const TemporaryFolder folder;
  {
    ClipWriter writer(folder / "clip", kSpec.width, kSpec.height, kSpec.fps);
    write_frames(writer, 3);
  }
  EXPECT_TRUE(files_in(folder.path()).empty());
}

TEST(ClipWriter, RefusesSizesThatTheCodecHasNot) {
  const TemporaryFolder folder;
  EXPECT_THROW(ClipWriter(folder / "clip", 63, 48, 8.0), UsageError);
  EXPECT_THROW(ClipWriter(folder / "clip", 64, 8, 8.0), UsageError);
  for (const double rate : {0.0, -8.0, 1e9, std::nan(""), HUGE_VAL}) {
    EXPECT_THROW(ClipWriter(folder / "clip", 64, 48, rate), UsageError) << rate;
  }
  EXPECT_TRUE(files_in(folder.path()).empty());
}

TEST(ClipWriter, SaysThatAFolderCanNotBeWritten) {
  try {
    ClipWriter writer("/proc/nowhere/clip", kSpec.width, kSpec.height, kSpec.fps);
    FAIL();
  } catch (const BadInput& problem) {
    EXPECT_NE(std::string(problem.what()).find("/proc/nowhere/clip"), std::string::npos)
        << problem.what();
    EXPECT_NE(std::string(problem.what()).find("can't be written"), std::string::npos)
        << problem.what();
  }
}

/// A process begins a clip and is killed at it.
void be_killed_while_writing(const fs::path& clip) {
  const ::pid_t child = ::fork();
  if (child == 0) {
    ClipWriter writer(clip, kSpec.width, kSpec.height, kSpec.fps);
    write_frames(writer, 3);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
}

void make_old(const fs::path& file) {
  fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::minutes(11));
}

TEST(ClipWriter, WhatAKilledProcessLeavesHasNoNameAndIsRemovedLater) {
  const TemporaryFolder folder;
  (void)codec_at_hand();
  fs::create_directories(folder / "story");
  be_killed_while_writing(folder / "story" / "shot_01");
  ASSERT_EQ(files_in(folder / "story").size(), 1U);
  const fs::path left = files_in(folder / "story").front();
  EXPECT_TRUE(left.filename().string().starts_with(".shot_01.")) << left;
  EXPECT_EQ(remove_abandoned_temporaries(folder.path(), Sweep::folder_and_below), 0)
      << "it was written this minute: its process may run on another machine";
  make_old(left);
  EXPECT_EQ(remove_abandoned_temporaries(folder.path(), Sweep::folder_and_below), 1);
  EXPECT_TRUE(files_in(folder / "story").empty());
}

}  // namespace
}  // namespace asbench::loaders
