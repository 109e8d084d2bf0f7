#include "evaluation/inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"

namespace asbench::evaluation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Protocol with_metrics(std::vector<std::string> metrics) {
  Protocol protocol = load_protocol("demo");
  protocol.metrics = std::move(metrics);
  return protocol;
}

TEST(NeedsOf, SayWhatTheMetricsRead) {
  EXPECT_EQ(needs_of(load_protocol("demo")), document::InputNeeds{});
  EXPECT_EQ(needs_of(load_protocol("animeshooter-v1")), document::InputNeeds{})
      << "what inspect supposes";
  EXPECT_EQ(needs_of(with_metrics({"motion", "cross_shot_clip"})),
            (document::InputNeeds{.references = false, .captions = false}));
  EXPECT_EQ(needs_of(with_metrics({"clip_i"})),
            (document::InputNeeds{.references = true, .captions = false}));
  EXPECT_EQ(needs_of(with_metrics({"reference_copy"})),
            (document::InputNeeds{.references = true, .captions = false}));
  EXPECT_EQ(needs_of(with_metrics({"identity_top1"})),
            (document::InputNeeds{.references = true, .captions = false}));
  EXPECT_EQ(needs_of(with_metrics({"clip_t_margin"})),
            (document::InputNeeds{.references = false, .captions = true}));
}

/// One story of two shots: the first has a narrative caption, the second a descriptive one.
loaders::Split half_captioned() {
  loaders::Split split;
  split.ips.push_back({"fox", {}, {}, {}});
  split.stories.push_back({"fox/0", "fox", "0", {{1, "runs", {}, {}}, {2, {}, "a fox sits", {}}}});
  split.findings = {{"missing_caption", "fox/0", 2, "the caption is blank"}};
  return split;
}

std::vector<int> shots_without_caption(loaders::Split split, const std::string& text) {
  Protocol protocol = load_protocol("demo");
  protocol.text = text;
  find_missing_captions(split, protocol);
  std::vector<int> shots;
  for (const Finding& finding : split.findings) {
    EXPECT_EQ(finding.kind, "missing_caption");
    shots.push_back(finding.shot.value());
  }
  return shots;
}

TEST(MissingCaptions, AreThoseOfTheKindThatTheRunReads) {
  EXPECT_THAT(shots_without_caption(half_captioned(), "narrative"), ElementsAre(2));
  EXPECT_THAT(shots_without_caption(half_captioned(), "descriptive"), ElementsAre(1));
  EXPECT_THAT(shots_without_caption(half_captioned(), "both"), ElementsAre(1, 2));
}

TEST(LostStories, BecomeStoriesUnderZeroAndKeepTheHash) {
  Inputs inputs;
  inputs.split = half_captioned();
  inputs.split.sha256 = "the hash";
  inputs.split.lost = {{"fox/1", "fox", 3}};
  count_lost_as_failures(inputs);
  ASSERT_EQ(inputs.split.stories.size(), 2U);
  EXPECT_EQ(inputs.split.stories[1].shots.size(), 3U);
  EXPECT_THAT(inputs.split.lost, IsEmpty());
  EXPECT_EQ(inputs.split.sha256, "the hash");
}

TEST(LostStories, ThatNobodyCanCountEndARunUnderZero) {
  Inputs inputs;
  inputs.split = half_captioned();
  inputs.split.uncounted_ips = {"cat"};
  inputs.split.findings = {{"bad_json", "", std::nullopt, "IP cat: cut off"}};
  try {
    count_lost_as_failures(inputs);
    ADD_FAILURE() << "was counted";
  } catch (const BadInput& error) {
    EXPECT_THAT(error.what(), HasSubstr("nothing says how many stories cat has"));
    EXPECT_THAT(error.what(), HasSubstr("bad_json: IP cat: cut off"));
    EXPECT_THAT(error.what(), HasSubstr("--missing exclude"));
  }
}

}  // namespace
}  // namespace asbench::evaluation
