#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "core/error.h"
#include "metrics/catalogue.h"
#include "metrics/measurement.h"
#include "tests/metrics/story_builder.h"

namespace asbench::metrics {
namespace {

using testing::FeatureShelf;
using testing::with_value;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr double kDoubleRounding = 1e-12;

class EdgeCases : public ::testing::Test {
 protected:
  StoryFeatures story(int shots, int references = 1) {
    testing::RandomStory options;
    options.shots = shots;
    options.references = references;
    options.bias = 0.8;
    return random_story(shelf_, random_, "s", "ip", options);
  }
  static MetricSettings under(MissingPolicy policy) {
    MetricSettings settings;
    settings.missing = policy;
    return settings;
  }
  static bool has(const Findings& findings, const std::string& kind,
                  std::optional<int> shot = std::nullopt) {
    return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
      return finding.kind == kind && (!shot || finding.shot == shot);
    });
  }
  /// Of a metric over shots, over all pairs of shots, or over shots that follow each other.
  static int units_of(const Metric& metric, int shots, int pairs, int neighbours) {
    if (metric.unit == "shots") return shots;
    return metric.measure == "recurrence" ? neighbours : pairs;
  }
  FeatureShelf shelf_;
  std::mt19937_64 random_{11};
};

TEST_F(EdgeCases, NoStoriesAtAllIsNullEverywhereWithAReason) {
  for (const Metric& metric : built_in_metrics().story_metrics()) {
    const auto measured = measure(metric.id, {});
    EXPECT_FALSE(measured.mean || measured.ci95 || measured.harmeanp) << metric.id;
    EXPECT_EQ(measured.counts, Counts{});
    EXPECT_TRUE(has(measured.findings, "one_cluster")) << metric.id;
  }
}

TEST_F(EdgeCases, AnEmptyStoryIsNullAndLeavesTheMeanAlone) {
  const std::vector stories{story(0), story(3)};
  for (const Metric& metric : built_in_metrics().story_metrics()) {
    const auto measured = measure(metric.id, stories);
    EXPECT_EQ(measured.n_stories, 1) << metric.id;
    EXPECT_FALSE(measured.stories[0].value) << metric.id;
    EXPECT_TRUE(has(measured.stories[0].findings, "empty_story")) << metric.id;
    EXPECT_EQ(measured.mean, measure(metric.id, {&stories[1], 1}).mean) << metric.id;
  }
}

TEST_F(EdgeCases, AOneShotStoryHasNoPairsButEverythingElse) {
  const std::vector stories{story(1)};
  for (const Metric& metric : built_in_metrics().story_metrics()) {
    for (const auto policy : {MissingPolicy::fail, MissingPolicy::zero, MissingPolicy::exclude}) {
      const auto measured = measure(metric.id, stories, under(policy));
      const bool needs_two = metric.unit == "shot pairs" || metric.id == "clip_t_margin";
      EXPECT_EQ(measured.mean.has_value(), !needs_two) << metric.id;
      EXPECT_EQ(has(measured.findings, "single_shot"), needs_two) << metric.id;
      for (const Overall& part : measured.parts) {
        EXPECT_EQ(part.value.has_value(), !needs_two) << metric.id << " " << part.name;
      }
    }
  }
}

TEST_F(EdgeCases, AllShotsMissingUnderExcludeIsNullExceptWhereFailuresNeverDropOut) {
  std::vector stories{story(4)};
  for (auto& shot : stories[0].shots) shot.missing = true;
  for (const Metric& metric : built_in_metrics().story_metrics()) {
    const auto measured = measure(metric.id, stories, under(MissingPolicy::exclude));
    if (metric.id.starts_with("faithful")) {
      EXPECT_EQ(measured.mean, 0.0) << metric.id;
    } else {
      EXPECT_FALSE(measured.mean) << metric.id;
      EXPECT_FALSE(measured.findings.empty()) << metric.id;
    }
    EXPECT_EQ(measured.counts.n_failed, units_of(metric, 4, 6, 3)) << metric.id;
  }
}

TEST_F(EdgeCases, MissingShotsAreRefusedUnderFailAndAllOfThemNamed) {
  std::vector stories{story(3), story(3)};
  stories[1].id = "t";
  stories[0].shots[2].missing = true;
  stories[1].shots[0].missing = true;
  try {
    (void)measure("clip_i", stories);
    FAIL() << "nothing was refused";
  } catch (const BadInput& error) {
    EXPECT_NE(std::string(error.what()).find("s shot 3, t shot 1"), std::string::npos)
        << error.what();
  }
}

TEST_F(EdgeCases, ExcludedShotsLeaveTheirPlaceSoThatNeighboursStayNeighbours) {
  std::vector stories{story(4)};
  const auto whole = measure("cross_shot_clip", stories);
  stories[0].shots[0].missing = true;
  const auto rest = measure("cross_shot_clip", stories, under(MissingPolicy::exclude));
  EXPECT_EQ(rest.stories[0].parts[1].name, "first");
  EXPECT_FALSE(rest.stories[0].parts[1].value) << "no pair with shot 1 is left";
  ASSERT_EQ(rest.by_distance.size(), 3U);
  EXPECT_TRUE(rest.by_distance[1].value);
  EXPECT_FALSE(rest.by_distance[2].value) << "only shots 1 and 4 are three apart";
  EXPECT_EQ(rest.by_distance[2].n_stories, 0);
  EXPECT_EQ(whole.by_distance[2].n_stories, 1);
  EXPECT_EQ(rest.counts.n_failed, 3);
  EXPECT_EQ(rest.counts.n_evaluated, 3);
}

TEST_F(EdgeCases, ShotsThatTheSplitSkipsLeaveTheirPlaceToo) {
  std::vector stories{story(3)};
  auto& shots = stories[0].shots;
  const int numbers[] = {1, 3, 4};
  for (std::size_t i = 0; i < 3; ++i) shots[i].number = numbers[i];
  const auto consistency = measure("cross_shot_clip", stories);
  const auto& value = consistency.stories[0];
  ASSERT_EQ(value.by_distance.size(), 3U);
  for (const auto& similarity : value.by_distance) EXPECT_TRUE(similarity) << "3-4, 1-3 and 1-4";
  EXPECT_EQ(value.parts[0].name, "adjacent");
  EXPECT_EQ(value.parts[0].value, value.by_distance[0]) << "only 3 and 4 are neighbours";

  const auto adherence = measure("clip_i", stories);
  ASSERT_EQ(adherence.per_shot_index.size(), 4U);
  EXPECT_FALSE(adherence.per_shot_index[1]) << "nobody has a shot 2";
  EXPECT_EQ(adherence.per_shot_index[3], adherence.stories[0].shots[2].value);

  shots[2].missing = true;
  try {
    (void)measure("clip_i", stories);
    FAIL() << "nothing was refused";
  } catch (const BadInput& error) {
    EXPECT_NE(std::string(error.what()).find("s shot 4"), std::string::npos) << error.what();
  }
}

TEST_F(EdgeCases, ABadFrameFailsItsShotWithAReasonAndNeverReachesANumber) {
  for (const float value : {kNaN, kInfinity, -kInfinity}) {
    auto damaged = story(4);
    auto& shot = damaged.shots[1];
    shot.images.set("clip", with_value(shelf_, shot.images.view("clip"), 2, value));
    shot.images.set("dino", with_value(shelf_, shot.images.view("dino"), 2, value));
    shot.pixels.cells = with_value(shelf_, shot.pixels.cells, 2, value);
    for (CutFrames* cut : {&shot.subjects.front(), &shot.background}) {
      for (const char* role : {"clip", "dino"})
        cut->frames.set(role, with_value(shelf_, cut->frames.view(role), 2, value));
    }
    shot.picture->laplacian = static_cast<double>(value);
    shot.changes->mean_difference = static_cast<double>(value);
    shot.prediction_errors = with_value(shelf_, shot.prediction_errors, 2, value);
    testing::set_vbench_roles(shot);
    for (const Metric& metric : built_in_metrics().story_metrics()) {
      const auto measured = measure(metric.id, std::vector{damaged});
      EXPECT_TRUE(measured.mean && std::isfinite(*measured.mean)) << metric.id;
      EXPECT_TRUE(has(measured.findings, "bad_feature", 2)) << metric.id;
      EXPECT_EQ(measured.counts.n_failed, units_of(metric, 1, 3, 2)) << metric.id;
      EXPECT_FALSE(measured.stories[0].shots[1].value) << metric.id;
    }
  }
}

TEST_F(EdgeCases, AZeroVectorIsABadFeatureNotASimilarityOfZero) {
  auto damaged = story(3);
  damaged.shots[0].images.set("clip", shelf_.keep(testing::Rows(3, std::vector<float>(7, 0.0F))));
  const auto measured = measure("clip_i", std::vector{damaged});
  EXPECT_FALSE(measured.stories[0].shots[0].value);
  ASSERT_TRUE(has(measured.findings, "bad_feature", 1));
  EXPECT_NE(measured.findings.front().detail.find("norm is 0"), std::string::npos);
}

TEST_F(EdgeCases, ABadReferenceNeverBecomesAScoreUnderAnyPolicy) {
  auto damaged = story(3);
  damaged.characters.front().references.straight.set(
      "clip",
      with_value(shelf_, damaged.characters.front().references.straight.view("clip"), 0, kNaN));
  for (const auto policy : {MissingPolicy::fail, MissingPolicy::zero, MissingPolicy::exclude}) {
    for (const char* id : {"clip_i", "faithful_consistency", "reference_copy", "copy_paste"}) {
      const auto measured = measure(id, std::vector{damaged}, under(policy));
      EXPECT_FALSE(measured.mean) << id;
      EXPECT_TRUE(has(measured.findings, "bad_feature")) << id;
      EXPECT_EQ(measured.counts.n_failed, 3) << id;
    }
  }
}

TEST_F(EdgeCases, ABadCaptionTakesOnlyItsOwnShotOut) {
  auto damaged = story(3);
  damaged.shots[1].captions.set(
      "clip", with_value(shelf_, damaged.shots[1].captions.view("clip"), 0, kInfinity));
  for (const char* id : {"clip_t", "clip_t_margin"}) {
    const auto measured = measure(id, std::vector{damaged}, under(MissingPolicy::zero));
    EXPECT_TRUE(has(measured.findings, "bad_feature", 2)) << id;
    EXPECT_EQ(measured.counts, (Counts{2, 1, 0})) << id;
    EXPECT_GT(*measured.mean, -2.0) << id;
    EXPECT_FALSE(measured.per_shot_index[1]) << id;
  }
}

TEST_F(EdgeCases, WithoutAReferenceTheReferenceMetricsAreSkippedAndSayWhy) {
  auto bare = story(3);
  bare.characters.front().references = {};
  bare.shots[0].missing = true;
  for (const Metric& metric : built_in_metrics().story_metrics()) {
    if (!metric.needs.has(Modality::references)) continue;
    const auto measured = measure(metric.id, std::vector{bare}, under(MissingPolicy::zero));
    EXPECT_FALSE(measured.mean) << metric.id;
    EXPECT_TRUE(has(measured.findings, "missing_reference")) << metric.id;
    EXPECT_EQ(measured.counts, (Counts{0, 0, 3})) << metric.id;
  }
}

TEST_F(EdgeCases, WithoutACaptionAShotIsSkippedWhetherItIsThereOrNot) {
  auto uncaptioned = story(3);
  uncaptioned.shots[1].captions.set("clip", {});
  for (const bool missing : {false, true}) {
    uncaptioned.shots[1].missing = missing;
    for (const char* id : {"clip_t", "clip_t_margin"}) {
      const auto measured = measure(id, std::vector{uncaptioned}, under(MissingPolicy::zero));
      EXPECT_EQ(measured.counts, (Counts{2, 0, 1})) << id;
      EXPECT_TRUE(has(measured.findings, "missing_caption", 2)) << id;
      EXPECT_NE(measured.mean, -2.0) << id;
    }
  }
}

TEST_F(EdgeCases, AShotWithoutACharacterIsOutsideReferenceMetricsOnly) {
  auto mixed = story(3);
  testing::show_nobody(mixed.shots[2]);
  const std::vector stories{mixed};
  for (const char* id : {"clip_i", "dino_i", "copy_paste"}) {
    EXPECT_EQ(measure(id, stories).counts, (Counts{2, 0, 1})) << id;
    EXPECT_TRUE(has(measure(id, stories).findings, "no_character", 3)) << id;
  }
  EXPECT_EQ(measure("faithful_consistency", stories).counts, (Counts{1, 0, 2}));
  EXPECT_EQ(measure("cross_shot_clip", stories).counts, (Counts{3, 0, 0}));
  EXPECT_EQ(measure("clip_t", stories).counts, (Counts{3, 0, 0}));
}

TEST_F(EdgeCases, FaithfulConsistencyKeepsItsDivisorUnderEveryPolicy) {
  auto damaged = story(4);
  const auto whole = measure("faithful_consistency", std::vector{damaged});
  damaged.shots[3].missing = true;
  const auto zero =
      measure("faithful_consistency", std::vector{damaged}, under(MissingPolicy::zero));
  const auto exclude =
      measure("faithful_consistency", std::vector{damaged}, under(MissingPolicy::exclude));
  EXPECT_EQ(zero.mean, exclude.mean);
  EXPECT_LT(*zero.mean, *whole.mean);
  damaged.shots.pop_back();
  const auto three = measure("faithful_consistency", std::vector{damaged});
  EXPECT_NEAR(*zero.mean, *three.mean * 3 / 6, kDoubleRounding);
}

TEST_F(EdgeCases, SeveralReferencesArePooledByMeanOrMax) {
  auto several = story(1, 3);
  several.shots[0].images.set("clip", shelf_.keep({{1, 0}}));
  several.characters.front().references.straight.set("clip",
                                                     shelf_.keep({{1, 0}, {0, 1}, {-1, 0}}));
  MetricSettings settings;
  EXPECT_NEAR(*measure("clip_i", std::vector{several}, settings).mean, 0.0, kDoubleRounding);
  settings.references = ReferencePooling::max;
  EXPECT_NEAR(*measure("clip_i", std::vector{several}, settings).mean, 1.0, kDoubleRounding);
}

TEST_F(EdgeCases, FewerThanTwoDecodableFramesAreFrozenAndOneSampledFrameCannotBeJudged) {
  auto still = story(2);
  still.shots[0].decodable_frames = 1;
  still.shots[0].pixels.motion = shelf_.keep_values({0.5F, 0.5F});
  still.shots[1].pixels.motion = shelf_.keep_values({0.5F, 0.5F});
  const auto frozen = measure("frozen_rate", std::vector{still});
  EXPECT_EQ(frozen.stories[0].shots[0].value, 1.0);
  EXPECT_EQ(frozen.stories[0].shots[1].value, 0.0);
  for (auto& shot : still.shots) {
    shot.images.set("clip", shelf_.keep({{1, 2}}));
    shot.pixels = {FeatureView(shot.pixels.cells.data, 1, shot.pixels.cells.cols), {}};
  }
  for (const char* id : {"frozen_rate", "motion", "within_shot"}) {
    const auto single = measure(id, std::vector{still});
    EXPECT_TRUE(has(single.findings, "single_frame", 2)) << id;
    EXPECT_FALSE(single.stories[0].shots[1].value) << id;
  }
}

TEST_F(EdgeCases, ThresholdsAreSettings) {
  auto moving = story(2);
  for (auto& shot : moving.shots) shot.pixels.motion = shelf_.keep_values({0.01F, 0.01F});
  MetricSettings settings;
  EXPECT_EQ(measure("frozen_rate", std::vector{moving}, settings).mean, 0.0);
  settings.frozen_below = 0.02;
  EXPECT_EQ(measure("frozen_rate", std::vector{moving}, settings).mean, 1.0);
  settings.duplicate_cells_below = 1.1;
  EXPECT_EQ(measure("duplicate_pairs", std::vector{moving}, settings).mean, 1.0);
  settings.duplicate_cells_below = 0.0;
  EXPECT_EQ(measure("duplicate_pairs", std::vector{moving}, settings).mean, 0.0);
  settings.copy_cosine_from = -1.1;
  EXPECT_EQ(measure("reference_copy", std::vector{moving}, settings).mean, 1.0);
  settings.copy_cosine_from = 1.1;
  settings.copy_cells_below = 0.0;
  EXPECT_EQ(measure("reference_copy", std::vector{moving}, settings).mean, 0.0);
  settings.copy_cells_below = 1.1;
  EXPECT_EQ(measure("reference_copy", std::vector{moving}, settings).mean, 1.0);
}

TEST_F(EdgeCases, FeaturesThatDoNotFitAreRefusedByStoryAndShot) {
  const auto refused = [&](const char* metric, const StoryFeatures& wrong, const char* expected) {
    try {
      (void)measure(metric, std::vector{wrong});
      ADD_FAILURE() << metric << ": nothing was refused, expected '" << expected << "'";
    } catch (const BadInput& error) {
      EXPECT_NE(std::string(error.what()).find(expected), std::string::npos) << error.what();
    }
  };
  auto wrong = story(3);
  wrong.shots[1].images.set("clip", shelf_.keep({{1, 2, 3}, {1, 2, 3}, {1, 2, 3}}));
  refused("clip_i", wrong,
          "s shot 2: CLIP features have 3 columns, those of story s shot 1 have 7");
  wrong = story(3);
  wrong.shots[2].images.set("dino", {});
  refused("cross_shot_dino", wrong, "shot 3: no DINO features");
  wrong = story(3);
  wrong.shots[0].pixels.motion = {};
  refused("motion", wrong, "0 motion values for 3 sampled frames");
  wrong = story(3);
  wrong.shots[0].decodable_frames = 0;
  refused("frozen_rate", wrong, "0 decodable frames");
  wrong = story(3);
  wrong.characters.front().references.mirrored.set("clip", {});
  refused("copy_paste", wrong, "references: 1 in one view, 0 in another");
  wrong = story(3);
  wrong.shots[0].captions.set("clip", wrong.shots[0].images.view("clip"));
  refused("clip_t", wrong, "3 caption features");
  wrong = story(3);
  wrong.shots[0].pixels.cells = wrong.shots[0].images.view("clip");
  refused("duplicate_pairs", wrong, "7 columns, expected 1350");
}

TEST_F(EdgeCases, OneIpHasNoIntervalAndAFewHaveAWarning) {
  auto first = story(2);
  auto second = story(2);
  EXPECT_TRUE(has(measure("clip_i", std::vector{first, second}).findings, "one_cluster"));
  second.ip = "other";
  const auto two = measure("clip_i", std::vector{first, second});
  EXPECT_TRUE(two.ci95);
  EXPECT_TRUE(has(two.findings, "few_clusters"));
  ASSERT_EQ(two.ips.size(), 2U);
  EXPECT_EQ(two.ips[0].name, "ip");
  EXPECT_EQ(two.ips[1].value, two.stories[1].value);
}

}  // namespace
}  // namespace asbench::metrics
