// The numbers of docs/design/metrics.md 10 that need no weights, and the toys that follow from the
// definitions by hand.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "core/means.h"
#include "metrics/catalogue.h"
#include "metrics/measurement.h"
#include "metrics/story/caption_margin.h"
#include "metrics/story/copy_paste.h"
#include "metrics/story/cross_shot.h"
#include "metrics/story/faithful_consistency.h"
#include "metrics/story/motion.h"
#include "metrics/story/within_shot.h"
#include "metrics/system_sums.h"
#include "tests/metrics/story_builder.h"

namespace asbench::metrics {
namespace {

using testing::FeatureShelf;
using testing::shot_of;

constexpr double kConformance = 1e-9;  // docs/design/metrics.md 10
// Features are float32: .6 and .8 are stored with an error of 2e-8, which the angles inherit.
constexpr double kFloatInput = 1e-7;

StoryFeatures three_shots(FeatureShelf& shelf) {
  StoryFeatures story;
  story.id = "toy";
  story.ip = "toy";
  story.shots = {shot_of(shelf, {{1, 0}, {0, 1}}), shot_of(shelf, {{1, 0}, {1, 0}}),
                 shot_of(shelf, {{0.6F, 0.8F}, {0.8F, 0.6F}})};
  return story;
}

std::optional<double> part(const std::vector<Part>& parts, const std::string& name) {
  for (const Part& entry : parts) {
    if (entry.name == name) return entry.value;
  }
  return std::nullopt;
}

TEST(HarMeanP, MatchesThePublishedDefinitionOnFourShots) {
  const std::array<double, 4> shots{.8, .7, .9, .6};
  EXPECT_NEAR(harmeanp_of_similarities(shots), 0.43985454545454545, 5e-12);
  const double harmonic = 4.0 / (1 / .8 + 1 / .7 + 1 / .9 + 1 / .6);
  EXPECT_NEAR(harmeanp_of_similarities(shots), harmonic * .6, kConformance);
}

TEST(HarMeanP, OfDistancesIsOneMinusTheOneOfSimilarities) {
  const std::array<double, 4> distances{.8, .7, .9, .6};
  EXPECT_NEAR(harmeanp_of_distances(distances), .9808, kConformance);
}

TEST(HarMeanP, OfEqualShotsIsTheSquare) {
  for (const double x : {.1, .37, .5, .99, 1.0}) {
    const std::vector<double> shots(4, x);
    EXPECT_NEAR(harmeanp_of_similarities(shots), x * x, kConformance);
    EXPECT_NEAR(harmeanp_of_distances(shots), 1 - (1 - x) * (1 - x), kConformance);
  }
}

TEST(HarMeanP, IsZeroWhenAShotIsNotAboveZero) {
  EXPECT_EQ(harmeanp_of_similarities(std::array{.5, 0.0}), 0.0);
  EXPECT_EQ(harmeanp_of_similarities(std::array{.5, -.1}), 0.0);
  EXPECT_EQ(harmeanp_of_distances(std::array{.5, 1.2}), 1.0);
}

TEST(CrossShot, MatchesTheHandComputedThreeShots) {
  FeatureShelf shelf;
  const std::vector<StoryFeatures> stories{three_shots(shelf)};
  const auto pairs = consistency(stories[0], "clip").pairs;
  ASSERT_EQ(pairs.size(), 3U);
  EXPECT_NEAR(*pairs[0].value, .5, kConformance);
  EXPECT_NEAR(*pairs[1].value, .7, kFloatInput);
  EXPECT_NEAR(*pairs[2].value, .7, kFloatInput);
  for (const char* id : {"cross_shot_clip", "cross_shot_dino"}) {
    const StoryValue story = measure(id, stories).stories.front();
    EXPECT_NEAR(*story.value, 1.9 / 3, kFloatInput);
    EXPECT_NEAR(*part(story.parts, "adjacent"), .6, kFloatInput);
    EXPECT_NEAR(*part(story.parts, "first"), .6, kFloatInput);
    EXPECT_NEAR(*part(story.parts, "worst"), .5, kFloatInput);
    ASSERT_EQ(story.by_distance.size(), 2U);
    EXPECT_NEAR(*story.by_distance[0], .6, kFloatInput);
    EXPECT_NEAR(*story.by_distance[1], .7, kFloatInput);
    EXPECT_EQ(story.counts.n_evaluated, 3);
  }
}

TEST(WithinShot, MatchesTheHandComputedThreeShots) {
  FeatureShelf shelf;
  const std::vector<StoryFeatures> stories{three_shots(shelf)};
  const auto shots = measure("within_shot", stories).stories.front().shots;
  EXPECT_NEAR(*shots[0].value, 0.0, kConformance);
  EXPECT_NEAR(*shots[1].value, 1.0, kConformance);
  EXPECT_NEAR(*shots[2].value, .96, kFloatInput);
}

TEST(FaithfulConsistency, MatchesTheHandComputedThreeShots) {
  // A reference in a third dimension gives each shot a reference score of its own without touching
  // the planar geometry much: here the scores are set exactly by solving for them instead. Frames
  // (x, y) of shot s become (x cos, y cos, sin), so that cos(f, r) = sin for r = (0, 0, 1).
  FeatureShelf shelf;
  StoryFeatures story;
  story.id = "toy";
  story.ip = "toy";
  const std::array<double, 3> scores{.5, .8, .6};
  const testing::Rows planar{{1, 0}, {0, 1}, {1, 0}, {1, 0}, {0.6F, 0.8F}, {0.8F, 0.6F}};
  for (std::size_t s = 0; s < 3; ++s) {
    testing::Rows frames;
    for (std::size_t i = 2 * s; i < 2 * s + 2; ++i) {
      const double flat = std::sqrt(1 - scores[s] * scores[s]);
      frames.push_back({static_cast<float>(flat * static_cast<double>(planar[i][0])),
                        static_cast<float>(flat * static_cast<double>(planar[i][1])),
                        static_cast<float>(scores[s])});
    }
    story.shots.push_back(shot_of(shelf, frames));
  }
  story.characters.front().references.straight.set("clip", shelf.keep({{0, 0, 1}}));
  story.characters.front().references.straight.set(
      "dino", story.characters.front().references.straight.view("clip"));
  const auto c = [&](std::size_t s, std::size_t t, double planar_cosine) {
    return planar_cosine * std::sqrt((1 - scores[s] * scores[s]) * (1 - scores[t] * scores[t])) +
           scores[s] * scores[t];
  };
  const double expected = (c(0, 1, .5) * .5 + c(0, 2, .7) * .5 + c(1, 2, .7) * .6) / 3;
  const std::vector<StoryFeatures> stories{story};
  EXPECT_NEAR(*measure("faithful_consistency", stories).mean, expected, kFloatInput);
  EXPECT_NEAR(*measure("faithful_consistency_dino", stories).mean, expected, kFloatInput);
}

TEST(FaithfulConsistency, WeighsEachPairWithTheLowerReferenceScore) {
  // docs/design/metrics.md 10: c = .5 .7 .7, a = .5 .8 .6 gives .34.
  const std::array<double, 3> pairs{.5, .7, .7};
  const std::array<double, 3> lower{.5, .5, .6};
  double sum = 0.0;
  for (std::size_t i = 0; i < 3; ++i) sum += faithful_pair(pairs[i], lower[i], .9);
  EXPECT_NEAR(sum / 3, .34, kConformance);
  EXPECT_EQ(faithful_pair(-.2, .5, .5), 0.0);
  EXPECT_EQ(faithful_pair(.5, -.1, .5), 0.0);
  EXPECT_EQ(faithful_pair(-.5, -.1, .5), 0.0) << "two negatives must not make a positive";
}

TEST(ClipTMargin, MatchesTheHandComputedMatrix) {
  Matrix alignment(3, 3);
  alignment.values = {.30, .22, .20, .21, .28, .24, .19, .20, .31};
  EXPECT_NEAR(alignment_margin(alignment), .08666666666666667, kConformance);
  double sum = 0.0;
  for (int s = 0; s < 3; ++s) {
    sum += alignment_margin_of_shot(alignment.row(s), static_cast<std::size_t>(s));
  }
  EXPECT_NEAR(alignment_margin(alignment), sum / 3, kConformance);
}

TEST(CopyPaste, MatchesTheHandComputedProbability) {
  EXPECT_NEAR(copy_paste_probability(.80, .79, .01), .7310585786, 1e-9);
  EXPECT_EQ(copy_paste_probability(.5, .5, .01), .5);
}

TEST(Motion, OfFeaturesIsTheMeanAbsoluteStepOfTheUnitVectors) {
  FeatureShelf shelf;
  // (1,0) -> (0,1): |1|+|1| over 2 components = 1; (0,1) -> (0,1): 0. Length must not matter.
  const auto frames = unit_rows(shelf.keep({{5, 0}, {0, 2}, {0, 7}}));
  EXPECT_NEAR(*motion_features(frames), .5, kConformance);
}

TEST(ClipI, OfTheReferenceAgainstItselfIsOne) {
  FeatureShelf shelf;
  StoryFeatures story;
  story.id = story.ip = "self";
  story.characters.front().references.straight.set("clip", shelf.keep({{.3F, -.2F, .9F}}));
  story.shots = {shot_of(shelf, {{.3F, -.2F, .9F}, {.6F, -.4F, 1.8F}})};
  EXPECT_NEAR(*measure("clip_i", std::vector{story}).mean, 1.0, kConformance);
}

TEST(Bootstrap, OfTheStoriesMatchesTheConformanceInterval) {
  // docs/design/metrics.md 10: six IPs, seed 1. Values enter as clip_i of one-shot stories.
  const std::vector<std::vector<double>> ips{{.80, .78}, {.70, .74}, {.77, .81},
                                             {.69, .72}, {.83, .79}, {.75, .71}};
  std::vector<StoryValue> stories;
  for (std::size_t g = 0; g < ips.size(); ++g) {
    for (const double value : ips[g]) {
      StoryValue& story = stories.emplace_back();
      story.ip = std::string(1, static_cast<char>('a' + g));
      story.value = value;
    }
  }
  MetricSettings settings;
  settings.bootstrap.seed = 1;
  SystemSums sums(built_in_metrics().require("clip_i"));
  for (const StoryValue& story : stories) sums.add(story);
  const Measurement measured = sums.finish(settings);
  EXPECT_NEAR(*measured.mean, .7575, kConformance);
  EXPECT_NEAR(measured.ci95->low, .7258333333333333, kConformance);
  EXPECT_NEAR(measured.ci95->high, .7891666666666667, kConformance);
  EXPECT_EQ(measured.findings.back().kind, "few_clusters");
}

}  // namespace
}  // namespace asbench::metrics
