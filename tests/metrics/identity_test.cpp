// identity_* and copy_rate by hand and against naive loops.
#include "metrics/story/identity.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "metrics/measurement.h"
#include "tests/metrics/story_builder.h"

namespace asbench::metrics {
namespace {

using testing::FeatureShelf;
using testing::Rows;

/// Two characters, references along the axes; the third looks half like either.
class Identity : public ::testing::Test {
 protected:
  Identity() {
    add("ant", {1, 0, 0});
    add("bee", {0, 1, 0});
    add("cat", {0, 0, 1});
  }
  void add(const std::string& ip, const std::vector<float>& direction) {
    const FeatureView view = shelf_.keep({direction});
    CharacterReferences& character = gallery_.emplace_back();
    character.id = ip;
    character.ip = ip;
    character.references.set("clip", view);
    character.references.set("dino", view);
  }
  StoryFeatures story(const std::string& ip, const std::vector<Rows>& shots) {
    StoryFeatures story;
    story.id = ip + "/0";
    story.ip = ip;
    for (const auto& frames : shots) {
      story.shots.push_back(testing::shot_of(shelf_, frames));
      story.shots.back().decodable_frames = 5;
    }
    story.characters.front().id = ip;
    for (const auto& character : gallery_) {
      if (character.ip == ip) story.characters.front().references.straight = character.references;
    }
    story.gallery = shelf_.keep_gallery(gallery_);
    return story;
  }
  static double value(const std::string& metric, const StoryFeatures& story,
                      const MetricSettings& settings = {}) {
    return measure(metric, {&story, 1}, settings).stories.front().value.value();
  }

  FeatureShelf shelf_;
  std::vector<CharacterReferences> gallery_;
};

TEST_F(Identity, OfAShotThatLooksMostLikeItsOwnCharacter) {
  const auto own = story("ant", {{{3, 1, 0}}});
  EXPECT_EQ(value("identity_top1", own), 1.0);
  EXPECT_EQ(value("identity_mrr", own), 1.0);
  EXPECT_NEAR(value("identity_margin", own), 2.0 / std::sqrt(10.0), 1e-12);
}

TEST_F(Identity, RanksTheOwnCharacterAmongAll) {
  const auto third = story("ant", {{{1, 2, 3}}});
  EXPECT_EQ(value("identity_top1", third), 0.0);
  EXPECT_NEAR(value("identity_mrr", third), 1.0 / 3.0, 1e-15);
  EXPECT_NEAR(value("identity_margin", third), -2.0 / std::sqrt(14.0), 1e-12);
  const auto both = story("bee", {{{1, 2, 3}}, {{0, 1, 0}}});
  EXPECT_EQ(value("identity_top1", both), 0.5);
  EXPECT_NEAR(value("identity_mrr", both), 0.75, 1e-15);
}

TEST_F(Identity, ATieIsLost) {
  const auto between = story("ant", {{{1, 1, 0}}});
  EXPECT_EQ(value("identity_top1", between), 0.0);
  EXPECT_EQ(value("identity_mrr", between), 0.5);
  EXPECT_NEAR(value("identity_margin", between), 0.0, 1e-15);
}

TEST_F(Identity, HighSimilarityMeansLittleWhenEveryOtherCharacterScoresAsHigh) {
  gallery_.clear();
  add("ant", {1.0F, 0.0F, 0.01F});
  add("bee", {1.0F, 0.01F, 0.0F});
  const auto alike = story("ant", {{{1, 0.02F, 0}}});
  EXPECT_GT(value("clip_i", alike), 0.999);
  EXPECT_EQ(value("identity_top1", alike), 0.0);
}

TEST_F(Identity, UnderOneEncoderReadsOnlyThat) {
  auto own = story("ant", {{{3, 1, 0}}});
  own.shots[0].images.set("dino", shelf_.keep({{0, 0, 1}}));
  EXPECT_EQ(value("identity_top1_clip", own), 1.0);
  EXPECT_EQ(value("identity_top1_dino", own), 0.0);
  // Mean of both: ant 0.474, bee 0.158, cat 0.5.
  EXPECT_EQ(value("identity_top1", own), 0.0);
  EXPECT_EQ(value("identity_mrr", own), 0.5);
}

TEST_F(Identity, OfAFailedShotIsTheWorstUnderZero) {
  auto own = story("ant", {{{3, 1, 0}}, {{3, 1, 0}}});
  own.shots[1].missing = true;
  MetricSettings settings;
  settings.missing = MissingPolicy::zero;
  EXPECT_EQ(value("identity_top1", own, settings), 0.5);
  EXPECT_EQ(value("identity_mrr", own, settings), 0.5);
  EXPECT_NEAR(value("identity_margin", own, settings), (2.0 / std::sqrt(10.0) - 2.0) / 2.0, 1e-12);
}

TEST_F(Identity, NeedsASecondCharacter) {
  gallery_.resize(1);
  const auto alone = story("ant", {{{3, 1, 0}}});
  const auto measured = measure("identity_top1", {&alone, 1});
  EXPECT_FALSE(measured.stories.front().value);
  EXPECT_EQ(measured.counts.n_skipped, 1);
  EXPECT_EQ(measured.stories.front().findings.front().kind, "one_character");
}

TEST_F(Identity, EqualsANaiveCountOnRandomFeatures) {
  std::mt19937_64 random(5);
  std::normal_distribution<float> normal;
  const auto rows = [&](int n) {
    Rows all(static_cast<std::size_t>(n));
    for (auto& row : all) row = {normal(random), normal(random), normal(random), normal(random)};
    return all;
  };
  gallery_.clear();
  std::vector<Rows> references;
  for (const char* ip : {"a", "b", "c", "d", "e"}) {
    references.push_back(rows(2));
    const FeatureView view = shelf_.keep(references.back());
    CharacterReferences& character = gallery_.emplace_back();
    character.id = ip;
    character.ip = ip;
    character.references.set("clip", view);
    character.references.set("dino", view);
  }
  const auto cosine = [](const std::vector<float>& a, const std::vector<float>& b) {
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t j = 0; j < a.size(); ++j) {
      ab += static_cast<double>(a[j]) * static_cast<double>(b[j]);
      aa += static_cast<double>(a[j]) * static_cast<double>(a[j]);
      bb += static_cast<double>(b[j]) * static_cast<double>(b[j]);
    }
    return ab / std::sqrt(aa * bb);
  };
  for (int trial = 0; trial < 20; ++trial) {
    const Rows frames = rows(3);
    const auto tested = story("c", {frames});
    std::vector<double> scores;
    for (const Rows& character : references) {
      double sum = 0;
      for (const auto& frame : frames) {
        for (const auto& reference : character) sum += cosine(frame, reference);
      }
      scores.push_back(sum / 6.0);
    }
    int rank = 1;
    double best = -2;
    for (std::size_t c = 0; c < scores.size(); ++c) {
      if (c == 2) continue;
      if (scores[c] >= scores[2]) ++rank;
      best = std::max(best, scores[c]);
    }
    EXPECT_NEAR(value("identity_mrr", tested), 1.0 / rank, 1e-12);
    EXPECT_NEAR(value("identity_margin", tested), scores[2] - best, 1e-9);
  }
}

TEST_F(Identity, CopyRateCountsShotsOfWhichMostFramesAreCopies) {
  auto shots = story("ant", {{{1, 0, 0}, {1, 0, 0}, {1, 0, 0}}, {{1, 0, 0}, {1, 0, 0}}});
  const std::vector<FrameCopy> mostly = {{0.01, 0.1}, {0.05, 0.1}, {0.3, 0.1}},
                               half = {{0.01, 0.1}, {0.1, 0.1}};
  shots.shots[0].copies = mostly;
  shots.shots[1].copies = half;  // half is not most, and equal is not nearer
  EXPECT_EQ(value("copy_rate", shots), 0.5);
  const auto measured = measure("copy_rate", {&shots, 1});
  EXPECT_EQ(measured.stories.front().shots[0].frames[2], 0.0);
}

}  // namespace
}  // namespace asbench::metrics
