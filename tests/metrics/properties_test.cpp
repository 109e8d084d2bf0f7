// What must hold for any input: docs/design/metrics.md 10, "properties to test".
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "metrics/aggregate.h"
#include "metrics/catalogue.h"
#include "metrics/measurement.h"
#include "tests/metrics/story_builder.h"

namespace asbench::metrics {
namespace {

using testing::FeatureShelf;

constexpr int kSeeds = 30;
constexpr double kReordered = 1e-12;  // the same numbers added in another order

FeatureView reversed(FeatureShelf& shelf, FeatureView view) {
  testing::Rows rows;
  for (int i = view.rows - 1; i >= 0; --i)
    rows.emplace_back(view.row(i).begin(), view.row(i).end());
  return shelf.keep(rows);
}

StoryFeatures story_for(FeatureShelf& shelf, int seed) {
  std::mt19937_64 random(static_cast<std::uint64_t>(seed));
  testing::RandomStory options;
  options.shots = 2 + seed % 5;
  options.frames = 2 + seed % 4;
  options.references = 1 + seed % 2;
  return random_story(shelf, random, "s", "ip", options);
}

void expect_close(const std::optional<double>& a, const std::optional<double>& b,
                  std::string_view what) {
  ASSERT_EQ(a.has_value(), b.has_value()) << what;
  if (a) {
    EXPECT_NEAR(*a, *b, kReordered) << what;
  }
}

TEST(Properties, PermutingTheShotsLeavesEveryMeanAndHarMeanP) {
  for (int seed = 0; seed < kSeeds; ++seed) {
    FeatureShelf shelf;
    const StoryFeatures story = story_for(shelf, seed);
    StoryFeatures permuted = story;
    std::mt19937_64 random(static_cast<std::uint64_t>(seed) + 1000);
    std::shuffle(permuted.shots.begin(), permuted.shots.end(), random);
    for (const Metric& metric : built_in_metrics().story_metrics()) {
      if (metric.measure == "recurrence") continue;  // asks what was seen before
      const auto before = measure(metric.id, std::vector{story});
      const auto after = measure(metric.id, std::vector{permuted});
      expect_close(before.mean, after.mean, metric.id);
      expect_close(before.harmeanp, after.harmeanp, metric.id);
    }
  }
}

TEST(Properties, TheOrderOfTheSampledFramesLeavesTheShotValues) {
  for (int seed = 0; seed < kSeeds; ++seed) {
    FeatureShelf shelf;
    const StoryFeatures story = story_for(shelf, seed);
    StoryFeatures backwards = story;
    for (ShotFeatures& shot : backwards.shots) {
      shot.images.set("clip", reversed(shelf, shot.images.view("clip")));
      shot.images.set("dino", reversed(shelf, shot.images.view("dino")));
      shot.pixels.cells = reversed(shelf, shot.pixels.cells);
      std::vector<float> motion(shot.pixels.motion.rbegin(), shot.pixels.motion.rend());
      shot.pixels.motion = shelf.keep_values(std::move(motion));
    }
    for (const Metric& metric : built_in_metrics().story_metrics()) {
      const auto before = measure(metric.id, std::vector{story});
      const auto after = measure(metric.id, std::vector{backwards});
      expect_close(before.mean, after.mean, metric.id);
      for (std::size_t s = 0; s < story.shots.size(); ++s) {
        expect_close(before.stories[0].shots[s].value, after.stories[0].shots[s].value, metric.id);
      }
    }
  }
}

TEST(Properties, IdenticalShotsAreCaughtByTheControls) {
  for (int seed = 0; seed < kSeeds; ++seed) {
    FeatureShelf shelf;
    StoryFeatures story = story_for(shelf, seed);
    for (ShotFeatures& shot : story.shots) {
      const FeatureView own_caption = shot.captions.view("clip");
      shot = story.shots.front();
      shot.captions.set("clip", own_caption);
    }
    const std::vector stories{story};
    EXPECT_EQ(measure("clip_t_margin", stories).mean, 0.0) << "exactly, seed " << seed;
    EXPECT_EQ(measure("duplicate_pairs", stories).mean, 1.0);
  }
}

TEST(Properties, EqualShotsHaveTheSquareAsHarMeanP) {
  for (int seed = 0; seed < kSeeds; ++seed) {
    FeatureShelf shelf;
    StoryFeatures story = story_for(shelf, seed);
    for (ShotFeatures& shot : story.shots) shot = story.shots.front();
    for (const char* id : {"clip_i", "dino_i", "clip_t"}) {
      const auto measured = measure(id, std::vector{story});
      const double x = std::max(0.0, *measured.mean);
      EXPECT_NEAR(*measured.harmeanp, x * x, kReordered) << id;
    }
  }
}

TEST(Properties, AFrozenCopyOfTheReferenceIsCaughtAlthoughItWinsConsistency) {
  FeatureShelf shelf;
  StoryFeatures story = story_for(shelf, 3);
  ShotFeatures& first = story.shots.front();
  const auto repeat = [&](FeatureView view) {
    const testing::Rows rows(3, std::vector<float>(view.row(0).begin(), view.row(0).end()));
    return shelf.keep(rows);
  };
  first.images.set("clip", repeat(story.characters.front().references.straight.view("clip")));
  first.images.set("dino", repeat(story.characters.front().references.straight.view("dino")));
  first.pixels.cells = repeat(story.characters.front().references.cells);
  first.pixels.motion = shelf.keep_values({0.0F, 0.0F});
  for (ShotFeatures& shot : story.shots) shot = first;
  const std::vector stories{story};
  EXPECT_NEAR(*measure("cross_shot_clip", stories).mean, 1.0, kReordered);
  EXPECT_NEAR(*measure("within_shot", stories).mean, 1.0, kReordered);
  EXPECT_EQ(measure("motion", stories).mean, 0.0);
  EXPECT_EQ(measure("frozen_rate", stories).mean, 1.0);
  EXPECT_EQ(measure("reference_copy", stories).mean, 1.0);
  EXPECT_EQ(measure("duplicate_pairs", stories).mean, 1.0);
  EXPECT_EQ(measure("clip_t_margin", stories).mean, 0.0);
}

TEST(Properties, CountsAddUpToTheExpectedUnitsUnderEveryPolicy) {
  for (int seed = 0; seed < kSeeds; ++seed) {
    FeatureShelf shelf;
    StoryFeatures story = story_for(shelf, seed);
    const int shots = static_cast<int>(story.shots.size());
    story.shots.back().missing = true;
    if (seed % 2 == 0) story.shots.front().captions.set("clip", {});
    if (seed % 3 == 0) testing::show_nobody(story.shots.front());
    if (seed % 5 == 0) story.characters.front().references = {};
    for (const auto policy : {MissingPolicy::zero, MissingPolicy::exclude}) {
      MetricSettings settings;
      settings.missing = policy;
      for (const Metric& metric : built_in_metrics().story_metrics()) {
        const auto counts = measure(metric.id, std::vector{story}, settings).counts;
        EXPECT_EQ(counts.expected(), metric.unit == "shots" ? shots : pair_count(shots))
            << metric.id;
      }
    }
  }
}

TEST(Properties, TheSystemIsTheMeanOverStoriesNotOverShots) {
  FeatureShelf shelf;
  StoryFeatures small = story_for(shelf, 0);
  StoryFeatures large = story_for(shelf, 4);
  ASSERT_NE(small.shots.size(), large.shots.size());
  large.id = "t";
  for (const Metric& metric : built_in_metrics().story_metrics()) {
    const double a = *measure(metric.id, std::vector{small}).mean;
    const double b = *measure(metric.id, std::vector{large}).mean;
    EXPECT_NEAR(*measure(metric.id, std::vector{small, large}).mean, (a + b) / 2, kReordered)
        << metric.id;
  }
}

TEST(Properties, MeasuringStoryByStoryGivesTheSameBits) {
  FeatureShelf shelf;
  const std::vector stories{story_for(shelf, 1), story_for(shelf, 2)};
  std::vector<std::string> ids;
  for (const Metric& metric : built_in_metrics().story_metrics()) ids.emplace_back(metric.id);
  Measurer measurer(built_in_metrics(), ids, {});
  std::vector<std::vector<StoryValue>> values;
  for (const StoryFeatures& story : stories) values.push_back(measurer.add(story));
  const auto streamed = measurer.finish();
  ASSERT_EQ(streamed.size(), ids.size());
  for (std::size_t m = 0; m < ids.size(); ++m) {
    EXPECT_EQ(streamed[m].metric, ids[m]);
    const Measurement together = measure(ids[m], stories);
    EXPECT_EQ(streamed[m].mean, together.mean) << ids[m];
    EXPECT_EQ(streamed[m].ci95, together.ci95) << ids[m];
    EXPECT_EQ(streamed[m].findings, together.findings) << ids[m];
    EXPECT_TRUE(streamed[m].stories.empty());
    for (std::size_t s = 0; s < stories.size(); ++s)
      EXPECT_EQ(values[s][m].value, together.stories[s].value) << ids[m];
  }
}

}  // namespace
}  // namespace asbench::metrics
