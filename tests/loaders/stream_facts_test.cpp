#include "loaders/video/stream_facts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "loaders/findings.h"
#include "loaders/video/clip_reader.h"
#include "tests/loaders/clip_encoder.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/video_maker.h"

namespace asbench::loaders {
namespace {

using testing::EncodedStream;
using testing::TemporaryFolder;
using Alpha = StreamFacts::Alpha;

DecodedClip decode(const std::filesystem::path& path, const char* rule = "all") {
  const FrameRule parsed = parse_frame_rule(rule);
  return decode_clip({ShotSource::Kind::video_file, path}, {&parsed, 1});
}

std::vector<std::string> kinds(const DecodedClip& clip) {
  std::vector<std::string> found;
  for (const Finding& finding : clip_findings({"story", 1}, clip, {})) {
    found.push_back(finding.kind);
  }
  return found;
}

int worst_difference(const Image& a, const Image& b) {
  if (a.width != b.width || a.height != b.height) return 1000;
  int worst = 0;
  for (std::size_t i = 0; i < a.bytes.size(); ++i) {
    worst = std::max(worst, std::abs(a.bytes[i] - b.bytes[i]));
  }
  return worst;
}

// ---- colour: flat pictures of known Y, Cb, Cr against the formula of ITU-T H.273

struct Yuv {
  int y, u, v;
};

struct ColourCase {
  const char* name;
  AVColorSpace matrix;
  AVColorRange range;
  double kr, kb;
  bool full;
  const char* stamp;
};

std::array<double, 3> rgb_of(const Yuv& yuv, const ColourCase& colour) {
  const double y = colour.full ? yuv.y / 255.0 : (yuv.y - 16) / 219.0;
  const double u = (yuv.u - 128) / (colour.full ? 255.0 : 224.0);
  const double v = (yuv.v - 128) / (colour.full ? 255.0 : 224.0);
  const double red = y + 2 * (1 - colour.kr) * v;
  const double blue = y + 2 * (1 - colour.kb) * u;
  const double green = (y - colour.kr * red - colour.kb * blue) / (1 - colour.kr - colour.kb);
  return {255 * red, 255 * green, 255 * blue};
}

class Colours : public ::testing::TestWithParam<ColourCase> {};

TEST_P(Colours, AreConvertedAsTagged) {
  const ColourCase& colour = GetParam();
  const TemporaryFolder folder;
  const std::vector<Yuv> colours = {
      {120, 100, 170}, {90, 150, 110}, {200, 120, 135}, {60, 128, 128}};
  EncodedStream spec{.codec = "ffv1", .matrix = colour.matrix, .range = colour.range};
  spec.frames = static_cast<int>(colours.size());
  spec.draw = [&](AVFrame& frame, int index) {
    const Yuv& flat = colours[static_cast<std::size_t>(index)];
    const int levels[] = {flat.y, flat.u, flat.v};
    for (int plane = 0; plane < 3; ++plane) {
      const int rows = plane == 0 ? frame.height : frame.height / 2;
      std::memset(frame.data[plane], levels[plane],
                  static_cast<std::size_t>(rows * frame.linesize[plane]));
    }
  };
  testing::write_clip(folder / "a.mkv", {spec});
  const DecodedClip clip = decode(folder / "a.mkv");
  ASSERT_EQ(clip.frame_count, 4);
  EXPECT_EQ(colour_stamp(clip.facts), colour.stamp);
  constexpr double kTableRounding = 2.0;  // libswscale's tables have 8 bits and a few roundings
  for (std::size_t i = 0; i < colours.size(); ++i) {
    const auto expected = rgb_of(colours[i], colour);
    const std::uint8_t* pixel = clip.frames.at(static_cast<int>(i)).row(7) + 3 * 11;
    for (std::size_t c = 0; c < 3; ++c) {
      EXPECT_NEAR(pixel[c], std::clamp(expected[c], 0.0, 255.0), kTableRounding)
          << "colour " << i << " channel " << c;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Tags, Colours,
    ::testing::Values(ColourCase{"untagged", AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_UNSPECIFIED, .299,
                                 .114, false, "matrix=untagged→bt601 range=untagged→limited"},
                      ColourCase{"bt601", AVCOL_SPC_SMPTE170M, AVCOL_RANGE_MPEG, .299, .114, false,
                                 "matrix=bt601 range=limited"},
                      ColourCase{"bt601full", AVCOL_SPC_BT470BG, AVCOL_RANGE_JPEG, .299, .114, true,
                                 "matrix=bt601 range=full"},
                      ColourCase{"bt709", AVCOL_SPC_BT709, AVCOL_RANGE_MPEG, .2126, .0722, false,
                                 "matrix=bt709 range=limited"},
                      ColourCase{"bt709full", AVCOL_SPC_BT709, AVCOL_RANGE_JPEG, .2126, .0722, true,
                                 "matrix=bt709 range=full"},
                      ColourCase{"bt709untaggedrange", AVCOL_SPC_BT709, AVCOL_RANGE_UNSPECIFIED,
                                 .2126, .0722, false, "matrix=bt709 range=untagged→limited"},
                      ColourCase{"bt2020", AVCOL_SPC_BT2020_NCL, AVCOL_RANGE_MPEG, .2627, .0593,
                                 false, "matrix=bt2020nc range=limited"},
                      ColourCase{"bt2020full", AVCOL_SPC_BT2020_NCL, AVCOL_RANGE_JPEG, .2627, .0593,
                                 true, "matrix=bt2020nc range=full"}),
    [](const auto& name) { return std::string(name.param.name); });

TEST(Colours, OfHighDynamicRangeAreSaidAndNotMapped) {
  const TemporaryFolder folder;
  const auto clip_with = [&](AVColorTransferCharacteristic transfer) {
    testing::write_clip(folder / "a.mkv", {{.codec = "ffv1",
                                            .matrix = AVCOL_SPC_BT2020_NCL,
                                            .range = AVCOL_RANGE_MPEG,
                                            .transfer = transfer}});
    return decode(folder / "a.mkv");
  };
  const DecodedClip plain = clip_with(AVCOL_TRC_BT709);
  EXPECT_TRUE(kinds(plain).empty());
  for (const auto transfer : {AVCOL_TRC_SMPTE2084, AVCOL_TRC_ARIB_STD_B67}) {
    const DecodedClip hdr = clip_with(transfer);
    EXPECT_EQ(kinds(hdr), std::vector<std::string>{"hdr_transfer"});
    EXPECT_EQ(hdr.frames, plain.frames);
  }
}

TEST(Colours, OfAnUnknownMatrixAreSaid) {
  const TemporaryFolder folder;
  testing::write_clip(folder / "a.mkv", {{.codec = "ffv1", .matrix = AVCOL_SPC_YCGCO}});
  const DecodedClip clip = decode(folder / "a.mkv");
  EXPECT_EQ(kinds(clip), std::vector<std::string>{"unknown_matrix"});
  EXPECT_EQ(colour_stamp(clip.facts), "matrix=ycgco→bt601 range=untagged→limited");
}

TEST(Colours, AreMixedWhenClipsOfOneSystemDiffer) {
  StreamFacts untagged;
  untagged.matrix = "bt601";
  untagged.range = "limited";
  StreamFacts tagged = untagged;
  tagged.matrix = "bt709";
  tagged.matrix_tag = "bt709";
  StreamFacts rgb;
  rgb.matrix = "rgb";
  std::map<ShotKey, StreamFacts> shots = {
      {{"a", 1}, untagged}, {{"a", 2}, rgb}, {{"a", 3}, StreamFacts{}}};
  EXPECT_TRUE(colour_findings(shots).empty());
  shots[{"b", 1}] = tagged;
  const Findings mixed = colour_findings(shots);
  ASSERT_EQ(mixed.size(), 1U);
  EXPECT_EQ(mixed.front().kind, "mixed_colour");
  EXPECT_NE(mixed.front().detail.find("1 shot as bt709 limited (first: b shot 1)"),
            std::string::npos)
      << mixed.front().detail;
  tagged.matrix = "bt601";  // the same conversion, though one is tagged
  shots[{"b", 1}] = tagged;
  EXPECT_TRUE(colour_findings(shots).empty());
  tagged.range = "full";
  shots[{"b", 1}] = tagged;
  EXPECT_EQ(colour_findings(shots).size(), 1U);
}

TEST(Formats, AreMixedWhenRatesSizesOrOrientationsDiffer) {
  std::map<ShotKey, ClipFormat> shots = {
      {{"a", 1}, {24.0, 720, 480}}, {{"a", 2}, {24.0001, 720, 480}}, {{"a", 3}, {0.0, 720, 480}}};
  EXPECT_TRUE(format_findings(shots).empty()) << "rounded rates and folders of frames";
  shots[{"a", 4}] = {23.976, 720, 480};
  Findings mixed = format_findings(shots);
  ASSERT_EQ(mixed.size(), 1U);
  EXPECT_EQ(mixed.front().kind, "mixed_frame_rates");
  EXPECT_EQ(mixed.front().detail,
            "the clips have different frame rates: 2 shots at 24 fps (first: a shot 1); 1 shot at "
            "23.98 fps (first: a shot 4)");
  shots[{"a", 4}] = {24.0, 640, 360};
  mixed = format_findings(shots);
  ASSERT_EQ(mixed.size(), 1U);
  EXPECT_EQ(mixed.front().detail,
            "the clips have different sizes: 3 shots of 720x480 (first: a shot 1); 1 shot of "
            "640x360 (first: a shot 4)");
  shots[{"a", 4}] = {24.0, 480, 720};
  mixed = format_findings(shots);
  ASSERT_EQ(mixed.size(), 2U);
  EXPECT_EQ(mixed.back().kind, "mixed_orientations");
  EXPECT_EQ(mixed.back().detail,
            "the clips have different orientations: 3 shots landscape (first: a shot 1); 1 shot "
            "portrait (first: a shot 4)");
}

TEST(Formats, OfManySizesListTheMostFrequent) {
  std::map<ShotKey, ClipFormat> shots;
  for (int i = 1; i <= 20; ++i) shots[{"a", i}] = {24.0, 400 + i, 300};
  shots[{"b", 1}] = {24.0, 420, 300};
  const Findings mixed = format_findings(shots);
  ASSERT_EQ(mixed.size(), 1U);
  EXPECT_EQ(mixed.front().detail.find("the clips have different sizes: 2 shots of 420x300"), 0U)
      << mixed.front().detail;
  EXPECT_TRUE(mixed.front().detail.ends_with("; 14 more")) << mixed.front().detail;
}

// ---- orientation

struct Turn {
  const char* name;
  int xx, xy, yx, yy;
};

/// Where the formula of orientation.h puts each pixel, in the plainest way.
Image turned(const Image& image, const Turn& turn) {
  const bool swapped = turn.xx == 0;
  Image result(swapped ? image.width : image.height, swapped ? image.height : image.width, 3);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      // Doubled coordinates from the middle.
      const int across = 2 * x - (image.width - 1);
      const int down = 2 * y - (image.height - 1);
      const int to_x = (turn.xx * across + turn.xy * down + result.width - 1) / 2;
      const int to_y = (turn.yx * across + turn.yy * down + result.height - 1) / 2;
      std::copy_n(image.row(y) + 3 * x, 3, result.row(to_y) + 3 * to_x);
    }
  }
  return result;
}

class Orientations : public ::testing::TestWithParam<Turn> {};

TEST_P(Orientations, AreApplied) {
  const Turn& turn = GetParam();
  const TemporaryFolder folder;
  EncodedStream spec{.codec = "libx264", .options = "crf=4:threads=1"};
  spec.pictures = {testing::lopsided_picture(64, 48)};
  testing::write_clip(folder / "plain.mp4", {spec});
  spec.display_matrix = testing::display_matrix(turn.xx, turn.xy, turn.yx, turn.yy);
  testing::write_clip(folder / "turned.mp4", {spec});
  const DecodedClip plain = decode(folder / "plain.mp4", "ends:2");
  const DecodedClip clip = decode(folder / "turned.mp4", "ends:2");
  EXPECT_EQ(clip.width, turn.xx == 0 ? 48 : 64);
  EXPECT_EQ(clip.height, turn.xx == 0 ? 64 : 48);
  for (const auto& [index, frame] : clip.frames) {
    EXPECT_EQ(frame, turned(plain.frames.at(index), turn)) << index;
  }
  EXPECT_EQ(clip.facts.orientation.empty(), turn.xx == 1 && turn.yy == 1);
  EXPECT_TRUE(kinds(clip).empty());
}

INSTANTIATE_TEST_SUITE_P(All, Orientations,
                         ::testing::Values(Turn{"upright", 1, 0, 0, 1},
                                           Turn{"clockwise", 0, -1, 1, 0},
                                           Turn{"half", -1, 0, 0, -1}, Turn{"counter", 0, 1, -1, 0},
                                           Turn{"hflip", -1, 0, 0, 1}, Turn{"vflip", 1, 0, 0, -1},
                                           Turn{"transposed", 0, 1, 1, 0},
                                           Turn{"antitransposed", 0, -1, -1, 0}),
                         [](const auto& name) { return std::string(name.param.name); });

TEST(Orientations, OfOtherAnglesAreSaidAndNotApplied) {
  const TemporaryFolder folder;
  EncodedStream spec;
  testing::write_clip(folder / "plain.mp4", {spec});
  constexpr int kHalf = 1 << 15;
  constexpr int kRest = 56756;  // cos 30 degrees
  spec.display_matrix = {{kRest, kHalf, 0, -kHalf, kRest, 0, 0, 0, 1 << 30}};
  testing::write_clip(folder / "odd.mp4", {spec});
  const DecodedClip clip = decode(folder / "odd.mp4");
  EXPECT_EQ(kinds(clip), std::vector<std::string>{"odd_rotation"});
  EXPECT_EQ(clip.frames, decode(folder / "plain.mp4").frames);
}

TEST(SampleAspectRatio, IsSaidAndNotApplied) {
  const TemporaryFolder folder;
  EncodedStream spec;
  testing::write_clip(folder / "plain.mp4", {spec});
  spec.pixel_shape = {8, 9};
  testing::write_clip(folder / "wide.mp4", {spec});
  const DecodedClip clip = decode(folder / "wide.mp4");
  EXPECT_EQ(kinds(clip), std::vector<std::string>{"non_square_pixels"});
  EXPECT_EQ(clip.frames, decode(folder / "plain.mp4").frames);
}

// ---- alpha

Image see_through(int width, int height) {
  const Image opaque = testing::lopsided_picture(width, height);
  Image image(height, width, 4);
  for (int i = 0; i < width * height; ++i) {
    std::copy_n(&opaque.bytes[static_cast<std::size_t>(3 * i)], 3,
                &image.bytes[static_cast<std::size_t>(4 * i)]);
    image.bytes[static_cast<std::size_t>(4 * i + 3)] =
        static_cast<std::uint8_t>(i % width < width / 2 ? 255 : 255 * (i / width) / height);
  }
  return image;
}

Image on_black(const Image& image) {
  Image flat(image.height, image.width, 3);
  for (std::size_t i = 0; i < flat.bytes.size(); ++i) {
    const double level = image.bytes[i / 3 * 4 + i % 3] * image.bytes[i / 3 * 4 + 3] / 255.0;
    flat.bytes[i] = static_cast<std::uint8_t>(std::lround(level));
  }
  return flat;
}

struct AlphaCase {
  const char* name;
  const char* codec;
  const char* file;
  AVPixelFormat format;
  int tolerance;
};

class AlphaChannel : public ::testing::TestWithParam<AlphaCase> {};

TEST_P(AlphaChannel, IsCompositedOnBlack) {
  const AlphaCase& form = GetParam();
  if (!testing::has_encoder(form.codec)) GTEST_SKIP() << "no encoder " << form.codec;
  const TemporaryFolder folder;
  EncodedStream spec{.codec = form.codec, .format = form.format};
  const Image image = see_through(spec.width, spec.height);
  spec.pictures = {image};
  testing::write_clip(folder / form.file, {spec});
  const DecodedClip clip = decode(folder / form.file, "ends:2");
  EXPECT_EQ(clip.facts.alpha, Alpha::on_black) << clip.facts.pixel_format;
  EXPECT_EQ(kinds(clip), std::vector<std::string>{"alpha_channel"});
  EXPECT_LE(worst_difference(clip.frames.at(0), on_black(image)), form.tolerance);
  // The same format with nothing to see through.
  Image opaque = image;
  for (std::size_t i = 3; i < opaque.bytes.size(); i += 4) opaque.bytes[i] = 255;
  spec.pictures = {opaque};
  testing::write_clip(folder / form.file, {spec});
  EXPECT_EQ(kinds(decode(folder / form.file, "ends:2")), std::vector<std::string>{});
}

INSTANTIATE_TEST_SUITE_P(
    Forms, AlphaChannel,
    ::testing::Values(AlphaCase{"qtrle", "qtrle", "a.mov", AV_PIX_FMT_ARGB, 1},
                      AlphaCase{"png", "png", "a.mov", AV_PIX_FMT_RGBA, 1},
                      AlphaCase{"ffv1", "ffv1", "a.mkv", AV_PIX_FMT_YUVA420P, 70},
                      AlphaCase{"vp9", "libvpx-vp9", "a.webm", AV_PIX_FMT_YUVA420P, 90},
                      AlphaCase{"prores", "prores_ks", "a.mov", AV_PIX_FMT_YUVA444P10, 40}),
    [](const auto& name) { return std::string(name.param.name); });

TEST(AlphaChannel, IsTheSameInAVideoAndInAFolderOfFrames) {
  const TemporaryFolder folder;
  EncodedStream spec{.codec = "png", .format = AV_PIX_FMT_RGBA, .frames = 2};
  spec.pictures = {see_through(spec.width, spec.height)};
  testing::write_clip(folder / "a.mov", {spec});
  testing::make_picture(folder / "frames/1.png", spec.pictures.front());
  const FrameRule all = parse_frame_rule("ends:1");
  const DecodedClip frames =
      decode_clip({ShotSource::Kind::frame_folder, folder / "frames"}, {&all, 1});
  const DecodedClip video = decode(folder / "a.mov", "ends:1");
  EXPECT_EQ(video.frames.at(0), frames.frames.at(0));
  EXPECT_EQ(clip_findings({"story", 1}, video, {}), clip_findings({"story", 1}, frames, {}));
}

TEST(AlphaChannel, OfSomeFramesBelongsToTheRangesThatHaveThem) {
  const TemporaryFolder folder;
  EncodedStream spec{.codec = "qtrle", .format = AV_PIX_FMT_ARGB, .frames = 6};
  const Image clear = see_through(64, 48);
  Image opaque = clear;
  for (std::size_t i = 3; i < opaque.bytes.size(); i += 4) opaque.bytes[i] = 255;
  spec.pictures = {opaque, opaque, opaque, opaque, clear, opaque};
  testing::write_clip(folder / "a.mov", {spec});
  const auto range = [&](int begin, int end) {
    return ShotSource{ShotSource::Kind::video_range, folder / "a.mov", begin, end};
  };
  const std::vector<ShotSource> sources = {range(0, 4), range(3, 6), range(5, 6)};
  const auto outcomes = decode_ranges(sources, {});
  EXPECT_EQ(std::get<DecodedClip>(outcomes.at(0)).facts.alpha, Alpha::none);
  EXPECT_EQ(std::get<DecodedClip>(outcomes.at(1)).facts.alpha, Alpha::on_black);
  EXPECT_EQ(std::get<DecodedClip>(outcomes.at(2)).facts.alpha, Alpha::none);
}

// ---- streams

EncodedStream flat(std::uint8_t level, int disposition, int width = 64) {
  EncodedStream spec{
      .codec = "mpeg4", .width = width, .options = "q=2", .disposition = disposition};
  spec.draw = [level](AVFrame& frame, int) {
    for (int plane = 0; plane < 3; ++plane) {
      const int rows = plane == 0 ? frame.height : frame.height / 2;
      std::memset(frame.data[plane], plane == 0 ? level : 128,
                  static_cast<std::size_t>(rows * frame.linesize[plane]));
    }
  };
  return spec;
}

int brightness(const DecodedClip& clip) {
  return clip.frames.at(0).row(20)[60];
}

TEST(Streams, TheDefaultOneIsRead) {
  const TemporaryFolder folder;
  constexpr int kDefault = AV_DISPOSITION_DEFAULT;
  for (const char* name : {"a.mkv", "a.mp4"}) {
    testing::write_clip(folder / name, {flat(50, 0), flat(200, kDefault, 96)});
    const DecodedClip second = decode(folder / name);
    EXPECT_GT(brightness(second), 150) << name;
    EXPECT_EQ(second.width, 96);
    EXPECT_EQ(second.facts.stream, 1);
    EXPECT_EQ(kinds(second), std::vector<std::string>{"several_video_streams"}) << name;
    testing::write_clip(folder / name, {flat(50, kDefault), flat(200, kDefault)});
    EXPECT_LT(brightness(decode(folder / name)), 100) << name << ": the first of equals";
  }
}

TEST(Streams, CoverPicturesAreNoVideos) {
  const TemporaryFolder folder;
  EncodedStream cover{.codec = "png", .format = AV_PIX_FMT_RGB24, .frames = 1};
  cover.pictures = {testing::lopsided_picture(64, 48)};
  cover.disposition = AV_DISPOSITION_ATTACHED_PIC;
  testing::write_clip(folder / "a.mp4", {cover, flat(200, AV_DISPOSITION_DEFAULT)});
  const DecodedClip clip = decode(folder / "a.mp4");
  EXPECT_EQ(clip.frame_count, 8);
  EXPECT_GT(brightness(clip), 150);
  EXPECT_TRUE(kinds(clip).empty());
}

}  // namespace
}  // namespace asbench::loaders
