#include "loaders/video/clip_writer.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>

#include "core/error.h"
#include "loaders/video/clip_reader.h"
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

/// The process that began a clip here and was killed at it.
::pid_t killed_writer(const fs::path& clip) {
  const ::pid_t child = ::fork();
  if (child == 0) {
    ClipWriter writer(clip, kSpec.width, kSpec.height, kSpec.fps);
    write_frames(writer, 3);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
  return child;
}

void make_old(const fs::path& file) {
  fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::minutes(11));
}

TEST(ClipWriter, WhatAKilledProcessLeavesHasNoNameAndIsRemovedLater) {
  const TemporaryFolder folder;
  (void)codec_at_hand();
  fs::create_directories(folder / "story");
  killed_writer(folder / "story" / "shot_01");
  ASSERT_EQ(files_in(folder / "story").size(), 1U);
  const fs::path left = files_in(folder / "story").front();
  EXPECT_TRUE(left.filename().string().starts_with(".shot_01.")) << left;
  EXPECT_EQ(remove_abandoned_files(folder.path()), 0)
      << "it was written this minute: its process may run on another machine";
  make_old(left);
  EXPECT_EQ(remove_abandoned_files(folder.path()), 1);
  EXPECT_TRUE(files_in(folder / "story").empty());
}

TEST(ClipWriter, KeepsWhatIsFinishedForeignOrBeingWritten) {
  const TemporaryFolder folder;
  const std::string dead = std::to_string(killed_writer(folder / "other"));
  for (const auto& left : files_in(folder.path())) fs::remove(left);
  for (const std::string& name :
       {std::string("shot_01.mp4"), std::string(".notes.mp4"), std::string(".notes.1.mp4"),
        "." + dead + ".tmp", ".shot_01." + std::to_string(::getpid()) + ".1.mp4",
        ".shot_01." + dead + ".1.txt"}) {
    std::ofstream(folder / name) << "x";
    make_old(folder / name);
  }
  EXPECT_EQ(remove_abandoned_files(folder.path()), 0);
  std::ofstream(folder / (".shot_01.mp4." + dead + ".tmp")) << "x";
  make_old(folder / (".shot_01.mp4." + dead + ".tmp"));
  EXPECT_EQ(remove_abandoned_files(folder.path()), 1) << "a copy that was not finished";
  EXPECT_EQ(remove_abandoned_files(folder / "nowhere"), 0);
}

}  // namespace
}  // namespace asbench::loaders
