// VBench's measures by hand, against naive loops, and their totals over all shots.
// tests/evaluation/vbench_golden_test.cpp compares with VBench's own functions.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "core/error.h"
#include "metrics/measurement.h"
#include "metrics/story/vbench_consistency.h"
#include "tests/metrics/story_builder.h"

namespace asbench::metrics {
namespace {

using testing::FeatureShelf;
using testing::Rows;

constexpr double kDoubleRounding = 1e-12;

ShotFeatures every_frame_shot(FeatureShelf& shelf, const Rows& frames) {
  ShotFeatures shot;
  shot.decodable_frames = static_cast<int>(frames.size());
  shot.every_frame.set("vbench-dino", shelf.keep(frames));
  return shot;
}

StoryFeatures story_of(const std::string& id, std::vector<ShotFeatures> shots) {
  StoryFeatures story;
  story.id = story.ip = id;
  story.shots = std::move(shots);
  return story;
}

ShotFeatures lost_shot() {
  ShotFeatures shot;
  shot.missing = true;
  return shot;
}

Measurement measured(const char* id, const std::vector<StoryFeatures>& stories,
                     MissingPolicy policy = MissingPolicy::fail) {
  MetricSettings settings;
  settings.missing = policy;
  return measure(id, stories, settings);
}

std::optional<double> part(const Measurement& measurement, std::string_view name) {
  for (const Overall& one : measurement.parts)
    if (one.name == name) return one.value;
  ADD_FAILURE() << name << " is missing";
  return std::nullopt;
}

TEST(VbenchConsistency, IsTheExampleOfTheDefinition) {
  FeatureShelf shelf;
  const auto result = measured(
      "vbench_subject", {story_of("s", {every_frame_shot(shelf, {{1, 0}, {0.6F, 0.8F}, {0, 1}})})});
  EXPECT_NEAR(result.mean.value(), 0.5, 1e-7);  // .6F is no exact .6
}

TEST(VbenchConsistency, CountsACosineBelowZeroAsZero) {
  FeatureShelf shelf;
  const auto result = measured(
      "vbench_subject", {story_of("s", {every_frame_shot(shelf, {{1, 0}, {-1, 0}, {1, 0}})})});
  EXPECT_EQ(result.mean, 0.25) << "(0 + 0) / 2 and (0 + 1) / 2";
}

TEST(VbenchConsistency, IsTheNaiveLoop) {
  std::mt19937_64 random(7);
  std::normal_distribution<float> normal(0.3F, 1.0F);
  Rows frames(9, std::vector<float>(13));
  for (auto& row : frames)
    for (float& value : row) value = normal(random);
  const auto cosine = [&](std::size_t a, std::size_t b) {
    double product = 0.0;
    double first = 0.0;
    double second = 0.0;
    for (std::size_t i = 0; i < 13; ++i) {
      product += static_cast<double>(frames[a][i]) * static_cast<double>(frames[b][i]);
      first += static_cast<double>(frames[a][i]) * static_cast<double>(frames[a][i]);
      second += static_cast<double>(frames[b][i]) * static_cast<double>(frames[b][i]);
    }
    return product / std::sqrt(first * second);
  };
  double sum = 0.0;
  for (std::size_t i = 1; i < 9; ++i)
    sum += (std::max(0.0, cosine(i, i - 1)) + std::max(0.0, cosine(i, 0))) / 2.0;
  FeatureShelf shelf;
  EXPECT_NEAR(mean_frame_consistency(unit_rows(shelf.keep(frames))).value(), sum / 8.0,
              kDoubleRounding);
}

TEST(VbenchConsistency, TotalsWeighFramesOrShotsWhateverTheirStory) {
  FeatureShelf shelf;
  const Rows half = {{1, 0}, {0, 1}, {1, 0}};  // 0 and (0 + 1) / 2: .25 over two frames
  const Rows whole = {{1, 0}, {1, 0}, {1, 0}, {1, 0}, {1, 0}};  // 1 over four frames
  const Rows none = {{1, 0}, {0, 1}};                           // 0 over one frame
  const auto result =
      measured("vbench_subject",
               {story_of("a", {every_frame_shot(shelf, half), every_frame_shot(shelf, whole)}),
                story_of("b", {every_frame_shot(shelf, none)})});
  EXPECT_EQ(result.mean, (0.625 + 0.0) / 2.0) << "shot, story, system";
  EXPECT_NEAR(part(result, "frame_weighted").value(), (2 * 0.25 + 4 * 1.0) / 7.0, kDoubleRounding);
  EXPECT_NEAR(part(result, "clip_mean").value(), 1.25 / 3.0, kDoubleRounding);
}

TEST(VbenchConsistency, ShotsOfOneFrameAreSkippedWithAReason) {
  FeatureShelf shelf;
  const auto result =
      measured("vbench_subject", {story_of("s", {every_frame_shot(shelf, {{1, 0}}),
                                                 every_frame_shot(shelf, {{1, 0}, {1, 0}})})});
  EXPECT_EQ(result.mean, 1.0);
  EXPECT_EQ(result.counts, (Counts{1, 0, 1}));
  ASSERT_FALSE(result.findings.empty());
  EXPECT_EQ(result.findings.front().kind, "single_frame");
  EXPECT_EQ(part(result, "frame_weighted"), 1.0);
}

TEST(VbenchConsistency, AFailedShotIsTheWorstUnderZeroAndOutsideUnderExclude) {
  FeatureShelf shelf;
  const std::vector<StoryFeatures> stories = {
      story_of("s", {every_frame_shot(shelf, {{1, 0}, {1, 0}}), lost_shot()})};
  const auto zero = measured("vbench_subject", stories, MissingPolicy::zero);
  EXPECT_EQ(zero.mean, 0.5);
  EXPECT_EQ(part(zero, "frame_weighted"), 0.0) << "how many frames it had is not known";
  EXPECT_EQ(part(zero, "clip_mean"), 0.5);
  const auto exclude = measured("vbench_subject", stories, MissingPolicy::exclude);
  EXPECT_EQ(exclude.mean, 1.0);
  EXPECT_EQ(part(exclude, "frame_weighted"), 1.0);
}

TEST(VbenchConsistency, NeedsEveryFrame) {
  FeatureShelf shelf;
  ShotFeatures shot = every_frame_shot(shelf, {{1, 0}, {0, 1}});
  shot.every_frame = {};
  shot.images.set("vbench-dino", shelf.keep({{1, 0}, {0, 1}}));
  EXPECT_THROW((void)measured("vbench_subject", {story_of("s", {shot})}), BadInput);
}

ShotFeatures changing(int frames, double difference) {
  ShotFeatures shot;
  shot.decodable_frames = frames;
  shot.changes = FrameChanges{frames, difference};
  return shot;
}

TEST(VbenchFlicker, IsOneForStillFramesAndFallsWithTheChange) {
  const auto result = measured(
      "vbench_flicker", {story_of("a", {changing(9, 0.0)}),
                         story_of("b", {changing(5, 51.0), changing(5, 25.5), changing(1, 0.0)})});
  EXPECT_NEAR(result.mean.value(), (1.0 + 0.85) / 2.0, kDoubleRounding);
  EXPECT_NEAR(part(result, "clip_mean").value(), (1.0 + 0.8 + 0.9) / 3.0, kDoubleRounding);
  EXPECT_EQ(result.counts, (Counts{3, 0, 1}));
}

TEST(VbenchFlicker, ABrokenStatisticFailsItsShot) {
  const auto result =
      measured("vbench_flicker", {story_of("a", {changing(9, NAN)})}, MissingPolicy::zero);
  EXPECT_EQ(result.mean, 0.0);
  EXPECT_EQ(result.findings.front().kind, "bad_feature");
}

ShotFeatures predicted(FeatureShelf& shelf, int frames, const std::vector<float>& errors) {
  ShotFeatures shot;
  shot.decodable_frames = frames;
  Rows rows;
  for (const float error : errors) rows.push_back({error});
  shot.prediction_errors = shelf.keep(rows);
  return shot;
}

TEST(VbenchSmoothness, IsOneMinusTheMeanErrorOfThePredictedFrames) {
  FeatureShelf shelf;
  const auto result = measured(
      "vbench_smoothness",
      {story_of("a", {predicted(shelf, 5, {0.0F, 0.0F})}),
       story_of("b", {predicted(shelf, 7, {51.0F, 0.0F, 25.5F}), predicted(shelf, 4, {255.0F})})});
  EXPECT_NEAR(result.mean.value(), (1.0 + (0.9 + 0.0) / 2.0) / 2.0, kDoubleRounding);
  EXPECT_NEAR(part(result, "clip_mean").value(), (1.0 + 0.9 + 0.0) / 3.0, kDoubleRounding);
}

TEST(VbenchSmoothness, IsTheNaiveLoop) {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<float> level(0.0F, 255.0F);
  std::vector<float> errors(24);
  double sum = 0.0;
  for (float& error : errors) sum += static_cast<double>(error = level(random));
  FeatureShelf shelf;
  const auto result =
      measured("vbench_smoothness", {story_of("a", {predicted(shelf, 49, errors)})});
  EXPECT_NEAR(result.mean.value(), 1.0 - sum / 24.0 / 255.0, kDoubleRounding);
}

TEST(VbenchSmoothness, ShotsOfTwoFramesAreSkippedWithAReason) {
  FeatureShelf shelf;
  const auto result = measured(
      "vbench_smoothness", {story_of("a", {predicted(shelf, 2, {}), predicted(shelf, 3, {25.5F})})},
      MissingPolicy::zero);
  EXPECT_NEAR(result.mean.value(), 0.9, kDoubleRounding);
  EXPECT_EQ(result.counts, (Counts{1, 0, 1}));
  ASSERT_EQ(result.findings.front().kind, "too_few_frames");
  EXPECT_NE(result.findings.front().detail.find("frames: 2;"), std::string::npos);
}

TEST(VbenchSmoothness, ABrokenPredictionFailsItsShot) {
  FeatureShelf shelf;
  const auto result =
      measured("vbench_smoothness", {story_of("a", {predicted(shelf, 5, {1.0F, NAN})})},
               MissingPolicy::zero);
  EXPECT_EQ(result.mean, 0.0);
  EXPECT_EQ(result.findings.front().kind, "bad_feature");
}

TEST(VbenchSmoothness, NeedsAsManyErrorsAsFramesCanBePredicted) {
  FeatureShelf shelf;
  for (const int frames : {3, 8})
    EXPECT_THROW((void)measured("vbench_smoothness",
                                {story_of("a", {predicted(shelf, frames, {1.0F, 2.0F})})}),
                 BadInput);
}

}  // namespace
}  // namespace asbench::metrics
