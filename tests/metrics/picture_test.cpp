// The picture itself: sharpness, flicker, repeated frames, letterbox, by hand. What the statistics
// are made of is in tests/core/picture_meter_test.cpp; the golden is tests/golden/metrics.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/error.h"
#include "metrics/catalogue.h"
#include "metrics/measurement.h"

namespace asbench::metrics {
namespace {

constexpr double kDoubleRounding = 1e-12;

ShotFeatures shot(const PictureStatistics& picture, double fps = 12.0) {
  ShotFeatures features;
  features.decodable_frames = picture.frames;
  features.fps = fps;
  features.picture = picture;
  return features;
}

StoryFeatures story(std::vector<ShotFeatures> shots) {
  StoryFeatures features;
  features.id = features.ip = "s";
  features.shots = std::move(shots);
  return features;
}

Measurement measured(const char* id, const std::vector<ShotFeatures>& shots,
                     MissingPolicy policy = MissingPolicy::fail) {
  MetricSettings settings;
  settings.missing = policy;
  return measure(id, std::vector{story(shots)}, settings);
}

ShotFeatures missing() {
  ShotFeatures features;
  features.missing = true;
  return features;
}

TEST(Sharpness, IsInDecibelsAndHasItsVariancesAsParts) {
  const auto result = measured("sharpness", {shot({.frames = 9, .laplacian = 99, .band_pass = 7}),
                                             shot({.frames = 9, .laplacian = 0, .band_pass = 5})});
  EXPECT_NEAR(result.mean.value(), 10.0, kDoubleRounding) << "the mean of 20 dB and 0 dB";
  EXPECT_EQ(result.parts[0].name, "laplacian");
  EXPECT_EQ(result.parts[0].value, 49.5);
  EXPECT_EQ(result.parts[1].name, "band_pass");
  EXPECT_EQ(result.parts[1].value, 6.0);
}

TEST(Flicker, OfAShotInWhichNothingStandsStillIsSkippedWithAReason) {
  const auto result =
      measured("flicker", {shot({.frames = 9, .flicker = 0.02, .still_area = 0.5}),
                           shot({.frames = 9, .flicker = std::nullopt, .still_area = 0.0})});
  EXPECT_EQ(result.mean, 0.02);
  EXPECT_EQ(result.counts, (Counts{1, 0, 1}));
  EXPECT_EQ(result.parts[0].value, 0.5);
  ASSERT_FALSE(result.findings.empty());
  EXPECT_EQ(result.findings.front().kind, "no_still_area");
  EXPECT_EQ(result.findings.front().shot, 2);
}

TEST(RepeatedFrames, AreAShareOfTheFramesThatHaveOneBefore) {
  EXPECT_EQ(measured("repeated_frames", {shot({.frames = 25, .repeats = 12})}).mean, 0.5);
  EXPECT_EQ(measured("repeated_frames", {shot({.frames = 25, .repeats = 24})}).mean, 1.0);
  EXPECT_EQ(measured("repeated_frames", {shot({.frames = 1, .repeats = 0})}).mean, 1.0)
      << "shown for as long as the shot lasts";
}

TEST(EffectiveFps, CountsDifferentPictures) {
  const auto result = measured("effective_fps", {shot({.frames = 24, .repeats = 12}, 12.0)});
  EXPECT_EQ(result.mean, 6.0);
  EXPECT_EQ(result.parts[0].name, "fps");
  EXPECT_EQ(result.parts[0].value, 12.0);
  EXPECT_EQ(measured("effective_fps", {shot({.frames = 24, .repeats = 23}, 12.0)}).mean, 0.5)
      << "one picture in two seconds";
}

TEST(EffectiveFps, WithoutAFrameRateIsSkippedMissingShotsToo) {
  for (const auto policy : {MissingPolicy::zero, MissingPolicy::exclude}) {
    const auto none =
        measured("effective_fps", {shot({.frames = 24, .repeats = 3}, 0.0), missing()}, policy);
    EXPECT_FALSE(none.mean) << "a folder of frames is no worse for a missing shot";
    EXPECT_EQ(none.counts, (Counts{0, 0, 2}));
    EXPECT_EQ(none.findings.front().kind, "unknown_frame_rate");
  }
  const auto one = measured("effective_fps", {shot({.frames = 24, .repeats = 0}, 0.0),
                                              shot({.frames = 24, .repeats = 0}, 8.0)});
  EXPECT_EQ(one.mean, 8.0);
  EXPECT_EQ(one.findings.front().kind, "unknown_frame_rate");
  EXPECT_EQ(one.findings.front().shot, 1);
}

TEST(Letterbox, IsTheAreaOfBarsOnBothAxes) {
  const auto result =
      measured("letterbox", {shot({.frames = 9, .bar_rows = 0.5, .bar_columns = 0.25})});
  EXPECT_EQ(result.mean, 0.625);
  EXPECT_EQ(result.parts[0].value, 0.5);
  EXPECT_EQ(result.parts[1].value, 0.25);
}

TEST(Pictures, AMissingShotHasTheWorstValueInItsPartsToo) {
  const std::vector<ShotFeatures> shots{
      shot({.frames = 9, .laplacian = 99, .band_pass = 8, .bar_rows = 0.5}), missing()};
  const auto zero = measured("letterbox", shots, MissingPolicy::zero);
  EXPECT_EQ(zero.mean, 0.75);
  EXPECT_EQ(zero.parts[0].value, 0.75);
  EXPECT_TRUE(zero.stories[0].shots[1].parts.empty()) << "it has no bars of its own";
  EXPECT_EQ(measured("letterbox", shots, MissingPolicy::exclude).parts[0].value, 0.5);
  EXPECT_EQ(measured("sharpness", shots, MissingPolicy::zero).parts[1].value, 4.0);
}

TEST(Pictures, WithoutStatisticsAreRefused) {
  StoryFeatures bare = story({shot({.frames = 9})});
  bare.shots[0].picture.reset();
  try {
    static_cast<void>(measure("letterbox", std::vector{bare}));
    FAIL();
  } catch (const BadInput& error) {
    EXPECT_NE(std::string(error.what()).find("letterbox: story s shot 1: no statistics of all"),
              std::string::npos)
        << error.what();
  }
}

TEST(Pictures, AreControlsThatNeedNoEncoder) {
  for (const char* id : {"sharpness", "flicker", "repeated_frames", "effective_fps", "letterbox"}) {
    const Metric& metric = built_in_metrics().require(id);
    EXPECT_EQ(metric.kind, Kind::control) << id;
    EXPECT_FALSE(metric.leaderboard) << id;
    EXPECT_TRUE(metric.needs.roles().empty()) << id;
    EXPECT_EQ(describe(metric.needs), std::vector<std::string>{"every frame as pixels"}) << id;
  }
}

}  // namespace
}  // namespace asbench::metrics
