// The second reading of a result: what real stories score, and how far the result is from it.
#include "evaluation/real_stories.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "core/error.h"
#include "document/result.h"
#include "tests/support/temporary_folder.h"

namespace asbench::evaluation {
namespace {

using ::testing::HasSubstr;

document::ResultMetric metric(const std::string& id, const std::string& family, double mean,
                              const std::string& rest = "enc=a#1 | missing=fail") {
  document::ResultMetric made;
  made.id = id;
  made.signature = id + "@1 | " + rest;
  made.description.title = id;
  made.description.family = family;
  made.mean = mean;
  made.ci95 = Interval{mean - 0.1, mean + 0.1};
  made.n_stories = 7;
  return made;
}

document::Result result(const std::string& system, double level,
                        const std::string& rest = "enc=a#1 | missing=fail") {
  document::Result made;
  made.system = system;
  made.where = system + ".json";
  made.metrics = {metric("clip_i", "adherence", level, rest),
                  metric("cross_shot_clip", "consistency", level + 0.2, rest),
                  metric("motion", "controls", 0.5, rest)};
  return made;
}

RealStoriesDocument real(const document::Result& document) {
  return {std::string(64, 'f'), document};
}

TEST(RealStories, AreReadBesideAdherenceAndConsistencyAlone) {
  document::Result mine = result("mine", 0.7);
  add_real_stories(mine, real(result("real", 0.6)));
  const auto& adherence = mine.find_metric("clip_i")->real_stories;
  ASSERT_TRUE(adherence);
  EXPECT_DOUBLE_EQ(*adherence->mean, 0.6);
  EXPECT_DOUBLE_EQ(adherence->ci95->low, 0.5);
  EXPECT_EQ(adherence->n_stories, 7);
  EXPECT_DOUBLE_EQ(*adherence->distance, 0.1);
  EXPECT_FALSE(mine.find_metric("motion")->real_stories);
  EXPECT_EQ(mine.real_stories->system, "real");
  document::Result below = result("mine", 0.4);
  add_real_stories(below, real(result("real", 0.6)));
  EXPECT_DOUBLE_EQ(*below.find_metric("clip_i")->real_stories->distance, 0.2)
      << "too little is as far as too much";
}

TEST(RealStories, OfANullMeanHaveNoDistance) {
  document::Result mine = result("mine", 0.7);
  mine.metrics.front().mean.reset();
  add_real_stories(mine, real(result("real", 0.6)));
  EXPECT_FALSE(mine.find_metric("clip_i")->real_stories->distance);
  EXPECT_TRUE(mine.find_metric("clip_i")->real_stories->mean);
}

TEST(RealStories, MayBeAnotherSplitsAndHaveMasksOfTheirOwn) {
  document::Result mine = result("mine", 0.7, "enc=a#1 | masks=12345678 | missing=fail");
  EXPECT_NO_THROW(add_real_stories(
      mine, real(result("real", 0.6, "enc=a#1 | masks=87654321 | missing=fail | subset=3of9#1"))));
}

TEST(RealStories, ComputedDifferentlyAreRefusedAndNothingIsAdded) {
  document::Result mine = result("mine", 0.7);
  const document::Result before = mine;
  try {
    add_real_stories(mine, real(result("real", 0.6, "enc=b#2 | missing=fail")));
    FAIL() << "was accepted";
  } catch (const NotComparable& error) {
    EXPECT_THAT(error.what(), HasSubstr("clip_i was computed differently"));
    EXPECT_THAT(error.what(), HasSubstr("enc=b#2"));
  }
  EXPECT_TRUE(mine == before);
}

TEST(RealStories, WithoutACommonMetricAreRefused) {
  document::Result mine = result("mine", 0.7);
  document::Result other = result("real", 0.6);
  other.metrics = {metric("motion", "controls", 0.5)};
  EXPECT_THROW(add_real_stories(mine, real(other)), BadInput);
}

TEST(RealStories, AFolderIsAnsweredWithTheCommandThatScoresIt) {
  const testing::TemporaryFolder folder;
  try {
    (void)read_real_stories(folder.path());
    FAIL() << "was read";
  } catch (const BadInput& error) {
    EXPECT_THAT(error.what(), HasSubstr("asbench score --split"));
  }
}

}  // namespace
}  // namespace asbench::evaluation
