#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "core/error.h"
#include "metrics/measurement.h"
#include "metrics/story/story_features.h"
#include "tests/metrics/story_builder.h"

// Stories with several characters and scenes: whom a shot is judged against, whom its characters
// are told apart from, and which pairs of shots are compared.
namespace asbench::metrics {
namespace {

using testing::FeatureShelf;
using testing::Rows;

/// A story of one film; characters have references along given directions.
class Cast : public ::testing::Test {
 protected:
  Cast() {
    story_.id = "film/0";
    story_.ip = "film";
    story_.characters.clear();
  }

  void character(const std::string& name, const Rows& references) {
    CharacterFeatures& added = story_.characters.emplace_back();
    added.id = "film/0\n" + name;
    added.name = name;
    set(added.references.straight, references);
    set(added.references.mirrored, references);
  }
  void shot(const std::vector<int>& characters, const Rows& frames, const std::string& scene = "") {
    ShotFeatures& added = story_.shots.emplace_back(testing::shot_of(shelf_, frames));
    added.number = static_cast<int>(story_.shots.size());
    added.characters = characters;
    added.scene = scene;
  }
  void rival(const std::string& id, const std::string& ip, const std::string& name,
             const Rows& references) {
    CharacterReferences& added = gallery_.emplace_back();
    added.id = id;
    added.ip = ip;
    added.name = name;
    set(added.references, references);
  }
  /// The story's own characters come first in the gallery.
  void gallery() {
    std::vector<CharacterReferences> own;
    for (const auto& character : story_.characters)
      own.push_back({character.id, story_.ip, character.name, character.references.straight});
    gallery_.insert(gallery_.begin(), own.begin(), own.end());
    story_.gallery = shelf_.keep_gallery(gallery_);
  }
  Measurement measured(const std::string& metric, const MetricSettings& settings = {}) const {
    return measure(metric, {&story_, 1}, settings);
  }
  static bool has(const Findings& findings, const std::string& kind, int shot) {
    return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
      return finding.kind == kind && finding.shot == shot;
    });
  }

  StoryFeatures story_;
  FeatureShelf shelf_;
  std::vector<CharacterReferences> gallery_;

 private:
  void set(RoleFeatures& references, const Rows& rows) {
    const FeatureView view = shelf_.keep(rows);
    references.set("clip", view);
    references.set("dino", view);
  }
};

TEST_F(Cast, AShotIsJudgedAgainstEachCharacterThatItShows) {
  character("Ant", {{1, 0, 0}});
  character("Bee", {{0, 1, 0}});
  shot({0}, {{3, 4, 0}});     // .6
  shot({0, 1}, {{3, 4, 0}});  // (.6 + .8) / 2
  shot({1}, {{3, 4, 0}});     // .8
  const auto adherence = measured("clip_i");
  const auto& shots = adherence.stories.front().shots;
  EXPECT_NEAR(*shots[0].value, .6, 1e-7);
  EXPECT_NEAR(*shots[1].value, .7, 1e-7);
  EXPECT_NEAR(*shots[2].value, .8, 1e-7);
  EXPECT_NEAR(*adherence.mean, .7, 1e-7);
  const auto distance = measured("copy_paste");  // the mirrored references are the same
  EXPECT_NEAR(*distance.mean, .5, 1e-12);
}

TEST_F(Cast, ARealShotIsNotComparedWithItsOwnFrames) {
  character("Ant", {{1, 0, 0}, {0, 1, 0}});
  character("Bee", {{0, 1, 0}});
  shot({0, 1}, {{3, 4, 0}});
  shot({0, 1}, {{3, 4, 0}});
  shot({1}, {{3, 4, 0}});
  story_.shots[1].own_references = {{0, 1}};          // Ant's second reference: .6 is left
  story_.shots[2].own_references = {{1, 0}, {0, 0}};  // Bee's only one
  gallery();
  const auto adherence = measured("clip_i");
  const auto& shots = adherence.stories.front().shots;
  EXPECT_NEAR(*shots[0].value, (.7 + .8) / 2, 1e-7);
  EXPECT_NEAR(*shots[1].value, (.6 + .8) / 2, 1e-7);
  EXPECT_FALSE(shots[2].value.has_value());
  EXPECT_TRUE(has(adherence.stories.front().findings, "reference_in_shot", 3));
  EXPECT_EQ(adherence.counts.n_skipped, 1);
  EXPECT_EQ(adherence.counts.n_failed, 0);
  EXPECT_NEAR(*adherence.mean, (.75 + .7) / 2, 1e-7);

  rival("other", "other", "", {{0, 1, 0}});
  story_.gallery = shelf_.keep_gallery(gallery_);
  // Margin of the first shot: Ant .7 - .8, Bee .8 - .8; of the second one Ant .6 - .8.
  const auto margin = measured("identity_margin");
  EXPECT_NEAR(*margin.stories.front().shots[0].value, -.05, 1e-7);
  EXPECT_NEAR(*margin.stories.front().shots[1].value, -.1, 1e-7);
}

TEST_F(Cast, AdherenceEqualsANaiveMeanOverCharactersReferencesAndFrames) {
  std::mt19937_64 random(3);
  std::normal_distribution<float> normal(0.5F, 1.0F);
  const auto rows = [&](int count) {
    Rows made(static_cast<std::size_t>(count), std::vector<float>(6));
    for (auto& row : made) {
      for (float& value : row) value = normal(random);
    }
    return made;
  };
  const auto cosine = [](const std::vector<float>& a, const std::vector<float>& b) {
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t j = 0; j < a.size(); ++j) {
      ab += static_cast<double>(a[j]) * static_cast<double>(b[j]);
      aa += static_cast<double>(a[j]) * static_cast<double>(a[j]);
      bb += static_cast<double>(b[j]) * static_cast<double>(b[j]);
    }
    return ab / std::sqrt(aa * bb);
  };
  std::vector<Rows> references;
  for (const int count : {1, 3, 2}) {
    references.push_back(rows(count));
    character("c" + std::to_string(references.size()), references.back());
  }
  const std::vector<std::vector<int>> shown = {{0}, {2, 1}, {0, 1, 2}, {1}};
  double sum = 0.0;
  for (const auto& places : shown) {
    const Rows frames = rows(5);
    shot(places, frames);
    double shot_sum = 0.0;
    for (const int place : places) {
      double score = 0.0;
      const Rows& pictures = references[static_cast<std::size_t>(place)];
      for (const auto& frame : frames) {
        for (const auto& picture : pictures) score += cosine(frame, picture);
      }
      shot_sum += score / static_cast<double>(frames.size() * pictures.size());
    }
    sum += shot_sum / static_cast<double>(places.size());
  }
  EXPECT_NEAR(*measured("clip_i").mean, sum / static_cast<double>(shown.size()), 1e-12);
}

TEST_F(Cast, ACharacterWithoutReferencesLeavesTheShotsMean) {
  character("Ant", {{1, 0, 0}});
  character("Bee", {});
  shot({0, 1}, {{3, 4, 0}});
  shot({1}, {{3, 4, 0}});
  shot({}, {{3, 4, 0}});
  const auto adherence = measured("clip_i");
  EXPECT_NEAR(*adherence.mean, .6, 1e-7);
  EXPECT_EQ(adherence.counts, (Counts{1, 0, 2}));
  EXPECT_TRUE(has(adherence.findings, "missing_reference", 1));
  EXPECT_TRUE(has(adherence.findings, "missing_reference", 2));
  EXPECT_TRUE(has(adherence.findings, "no_character", 3));
}

TEST_F(Cast, ABadReferenceOfOneCharacterMakesItsOwnShotsUnusable) {
  character("Ant", {{1, 0, 0}});
  character("Bee", {{0, 0, 0}});
  shot({0}, {{3, 4, 0}});
  shot({1}, {{3, 4, 0}});
  shot({0, 1}, {{4, 3, 0}});
  MetricSettings settings;
  settings.missing = MissingPolicy::zero;
  const auto adherence = measured("clip_i", settings);
  EXPECT_NEAR(*adherence.mean, .7, 1e-7);
  EXPECT_EQ(adherence.counts, (Counts{2, 1, 0}));
  EXPECT_TRUE(has(adherence.findings, "bad_feature", 2));
  const auto faithful = measured("faithful_consistency", settings);
  EXPECT_EQ(faithful.counts, (Counts{1, 2, 0}));
}

TEST_F(Cast, WhatIsExpectedDoesNotDependOnWhatIsMissing) {
  character("Ant", {{1, 0, 0}});
  character("Bee", {});
  for (const auto& places : {std::vector<int>{0}, {1}, {}, {0, 1}}) shot(places, {{3, 4, 0}});
  rival("other", "other", "", {{0, 0, 1}});
  gallery();
  MetricSettings settings;
  settings.missing = MissingPolicy::zero;
  for (const char* metric : {"clip_i", "identity_top1", "recurrence_clip"}) {
    auto whole = measured(metric, settings).counts;
    StoryFeatures damaged = story_;
    for (auto& one : damaged.shots) one.missing = true;
    const auto counts = measure(metric, {&damaged, 1}, settings).counts;
    EXPECT_EQ(counts.n_skipped, whole.n_skipped) << metric;
    EXPECT_EQ(counts.n_failed, whole.n_evaluated) << metric;
  }
}

TEST_F(Cast, ACopyOfAnyCharactersReferenceIsACopy) {
  character("Ant", {{1, 0, 0}});
  character("Bee", {{0, 1, 0}});
  const std::vector<float> cells(1350, 100.0F);
  const std::vector<float> others(1350, 200.0F);
  shot({0}, {{0, 1, 0}});
  shot({0}, {{1, 1, 1}});
  for (auto& one : story_.shots) one.pixels = {shelf_.keep({cells}), {}};
  for (auto& one : story_.characters) one.references.cells = shelf_.keep({others});
  EXPECT_NEAR(*measured("reference_copy").mean, .5, 1e-12);
  story_.characters[1].references.cells = shelf_.keep({cells});
  EXPECT_NEAR(*measured("reference_copy").mean, 1.0, 1e-12);
}

TEST_F(Cast, IdentityAsksForEachCharacterAmongThoseWhoAreNotThere) {
  character("Ant", {{1, 0, 0, 0}});
  character("Bee", {{0, 1, 0, 0}});
  character("Cat", {{0, 0, 1, 0}});
  rival("other", "other", "", {{0, 0, 0, 1}});
  gallery();
  shot({0, 1}, {{3, 2, 1, 1.5F}});  // both before Cat and other, whoever is first of the two
  shot({0}, {{2, 3, 1, 1}});        // Bee is not to be there, and ahead
  shot({2, 0}, {{3, 2, 1, 0}});     // Bee is ahead of Cat: ranks 2 and 1
  const auto first = measured("identity_top1");
  const auto& top = first.stories.front().shots;
  EXPECT_EQ(*top[0].value, 1.0);
  EXPECT_EQ(*top[1].value, 0.0);
  EXPECT_EQ(*top[2].value, 0.5);
  EXPECT_EQ(*measured("identity_mrr").stories.front().shots[2].value, 0.75);
}

TEST_F(Cast, ANameOfAnotherStoryOfTheFilmIsNoRival) {
  character("Ant", {{1, 0, 0}});
  rival("film/1\nAnt", "film", "Ant", {{1, 0, 0}});  // perhaps the same: no tie with it
  rival("film/1\nBee", "film", "Bee", {{0, 1, 0}});
  gallery();
  shot({0}, {{3, 1, 0}});
  EXPECT_EQ(*measured("identity_top1").mean, 1.0);
  gallery_.pop_back();
  story_.gallery = shelf_.keep_gallery(gallery_);
  const auto alone = measured("identity_top1");
  EXPECT_FALSE(alone.mean);
  EXPECT_TRUE(has(alone.findings, "one_character", 1));
}

/// c(1,2) = .6, c(1,3) = 0, c(1,4) = .8, c(2,3) = .8, c(2,4) = .96, c(3,4) = .6.
class CastPairs : public Cast {
 protected:
  CastPairs() {
    character("Ant", {{1, 0}});
    character("Bee", {{0, 1}});
    shot({0}, {{1, 0}}, "Bar");
    shot({0, 1}, {{.6F, .8F}}, "Room");
    shot({1}, {{0, 1}}, "Room");
    shot({0}, {{.8F, .6F}}, "Bar");
  }
};

TEST_F(CastPairs, ConsistencyOfShotsWithACommonCharacter) {
  // 1-2, 1-4, 2-3, 2-4
  EXPECT_NEAR(*measured("character_consistency_clip").mean, (.6 + .8 + .8 + .96) / 4, 1e-7);
  EXPECT_EQ(measured("character_consistency_clip").counts, (Counts{4, 0, 2}));
}

TEST_F(CastPairs, ConsistencyOfShotsInOneScene) {
  EXPECT_NEAR(*measured("scene_consistency_clip").mean, (.8 + .8) / 2, 1e-7);  // 1-4, 2-3
  for (auto& one : story_.shots) one.scene.clear();
  const auto nowhere = measured("scene_consistency_clip");
  EXPECT_FALSE(nowhere.mean);
  EXPECT_EQ(nowhere.findings.front().kind, "no_such_pair");
}

TEST_F(CastPairs, RecurrenceIsTheLikenessToTheLastAppearance) {
  // Ant: 1-2, 2-4. Bee: 2-3.
  const auto recurrence = measured("recurrence_clip");
  EXPECT_NEAR(*recurrence.mean, (.6 + .96 + .8) / 3, 1e-7);
  const auto& story = recurrence.stories.front();
  ASSERT_EQ(story.by_distance.size(), 3U);
  EXPECT_NEAR(*story.by_distance[0], (.6 + .8) / 2, 1e-7);
  EXPECT_NEAR(*story.by_distance[1], .96, 1e-7);
  EXPECT_FALSE(story.by_distance[2]);
  EXPECT_NEAR(*story.parts[0].value, (.6 + .8) / 2, 1e-7);
  EXPECT_NEAR(*story.parts[1].value, .96, 1e-7);
}

TEST_F(CastPairs, RecurrenceCountsAPairOfShotsOnce) {
  story_.shots[1].characters = {0, 1};
  story_.shots[2].characters = {0, 1};
  // Ant: 1-2, 2-3, 3-4. Bee: 2-3.
  const auto recurrence = measured("recurrence_clip");
  EXPECT_NEAR(*recurrence.mean, (.6 + .8 + .6) / 3, 1e-7);
  EXPECT_EQ(recurrence.counts, (Counts{3, 0, 3}));
}

TEST_F(CastPairs, AFailedShotCountsInThePairsOfItsCharacters) {
  story_.shots[3].missing = true;
  MetricSettings settings;
  settings.missing = MissingPolicy::zero;
  EXPECT_NEAR(*measured("recurrence_clip", settings).mean, (.6 + 0 + .8) / 3, 1e-7);
  settings.missing = MissingPolicy::exclude;
  EXPECT_NEAR(*measured("recurrence_clip", settings).mean, (.6 + .8) / 2, 1e-7);
}

TEST_F(CastPairs, OneCharacterInEveryShotGivesTheMetricsOfOneCharacter) {
  for (auto& one : story_.shots) one.characters = {0};
  EXPECT_EQ(measured("character_consistency_clip").mean, measured("cross_shot_clip").mean);
  EXPECT_EQ(measured("recurrence_clip").mean, measured("cross_shot_clip").parts[0].value);
}

TEST_F(CastPairs, NobodySeenTwiceLeavesNothingToCompare) {
  story_.shots.resize(2);
  story_.shots[1].characters = {1};
  for (const char* metric : {"recurrence_clip", "character_consistency_clip"}) {
    const auto nobody = measured(metric);
    EXPECT_FALSE(nobody.mean) << metric;
    EXPECT_EQ(nobody.findings.front().kind, "no_such_pair") << metric;
  }
}

TEST_F(CastPairs, AShotOfACharacterThatTheStoryDoesNotHaveIsRefused) {
  story_.shots[0].characters = {2};
  EXPECT_THROW((void)measured("clip_i"), BadInput);
}

}  // namespace
}  // namespace asbench::metrics
