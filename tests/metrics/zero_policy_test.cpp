// Under `zero`, dropping or breaking a shot never makes any score better: docs/design/metrics.md
// 9.1.
#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>
#include <vector>

#include "metrics/catalogue.h"
#include "metrics/measurement.h"
#include "tests/metrics/story_builder.h"

namespace asbench::metrics {
namespace {

using testing::FeatureShelf;
using testing::with_value;

constexpr std::size_t kSeeds = 150;

MetricSettings zero_policy() {
  MetricSettings settings;
  settings.missing = MissingPolicy::zero;
  settings.bootstrap.replicates = 10;  // intervals are not looked at here
  return settings;
}

std::vector<StoryFeatures> random_system(FeatureShelf& shelf, std::mt19937_64& random) {
  std::vector<StoryFeatures> stories;
  const auto between = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  for (int i = between(1, 4); i > 0; --i) {
    testing::RandomStory options;
    options.shots = between(1, 5);
    options.frames = between(2, 4);
    options.references = between(0, 5) == 0 ? 0 : between(1, 3);
    options.bias = 0.4 * between(-2, 3);  // below 0 and at 0: negative similarities abound
    auto story =
        random_story(shelf, random, "s" + std::to_string(i), "ip" + std::to_string(i % 2), options);
    if (between(0, 3) == 0) story.shots.front().captions.set("clip", {});
    if (between(0, 3) == 0) testing::show_nobody(story.shots.back());
    for (ShotFeatures& shot : story.shots) testing::set_vbench_roles(shot);
    stories.push_back(story);
  }
  return stories;
}

/// Removes a shot, or breaks it: NaN, infinity or a zero vector in one frame of every view.
void damage(FeatureShelf& shelf, std::mt19937_64& random, ShotFeatures& shot) {
  const auto kind = random() % 4;
  if (kind == 0) {
    shot.missing = true;
    return;
  }
  const float value =
      kind == 1 ? std::numeric_limits<float>::quiet_NaN() : std::numeric_limits<float>::infinity();
  const int row =
      static_cast<int>(random() % static_cast<std::uint64_t>(shot.images.view("clip").rows));
  shot.images.set("clip", with_value(shelf, shot.images.view("clip"), row, value));
  shot.images.set("dino", with_value(shelf, shot.images.view("dino"), row, value));
  shot.pixels.cells = with_value(shelf, shot.pixels.cells, row, value);
  shot.picture->flicker = static_cast<double>(value);
  if (kind == 3) {
    const auto zeros = [&](FeatureView view) {
      return shelf.keep(
          testing::Rows(static_cast<std::size_t>(view.rows),
                        std::vector<float>(static_cast<std::size_t>(view.cols), 0.0F)));
    };
    shot.images.set("clip", zeros(shot.images.view("clip")));
    shot.images.set("dino", zeros(shot.images.view("dino")));
  }
  shot.changes->mean_difference = static_cast<double>(value);
  shot.prediction_errors = with_value(shelf, shot.prediction_errors, row, value);
  testing::set_vbench_roles(shot);
}

class NotBetter {
 public:
  NotBetter(Direction direction, std::string where)
      : direction_(direction), where_(std::move(where)) {}

  // Compared without tolerance: every step from values to means is monotone in floating point too.
  void check(const std::optional<double>& before, const std::optional<double>& after,
             const std::string& what) const {
    ASSERT_EQ(before.has_value(), after.has_value())
        << where_ << " " << what << ": damage must not make a value appear or vanish";
    if (!before) return;
    if (direction_ == Direction::higher) {
      EXPECT_LE(*after, *before) << where_ << " " << what;
    } else {
      EXPECT_GE(*after, *before) << where_ << " " << what;
    }
  }

  void check(const std::vector<Overall>& before, const std::vector<Overall>& after) const {
    ASSERT_EQ(before.size(), after.size()) << where_;
    for (std::size_t i = 0; i < before.size(); ++i) {
      check(before[i].value, after[i].value, before[i].name);
      EXPECT_EQ(before[i].n_stories, after[i].n_stories) << where_ << " " << before[i].name;
    }
  }

 private:
  Direction direction_;
  std::string where_;
};

void expect_not_better(const Metric& metric, const Measurement& before, const Measurement& after,
                       std::size_t seed) {
  const NotBetter rule(metric.direction, std::string(metric.id) + " seed " + std::to_string(seed));
  rule.check(before.mean, after.mean, "mean");
  rule.check(before.harmeanp, after.harmeanp, "harmeanp");
  rule.check(before.parts, after.parts);
  rule.check(before.by_distance, after.by_distance);
  rule.check(before.ips, after.ips);
  ASSERT_EQ(before.per_shot_index.size(), after.per_shot_index.size());
  for (std::size_t j = 0; j < before.per_shot_index.size(); ++j) {
    rule.check(before.per_shot_index[j], after.per_shot_index[j],
               "per_shot_index " + std::to_string(j + 1));
  }
  EXPECT_EQ(before.n_stories, after.n_stories) << metric.id;
  EXPECT_EQ(before.counts.expected(), after.counts.expected()) << metric.id;
}

TEST(ZeroPolicy, DroppingOrBreakingShotsOneAfterTheOtherNeverMakesAnyScoreBetter) {
  for (std::size_t seed = 0; seed < kSeeds; ++seed) {
    std::mt19937_64 random(seed);
    FeatureShelf shelf;
    auto stories = random_system(shelf, random);
    std::vector<std::pair<std::size_t, std::size_t>> order;
    for (std::size_t i = 0; i < stories.size(); ++i) {
      for (std::size_t s = 0; s < stories[i].shots.size(); ++s) order.emplace_back(i, s);
    }
    std::shuffle(order.begin(), order.end(), random);
    MetricSettings settings = zero_policy();
    settings.references = seed % 2 == 0 ? ReferencePooling::mean : ReferencePooling::max;
    for (const auto& [story, shot] : order) {
      const auto before = stories;
      damage(shelf, random, stories[story].shots[shot]);
      for (const Metric& metric : built_in_metrics().story_metrics()) {
        if (metric.direction == Direction::none) continue;
        expect_not_better(metric, measure(metric.id, before, settings),
                          measure(metric.id, stories, settings), seed);
      }
      if (HasFatalFailure()) return;
    }
  }
}

TEST(ZeroPolicy, ASystemWithoutASingleShotGetsTheWorstOfEverything) {
  std::mt19937_64 random(1);
  FeatureShelf shelf;
  std::vector stories{random_story(shelf, random, "s", "ip", {})};
  for (auto& shot : stories[0].shots) shot.missing = true;
  const auto mean_of_metric = [&](const char* id) {
    return measure(id, stories, zero_policy()).mean;
  };
  for (const char* id : {"clip_i", "dino_i", "clip_t", "cross_shot_clip", "cross_shot_dino",
                         "faithful_consistency", "faithful_consistency_dino"}) {
    EXPECT_EQ(mean_of_metric(id), 0.0) << id;
  }
  EXPECT_EQ(mean_of_metric("clip_t_margin"), -2.0);
  for (const char* id : {"frozen_rate", "reference_copy", "duplicate_pairs", "flicker",
                         "repeated_frames", "letterbox"}) {
    EXPECT_EQ(mean_of_metric(id), 1.0) << id;
  }
  for (const char* id : {"sharpness", "effective_fps"}) EXPECT_EQ(mean_of_metric(id), 0.0) << id;
  for (const Overall& part : measure("letterbox", stories, zero_policy()).parts)
    EXPECT_EQ(part.value, 1.0) << part.name;
  for (const char* id : {"motion", "within_shot", "copy_paste"}) {
    EXPECT_EQ(mean_of_metric(id), std::nullopt) << id << " has no direction and no shot to use";
  }
  const auto cross = measure("cross_shot_clip", stories, zero_policy());
  for (const Overall& part : cross.parts) EXPECT_EQ(part.value, 0.0) << part.name;
  EXPECT_EQ(measure("clip_i", stories, zero_policy()).harmeanp, 0.0);
}

TEST(ZeroPolicy, CountsANegativeSimilarityAsZeroInMeansAndListsItAsItIs) {
  FeatureShelf shelf;
  StoryFeatures story;
  story.id = story.ip = "s";
  story.characters.front().references.straight.set("clip", shelf.keep({{1, 0}}));
  story.shots = {testing::shot_of(shelf, {{1, 0}}), testing::shot_of(shelf, {{-1, 0}})};
  const std::vector stories{story};
  const Measurement measured = measure("clip_i", stories, zero_policy());
  EXPECT_EQ(measured.mean, .5);
  EXPECT_EQ(measured.stories[0].shots[1].value, -1.0);
  EXPECT_EQ(measured.per_shot_index[1], 0.0);
  EXPECT_EQ(measured.stories[0].findings.front().kind, "nonpositive_similarity");
  EXPECT_EQ(measure("clip_i", stories).mean, 0.0) << "only under `zero`";
  const Measurement pairs = measure("cross_shot_clip", stories, zero_policy());
  EXPECT_EQ(pairs.mean, 0.0);
  EXPECT_EQ(pairs.parts[2].name, "worst");
  EXPECT_EQ(pairs.parts[2].value, 0.0) << "else a dropped shot would raise it to 0";
  EXPECT_EQ(measure("cross_shot_clip", stories).mean, -1.0);
}

}  // namespace
}  // namespace asbench::metrics
