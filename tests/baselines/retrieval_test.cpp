#include "baselines/training_free/retrieval.h"

#include <gtest/gtest.h>

#include <vector>

namespace asbench::baselines {
namespace {

TEST(Retrieval, TakesTheCaptionThatSharesTheRarerWords) {
  const std::vector<std::string> captions = {"the cat walks on the beach",
                                             "the cat sleeps in the forest",
                                             "the robot walks in the forest"};
  EXPECT_EQ(nearest_caption(captions, "The cat sleeps."), 1U);
  EXPECT_EQ(nearest_caption(captions, "A ROBOT, in the city"), 2U);
}

TEST(Retrieval, TakesTheFirstOfEquals) {
  const std::vector<std::string> captions = {"a dog", "a cat", "a cat"};
  EXPECT_EQ(nearest_caption(captions, "cat"), 1U);
  EXPECT_EQ(nearest_caption(captions, "nothing known"), 0U);
  EXPECT_EQ(nearest_caption(captions, ""), 0U);
}

TEST(Retrieval, KeepsAccentedWordsWhole) {
  const std::vector<std::string> captions = {"she drinks in the caf", "she drinks in the café"};
  EXPECT_EQ(nearest_caption(captions, "the café"), 1U);
}

}  // namespace
}  // namespace asbench::baselines
