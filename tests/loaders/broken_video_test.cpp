#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "core/json.h"
#include "loaders/video/clip_reader.h"
#include "loaders/video/container_check.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/video_maker.h"

namespace asbench::loaders {
namespace {

using testing::TemporaryFolder;

const std::vector<FrameRule> kRules = {FrameRule{}};

/// Why the shot is refused; what it was read as when it isn't.
std::string cause(const std::filesystem::path& path,
                  ShotSource::Kind kind = ShotSource::Kind::video_file) {
  try {
    const DecodedClip clip = decode_clip({kind, path}, kRules);
    return "was read with " + std::to_string(clip.frame_count) + " frames";
  } catch (const BrokenVideo& broken) {
    EXPECT_EQ(std::string(broken.what()).find(path.string()), 0U) << broken.what();
    return broken.cause();
  }
}

void write(const std::filesystem::path& path, std::string_view bytes) {
  write_file_atomically(path, bytes);
}

TEST(BrokenVideo, IsAFileThatIsNotThereOrEmptyOrNoFile) {
  const TemporaryFolder folder;
  EXPECT_EQ(cause(folder / "absent.mp4"), "no such file");
  write(folder / "empty.mp4", "");
  EXPECT_EQ(cause(folder / "empty.mp4"), "empty file (0 bytes)");
  std::filesystem::create_directory(folder / "folder.mp4");
  EXPECT_EQ(cause(folder / "folder.mp4"), "not a regular file");
  ASSERT_EQ(::mkfifo((folder / "pipe.mp4").c_str(), 0600), 0);
  EXPECT_EQ(cause(folder / "pipe.mp4"), "not a regular file");  // and doesn't wait for a writer
}

/// Runs the check as a user without rights: root, as which CI runs, may read everything.
/// @returns true when it ran and held.
bool holds_without_rights(const std::function<bool()>& check) {
  constexpr uid_t kNobody = 65534;
  const pid_t child = ::fork();
  if (child == 0) {
    const bool lowered = ::geteuid() != 0 || ::setuid(kNobody) == 0;
    ::_exit(lowered && check() ? 0 : 1);
  }
  int status = -1;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// What the system says when the shot is decoded; empty when it says nothing.
std::string fault(const std::filesystem::path& path) {
  try {
    static_cast<void>(decode_clip({ShotSource::Kind::video_file, path}, kRules));
  } catch (const SystemFault& error) {
    return error.what();
  }
  return {};
}

TEST(BrokenVideo, IsNotAFileThatMayNotBeRead) {
  const TemporaryFolder folder;
  testing::make_video(folder / "a.avi");
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  std::filesystem::permissions(folder / "a.avi", std::filesystem::perms::none);
  // The machine's fault: nothing is known of the bytes.
  EXPECT_TRUE(holds_without_rights([&] {
    const std::string said = fault(folder / "a.avi");
    return said.find((folder / "a.avi").string()) == 0 &&
           said.find("Permission denied") != std::string::npos;
  }));
  std::filesystem::permissions(folder / "a.avi", std::filesystem::perms(0644));
  EXPECT_TRUE(holds_without_rights([&] { return !container_defect(folder / "a.avi").has_value(); }))
      << "the same file once it may be read";
}

TEST(BrokenVideo, IsATextWithAVideosName) {
  const TemporaryFolder folder;
  write(folder / "a.mp4", "this is a text\n");
  EXPECT_EQ(cause(folder / "a.mp4"), "not a video: a text file");
  write(folder / "a.mp4", "version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 9\n");
  EXPECT_EQ(cause(folder / "a.mp4").find("not a video: a Git LFS pointer"), 0U);
  write(folder / "a.mp4", "<!DOCTYPE html><title>quota exceeded</title>");
  EXPECT_EQ(cause(folder / "a.mp4").find("not a video: an HTML page"), 0U);
}

TEST(BrokenVideo, IsAPlaylistThatNamesOtherFiles) {
  const TemporaryFolder folder;
  testing::make_video(folder / "real.avi");
  write(folder / "a.mp4", "#EXTM3U\n#EXTINF:1,\nfile://" + (folder / "real.avi").string() + "\n");
  write(folder / "b.mp4", "ffconcat version 1.0\nfile real.avi\n");
  EXPECT_EQ(cause(folder / "a.mp4"), "not a video: a text file");
  EXPECT_EQ(cause(folder / "b.mp4"), "not a video: a text file");
}

TEST(BrokenVideo, IsNoise) {
  const TemporaryFolder folder;
  std::string noise;
  for (int i = 0; i < 5000; ++i) noise += static_cast<char>((i * 7919 + i / 3) & 0xFF);
  write(folder / "a.mp4", noise);
  EXPECT_NE(cause(folder / "a.mp4").find("not a video"), std::string::npos)
      << cause(folder / "a.mp4");
}

class CutVideo : public ::testing::TestWithParam<const char*> {};

TEST_P(CutVideo, IsBrokenWhereverItIsCut) {
  const TemporaryFolder folder;
  for (const double share : {0.02, 0.3, 0.5, 0.9, 0.99}) {
    const auto path = folder / GetParam();
    testing::make_video(path, {.frames = 40});
    ASSERT_EQ(cause(path), "was read with 40 frames");
    testing::cut_file(path, share);
    EXPECT_EQ(cause(path).find("was read"), std::string::npos) << share << ": " << cause(path);
    if (share >= 0.3) {
      EXPECT_EQ(cause(path).find("truncated"), 0U) << share << ": " << cause(path);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Containers, CutVideo,
                         ::testing::Values("a.avi", "a.mp4", "a.mov", "a.mkv"),
                         [](const auto& name) { return std::string(name.param).substr(2); });

std::string box(const char* type, const std::string& content) {
  const auto size = static_cast<std::uint32_t>(content.size() + 8);
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(size >> shift);
  return bytes + type + content;
}

std::string defect(const std::filesystem::path& folder, const std::string& bytes) {
  write(folder / "boxes.mp4", bytes);
  return container_defect(folder / "boxes.mp4").value_or("whole");
}

TEST(ContainerCheck, WalksTheBoxesOfAnMp4) {
  const TemporaryFolder folder;
  const std::string start = box("ftyp", std::string("isom\0\0\0\1", 8));
  EXPECT_EQ(defect(folder.path(), start + box("moov", "x") + box("mdat", "yy")), "whole");
  EXPECT_EQ(defect(folder.path(), start + box("moov", "x") + box("mdat", "yy") + "trailing bytes"),
            "whole");
  EXPECT_EQ(defect(folder.path(), start + box("mdat", "yy")),
            "truncated: the index (moov box) is missing");
  const std::string whole = start + box("moov", "x") + box("mdat", "123456");
  EXPECT_EQ(
      defect(folder.path(), whole.substr(0, whole.size() - 1)).find("truncated: the box mdat"), 0U);
  // Length 0 reaches to the end; length 1 means 64 bits follow.
  EXPECT_EQ(defect(folder.path(), start + box("moov", "x") + std::string("\0\0\0\0mdat123", 11)),
            "whole");
  const std::string wide("\0\0\0\1mdat\0\0\0\0\0\0\0\x12yy", 18);
  EXPECT_EQ(defect(folder.path(), start + box("moov", "x") + wide), "whole");
  EXPECT_EQ(defect(folder.path(), start + box("moov", "x") + wide.substr(0, 17)).find("truncated"),
            0U);
  const std::string huge("\0\0\0\1mdat\xff\xff\xff\xff\xff\xff\xff\xffyy", 18);
  EXPECT_EQ(defect(folder.path(), start + box("moov", "x") + huge).find("truncated"), 0U);
  EXPECT_EQ(defect(folder.path(), start + std::string("\0\0\0\3moov", 8)),
            "damaged: the box moov has the length 3");
}

TEST(BrokenVideo, HasNoFrameThatDecodes) {
  const TemporaryFolder folder;
  testing::make_video(folder / "a.avi", {.frames = 8});
  std::string bytes = read_text_file(folder / "a.avi");
  for (std::size_t at = bytes.find("00dc", bytes.find("movi")); at != std::string::npos;
       at = bytes.find("00dc", at + 1)) {
    for (std::size_t i = 8; i < 400 && at + i < bytes.size(); ++i) bytes[at + i] = '\0';
  }
  write(folder / "a.avi", bytes);
  EXPECT_EQ(cause(folder / "a.avi").find("was read"), std::string::npos);
}

TEST(BrokenVideo, HasAnAbsurdSize) {
  const TemporaryFolder folder;
  testing::make_video(folder / "a.avi", {.frames = 2, .width = 16400, .height = 16});
  EXPECT_EQ(cause(folder / "a.avi").find("impossible size 16400x16"), 0U)
      << cause(folder / "a.avi");
  testing::make_video(folder / "b.avi", {.frames = 2, .width = 16384, .height = 16});
  EXPECT_EQ(cause(folder / "b.avi"), "was read with 2 frames");
}

}  // namespace
}  // namespace asbench::loaders
