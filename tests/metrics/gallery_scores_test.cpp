// The scores behind the identity metrics: together and one by one, to the last bit.
#include "metrics/story/gallery_scores.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "core/stats.h"
#include "metrics/catalogue.h"
#include "metrics/measurement.h"
#include "metrics/story/reference_adherence.h"
#include "tests/metrics/story_builder.h"

namespace asbench::metrics {
namespace {

using testing::FeatureShelf;
using testing::Rows;

constexpr int kCharacters = 21;

/// A story of two shots among many characters, of whom every fifth has two references.
class GalleryScoresTest : public ::testing::Test {
 protected:
  Rows random_rows(int rows, int width) {
    Rows made(static_cast<std::size_t>(rows));
    for (auto& row : made) {
      for (int j = 0; j < width; ++j) row.push_back(normal_(random_));
    }
    return made;
  }
  StoryFeatures story_of(int frames, int width) {
    gallery_.clear();
    for (int c = 0; c < kCharacters; ++c) {
      CharacterReferences& character = gallery_.emplace_back();
      character.id = character.ip = "ip" + std::to_string(c);
      for (const char* role : {"clip", "dino"})
        character.references.set(role, shelf_.keep(random_rows(c % 5 == 4 ? 2 : 1, width)));
    }
    StoryFeatures story;
    story.id = "ip3/0";
    story.ip = "ip3";
    for (int shot = 0; shot < 2; ++shot) {
      ShotFeatures& entry = story.shots.emplace_back();
      entry.decodable_frames = frames;
      for (const char* role : {"clip", "dino"})
        entry.images.set(role, shelf_.keep(random_rows(frames, width)));
    }
    story.characters.front().id = "ip3";
    story.characters.front().references.straight = gallery_[3].references;
    story.gallery = shelf_.keep_gallery(gallery_);
    return story;
  }
  /// By the definition, a character at a time.
  [[nodiscard]] double one_by_one(const StoryFeatures& story, int shot, std::size_t character,
                                  ReferencePooling pooling) const {
    double sum = 0.0;
    for (const char* role : {"clip", "dino"})
      sum += mean(reference_cosines(story.shots[static_cast<std::size_t>(shot)].frames(role),
                                    gallery_[character].references.units(role), pooling));
    return sum / 2.0;
  }

  FeatureShelf shelf_;
  std::vector<CharacterReferences> gallery_;
  std::mt19937_64 random_{11};
  std::normal_distribution<float> normal_;
};

TEST_F(GalleryScoresTest, AreTheSameBitsAsOneCharacterAtATime) {
  for (const int width : {3, 31, 32, 64, 67, 512, 768}) {
    for (const int frames : {1, 2, 5, 9}) {
      const StoryFeatures story = story_of(frames, width);
      for (const auto pooling : {ReferencePooling::mean, ReferencePooling::max}) {
        GalleryScores scores(story, {"clip", "dino"}, pooling);
        ASSERT_EQ(scores.characters(), static_cast<std::size_t>(kCharacters));
        EXPECT_EQ(scores.own(0), 3U);
        for (int shot = 0; shot < 2; ++shot) {
          const auto found = scores.of(shot);
          for (std::size_t c = 0; c < gallery_.size(); ++c)
            EXPECT_EQ(found[c], one_by_one(story, shot, c, pooling))
                << width << " wide, " << frames << " frames, character " << c;
        }
      }
    }
  }
}

TEST_F(GalleryScoresTest, ACharacterWithABadReferenceIsLeftOut) {
  StoryFeatures story = story_of(5, 64);
  gallery_[1].references.set("dino", shelf_.keep(Rows(1, std::vector<float>(64, 0.0F))));
  story.gallery = shelf_.keep_gallery(gallery_);
  GalleryScores scores(story, {"clip", "dino"}, ReferencePooling::mean);
  EXPECT_EQ(scores.characters(), static_cast<std::size_t>(kCharacters - 1));
  EXPECT_EQ(scores.own(0), 2U);
  EXPECT_EQ(scores.of(0)[1], one_by_one(story, 0, 2, ReferencePooling::mean));
}

/// A split of 20,000 stories must not pack its gallery 20,000 times.
TEST_F(GalleryScoresTest, IsPackedOnceForAllStoriesAndMetricsOfTheSameRoles) {
  const StoryFeatures first = story_of(5, 64);
  StoryFeatures second = first;
  second.id = "ip4/0";
  second.ip = "ip4";
  second.characters.front().id = "ip4";
  const std::vector<std::string> both = {"clip", "dino"};
  const GalleryScores of_first(first, both, ReferencePooling::mean);
  const GalleryScores of_second(second, both, ReferencePooling::max);
  EXPECT_EQ(&of_first.gallery(), &of_second.gallery());
  EXPECT_EQ(of_first.own(0), 3U);
  EXPECT_EQ(of_second.own(0), 4U);
  const GalleryScores of_clip(second, {"clip"}, ReferencePooling::mean);
  EXPECT_NE(&of_clip.gallery(), &of_first.gallery()) << "other roles";
  const GalleryScores again(first, both, ReferencePooling::mean);
  EXPECT_EQ(&again.gallery(), &of_first.gallery()) << "what was packed stays where it is";
}

TEST_F(GalleryScoresTest, AStoryWithoutAGalleryHasNoRivals) {
  StoryFeatures story = story_of(5, 64);
  story.gallery = nullptr;
  const GalleryScores scores(story, {"clip", "dino"}, ReferencePooling::mean);
  EXPECT_EQ(scores.characters(), 0U);
  EXPECT_FALSE(scores.has_own());
  EXPECT_TRUE(scores.perhaps_same(0).empty());
}

TEST_F(GalleryScoresTest, MetricsThatShareThemGetWhatEachGetsAlone) {
  const StoryFeatures story = story_of(5, 64);
  const std::vector<std::string> ids = {"identity_top1", "identity_top1_clip", "identity_mrr",
                                        "identity_margin"};
  Measurer measurer(built_in_metrics(), ids, {});
  const auto together = measurer.add(story);
  for (std::size_t m = 0; m < ids.size(); ++m)
    EXPECT_EQ(together[m].value, measure(ids[m], {&story, 1}).stories.front().value) << ids[m];
}

}  // namespace
}  // namespace asbench::metrics
