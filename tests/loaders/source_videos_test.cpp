#include "loaders/source_videos.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/error.h"
#include "tests/support/temporary_folder.h"

namespace asbench::loaders {
namespace {

namespace fs = std::filesystem;
using asbench::testing::TemporaryFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;

class SourceVideosTest : public ::testing::Test {
 protected:
  void touch(const fs::path& name) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << "x";
  }
  [[nodiscard]] static std::string why(const SourceVideos& videos, std::string_view id) {
    const auto answer = videos.find(id);
    if (answer.file || !answer.finding) return "a file: " + answer.file.value_or("").string();
    EXPECT_EQ(answer.finding->kind, "video_missing");
    return answer.finding->detail;
  }
  TemporaryFolder folder_;
};

TEST_F(SourceVideosTest, AreNamedByTheirId) {
  touch("-aB_3.mp4");
  touch("Part 1/xyz.MKV");
  touch("Part 1/deeper/far.mp4");
  touch("notes.txt");
  touch(".hidden.mp4");
  const SourceVideos videos(folder_.path());
  EXPECT_EQ(videos.find("-aB_3").file, folder_ / "-aB_3.mp4");
  EXPECT_FALSE(videos.find("-aB_3").finding);
  EXPECT_EQ(videos.find("xyz").file, folder_ / "Part 1/xyz.MKV");
  EXPECT_THAT(why(videos, "far"), HasSubstr("no file far.mp4 (or another ending)"));
  EXPECT_THAT(why(videos, "notes"), HasSubstr("video notes: no file"));
  EXPECT_THAT(why(videos, ".hidden"), HasSubstr("no file"));
}

TEST_F(SourceVideosTest, DifferInLetterCase) {
  touch("abC.mp4");
  touch("Abc.mp4");
  const SourceVideos videos(folder_.path());
  EXPECT_EQ(videos.find("abC").file, folder_ / "abC.mp4");
  EXPECT_EQ(videos.find("Abc").file, folder_ / "Abc.mp4");
  EXPECT_THAT(why(videos, "abc"), AllOf(HasSubstr("in another letter case"), HasSubstr("abC.mp4"),
                                        HasSubstr("Abc.mp4")));
}

TEST_F(SourceVideosTest, OfWhichSeveralFitAreNotGuessed) {
  touch("one.mp4");
  touch("sub/one.webm");
  const SourceVideos videos(folder_.path());
  EXPECT_THAT(why(videos, "one"),
              AllOf(HasSubstr("several files"), HasSubstr("one.mp4"), HasSubstr("sub/one.webm")));
}

TEST_F(SourceVideosTest, AreHintedAtWhereADownloaderNamedThem) {
  touch("A film [Q1_w-2].mp4");
  const SourceVideos videos(folder_.path());
  EXPECT_THAT(why(videos, "Q1_w-2"), HasSubstr("A film [Q1_w-2].mp4 to its id"));
}

TEST_F(SourceVideosTest, MayHaveNamesInEitherUnicodeForm) {
  touch("Ba\xCC\x88r.mp4");
  EXPECT_TRUE(SourceVideos(folder_.path()).find("Bär").file);
}

TEST_F(SourceVideosTest, FollowATemplate) {
  touch("films/a1/video.mkv");
  touch("films/b2.mp4");
  touch("films/b2.webm");
  touch("films/c3.mov");
  const SourceVideos full(folder_ / "films/%id/video.mkv");
  EXPECT_TRUE(full.is_template());
  EXPECT_EQ(full.find("a1").file, folder_ / "films/a1/video.mkv");
  EXPECT_THAT(why(full, "b2"), HasSubstr("films/b2/video.mkv"));
  const SourceVideos open(folder_ / "films/%id");
  EXPECT_EQ(open.find("c3").file, folder_ / "films/c3.mov");
  EXPECT_THAT(why(open, "b2"), HasSubstr("several files"));
  EXPECT_THAT(why(open, "zz"), HasSubstr("nor with the ending of a video"));
  touch("twice/d4/d4.mp4");
  EXPECT_EQ(SourceVideos(folder_ / "twice/%id/%id.mp4").find("d4").file,
            folder_ / "twice/d4/d4.mp4");
}

TEST_F(SourceVideosTest, NeverLeaveTheFolder) {
  touch("secret.mp4");
  touch("films/x.mp4");
  for (const char* id : {"../secret", "..", "", "a/b", "/etc/passwd", "a\nb"}) {
    EXPECT_THAT(why(SourceVideos(folder_ / "films"), id), HasSubstr("can't be the name of a file"));
    EXPECT_THAT(why(SourceVideos(folder_ / "films/%id"), id),
                HasSubstr("can't be the name of a file"));
  }
}

TEST_F(SourceVideosTest, NeedAFolder) {
  EXPECT_THROW(SourceVideos(folder_ / "nothing"), UsageError);
  EXPECT_THAT(why(SourceVideos(folder_ / "%id/video.mp4"), "x"), HasSubstr("no such file"));
}

}  // namespace
}  // namespace asbench::loaders
