#include "core/nearest_name.h"

#include <gtest/gtest.h>

namespace asbench {
namespace {

const std::vector<std::string> kNames = {"default", "default-avi", "cuts"};

TEST(NearestNameOfAnyList, TakesTheFewestChangedLetters) {
  EXPECT_EQ(nearest_name("defalt", kNames), "default");
  EXPECT_EQ(nearest_name("DEFAULT-AVY", kNames), "default-avi");
  EXPECT_EQ(nearest_name("cut", kNames), "cuts");
  EXPECT_EQ(nearest_name("cust", kNames), "cuts") << "swapped neighbours are one mistake";
  EXPECT_EQ(nearest_name("nope", kNames), "");
  EXPECT_EQ(nearest_name("", kNames), "");
  EXPECT_EQ(nearest_name("cuts", {}), "");
}

TEST(NearestNameOfAnyList, TakesTheOnlyNameThatGoesOn) {
  const std::vector<std::string> metrics = {"cross_shot_clip", "cross_shot_dino",
                                            "identity_margin"};
  EXPECT_EQ(nearest_name("iden", metrics), "identity_margin");
  EXPECT_EQ(nearest_name("cross", metrics), "") << "two go on so";
  EXPECT_EQ(nearest_name("id", metrics), "") << "too short";
}

TEST(NearestNameOfAnyList, ComparesWhatTheFoldingLeaves) {
  const Folding without_marks = [](std::string_view text) {
    std::string letters;
    for (const char c : text) {
      if (c != '*') letters += c;
    }
    return letters;
  };
  EXPECT_EQ(nearest_name("c*u*t*s*", kNames, without_marks), "cuts");
  EXPECT_EQ(nearest_name("c*u*t*s*", kNames), "");
}

TEST(DidYouMean, IsAQuestionOrNothing) {
  EXPECT_EQ(did_you_mean("cut", kNames), " Did you mean cuts?");
  EXPECT_EQ(did_you_mean("nope", kNames), "");
}

}  // namespace
}  // namespace asbench
