// What every frame of a pass shows, for every kind of file that there is.
#include "loaders/video/picture_pass.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <variant>
#include <vector>

#include "core/picture_meter.h"
#include "loaders/video/clip_reader.h"
#include "tests/loaders/clip_encoder.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/video_maker.h"

namespace asbench::loaders {
namespace {

using testing::EncodedStream;
using testing::TemporaryFolder;

constexpr DecodeOptions kMeasured = {.threads = 1, .pictures = true};

DecodedClip decode(const std::filesystem::path& path, const DecodeOptions& options = kMeasured) {
  const FrameRule all = parse_frame_rule("all");
  const auto kind = std::filesystem::is_directory(path) ? ShotSource::Kind::frame_folder
                                                        : ShotSource::Kind::video_file;
  return decode_clip({kind, path}, {&all, 1}, options);
}

/// Soft waves that move, every second frame repeated, over grey bars: everything has a value.
std::vector<Image> pictures(int width, int height, int count) {
  std::vector<Image> frames;
  for (int t = 0; t < count; ++t) {
    Image frame(height, width, 3);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const double wave = std::sin(0.21 * x + 0.8 * (t / 2)) * std::cos(0.17 * y);
        const bool bar = y < 8 || y >= height - 8;
        const int level = bar ? 10 : static_cast<int>(120.0 + 70.0 * wave);
        for (int c = 0; c < 3; ++c)
          frame.row(y)[3 * x + c] = static_cast<std::uint8_t>(level + (bar ? 0 : 6 * c));
      }
    }
    frames.push_back(std::move(frame));
  }
  return frames;
}

/// Of the RGB pictures that the reader gives, which have lost a little to chroma and rounding.
PictureStatistics of_rgb(const DecodedClip& clip) {
  LumaReducer reducer;
  PictureMeter meter;
  for (const auto& [index, frame] : clip.frames) meter.add(reducer.reduce(frame));
  return meter.result();
}

void expect_alike(const PictureStatistics& a, const PictureStatistics& b, const std::string& what) {
  constexpr double kRounding = 0.05;  // share: luma of the stream against luma of rounded RGB
  EXPECT_EQ(a.frames, b.frames) << what;
  EXPECT_NEAR(a.laplacian, b.laplacian, kRounding * b.laplacian + 1.0) << what;
  EXPECT_NEAR(a.band_pass, b.band_pass, kRounding * b.band_pass + 1.0) << what;
  EXPECT_EQ(a.repeats, b.repeats) << what;
  EXPECT_NEAR(a.bar_rows, b.bar_rows, 1e-12) << what;
  EXPECT_NEAR(a.bar_columns, b.bar_columns, 1e-12) << what;
}

TEST(PictureStatistics, OfEveryPixelFormatAreThoseOfItsPictures) {
  struct Form {
    const char* codec;
    AVPixelFormat format;
    AVColorRange range = AVCOL_RANGE_UNSPECIFIED;
  };
  const TemporaryFolder folder;
  int compared = 0;
  for (const Form& form :
       {Form{"libx264", AV_PIX_FMT_YUV420P}, Form{"libx264", AV_PIX_FMT_NV12},
        Form{"libx264", AV_PIX_FMT_YUV420P10},
        Form{"libx264", AV_PIX_FMT_YUV420P, AVCOL_RANGE_JPEG}, Form{"mjpeg", AV_PIX_FMT_YUVJ420P},
        Form{"ffv1", AV_PIX_FMT_YUV444P}, Form{"ffv1", AV_PIX_FMT_GRAY8},
        Form{"ffv1", AV_PIX_FMT_YUV422P12}, Form{"ffv1", AV_PIX_FMT_BGR0},
        Form{"ffv1", AV_PIX_FMT_YUVA420P}, Form{"rawvideo", AV_PIX_FMT_YUYV422},
        Form{"rawvideo", AV_PIX_FMT_BGR24}}) {
    if (!testing::has_encoder(form.codec)) continue;
    EncodedStream stream{.codec = form.codec, .format = form.format};
    stream.width = 96;
    stream.height = 64;
    stream.frames = 8;
    stream.pictures = pictures(96, 64, 8);
    stream.range = form.range;
    if (stream.codec == "libx264") stream.options = "crf=8:threads=1";
    if (stream.codec == "mjpeg") stream.options = "qmin=1:qmax=2";
    const std::string name = std::string(form.codec) + std::to_string(compared++) +
                             (stream.codec == "rawvideo" ? ".avi" : ".mkv");
    testing::write_clip(folder / name, {stream});
    const DecodedClip clip = decode(folder / name);
    ASSERT_TRUE(clip.pictures) << name;
    expect_alike(*clip.pictures, of_rgb(clip), name);
    EXPECT_EQ(clip.pictures->repeats, 4) << name;
    EXPECT_EQ(clip.pictures->bar_rows, 0.25) << name;
  }
  EXPECT_GE(compared, 8);
}

TEST(PictureStatistics, AreThereOnlyWhereTheyAreAskedFor) {
  const TemporaryFolder folder;
  testing::make_video(folder / "a.mp4");
  EXPECT_FALSE(decode(folder / "a.mp4", {}).pictures);
  EXPECT_TRUE(decode(folder / "a.mp4").pictures);
}

TEST(PictureStatistics, OfAFolderOfFramesAreExactlyThoseOfItsPictures) {
  const TemporaryFolder folder;
  testing::make_frame_folder(folder / "a");
  const DecodedClip clip = decode(folder / "a");
  EXPECT_EQ(clip.pictures, of_rgb(clip));
  EXPECT_FALSE(decode(folder / "a", {}).pictures);
}

TEST(PictureStatistics, DoNotDependOnTheFramesThatAreKept) {
  const TemporaryFolder folder;
  testing::make_video(folder / "a.mp4", {.frames = 30});
  const FrameRule one = parse_frame_rule("midpoint:1");
  const ShotSource source{ShotSource::Kind::video_file, folder / "a.mp4"};
  EXPECT_EQ(decode_clip(source, {&one, 1}, kMeasured).pictures, decode(folder / "a.mp4").pictures);
}

TEST(PictureStatistics, OfRangesAreThoseOfTheirFramesAlone) {
  const TemporaryFolder folder;
  testing::make_video(folder / "a.mp4", {.frames = 30});
  const FrameRule all = parse_frame_rule("all");
  const auto range = [&](int begin, int end) {
    return ShotSource{ShotSource::Kind::video_range, folder / "a.mp4", begin, end};
  };
  const std::vector sources{range(0, 10), range(9, 4), range(5, 21), range(21, 30), range(25, 99)};
  const auto outcomes = decode_ranges(sources, {&all, 1}, kMeasured);
  ASSERT_EQ(outcomes.size(), 5U);
  EXPECT_TRUE(std::holds_alternative<BrokenVideo>(outcomes[1]));
  EXPECT_TRUE(std::holds_alternative<BrokenVideo>(outcomes[4]));
  for (const std::size_t i : {0U, 2U, 3U}) {
    const auto& clip = std::get<DecodedClip>(outcomes[i]);
    ASSERT_TRUE(clip.pictures);
    EXPECT_EQ(clip.pictures->frames, clip.frame_count);
    expect_alike(*clip.pictures, of_rgb(clip), std::to_string(i));
    EXPECT_EQ(decode_clip(sources[i], {&all, 1}, kMeasured).pictures, clip.pictures);
  }
}

TEST(PictureStatistics, DoNotDependOnHowThePictureIsTurned) {
  const TemporaryFolder folder;
  EncodedStream stream;
  stream.width = 96;
  stream.height = 64;
  stream.options = "crf=8:threads=1";
  stream.pictures = pictures(96, 64, 8);
  testing::write_clip(folder / "a.mp4", {stream});
  stream.display_matrix = testing::display_matrix(0, -1, 1, 0);
  testing::write_clip(folder / "b.mp4", {stream});
  const DecodedClip turned = decode(folder / "b.mp4");
  EXPECT_EQ(turned.width, 64);
  EXPECT_EQ(turned.pictures, decode(folder / "a.mp4").pictures);
}

}  // namespace
}  // namespace asbench::loaders
