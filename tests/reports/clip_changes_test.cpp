// Clips that became shorter, smaller or of another shape: what counts, what decides, what is said.
#include "reports/comparison/clip_changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "reports/comparison/compare.h"
#include "reports/comparison/comparison_output.h"
#include "tests/support/synthetic_result.h"

namespace asbench::reports {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

/// What the clips of a document are. A rate of 0: the document states none.
struct Clips {
  double fps = 12.0;
  int frames = 24, width = 192, height = 128;
};

void set(document::ResultShot& shot, const Clips& clips) {
  shot.frame_count = clips.frames;
  shot.width = clips.width;
  shot.height = clips.height;
  shot.fps.reset();
  shot.seconds.reset();
  if (clips.fps <= 0.0) return;
  shot.fps = clips.fps;
  shot.seconds = clips.frames / clips.fps;
}

/// 6 IPs, 48 shots, all alike.
document::Result system(const Clips& clips) {
  auto result = document::result_from_json(testing::SyntheticResult().document(), "r.json");
  for (auto& story : result.stories) {
    for (auto& shot : story.shots) set(shot, clips);
  }
  return result;
}

Gate gate(const ClipRule& rule = {.shorter = 0.1, .smaller = 0.1, .reshaped = 0.03}) {
  Gate gate;
  gate.name = "test";
  gate.replicates = 100;
  gate.metrics["clip_i"] = {.role = GateRole::headline, .tolerance = 0.001};
  gate.clips = rule;
  return gate;
}

/// In which ways the clips changed.
std::vector<std::string> changes(const Clips& base, const Clips& candidate,
                                 const Gate& rules = gate()) {
  std::vector<std::string> ways;
  for (const auto& change : compare_clips(system(base), system(candidate), rules).changes)
    ways.push_back(change.how);
  return ways;
}

TEST(ClipChanges, HalfAsLongIsShorterAndTwiceAsLongIsNothing) {
  EXPECT_THAT(changes({.frames = 24}, {.frames = 12}), ElementsAre("shorter"));
  EXPECT_THAT(changes({.frames = 12}, {.frames = 24}), IsEmpty());
  EXPECT_THAT(changes({.fps = 12}, {.fps = 24}), ElementsAre("shorter")) << "the same, faster";
  EXPECT_THAT(changes({.fps = 12, .frames = 24}, {.fps = 6, .frames = 12}), IsEmpty())
      << "fewer frames over the same time";
}

TEST(ClipChanges, ATenthAndOneFrameAreAllowed) {
  EXPECT_THAT(changes({.frames = 40}, {.frames = 36}), IsEmpty()) << "a tenth";
  EXPECT_THAT(changes({.frames = 40}, {.frames = 35}), ElementsAre("shorter"));
  EXPECT_THAT(changes({.frames = 5}, {.frames = 4}), IsEmpty()) << "a fifth, but one frame";
  EXPECT_THAT(changes({.frames = 5}, {.frames = 3}), ElementsAre("shorter"));
  EXPECT_THAT(changes({.fps = 12}, {.fps = 12.01}), IsEmpty()) << "containers round";
}

TEST(ClipChanges, WithoutARateFramesAreCounted) {
  EXPECT_THAT(changes({.fps = 0}, {.fps = 0, .frames = 12}), ElementsAre("shorter"));
  EXPECT_THAT(changes({.fps = 0}, {.frames = 24}), IsEmpty());
  EXPECT_THAT(changes({.frames = 24}, {.fps = 0, .frames = 12}), ElementsAre("shorter"));
}

TEST(ClipChanges, FewerPixelsAreSmallerAndMoreAreNothing) {
  EXPECT_THAT(changes({}, {.width = 96, .height = 64}), ElementsAre("smaller"));
  EXPECT_THAT(changes({.width = 96, .height = 64}, {}), IsEmpty());
  EXPECT_THAT(
      changes({.width = 100, .height = 100}, {.width = 90, .height = 100}, gate({.smaller = 0.1})),
      IsEmpty())
      << "a tenth";
  EXPECT_THAT(
      changes({.width = 100, .height = 100}, {.width = 89, .height = 100}, gate({.smaller = 0.1})),
      ElementsAre("smaller"));
}

TEST(ClipChanges, AnotherShapeCountsEitherWay) {
  EXPECT_THAT(changes({}, {.width = 170}), ElementsAre("smaller", "reshaped"));
  EXPECT_THAT(changes({.width = 170}, {}), ElementsAre("reshaped"));
  EXPECT_THAT(changes({}, {.width = 128, .height = 192}), ElementsAre("reshaped")) << "upright";
  EXPECT_THAT(changes({}, {.width = 384, .height = 256}), IsEmpty()) << "the same shape";
  // Cut to multiples of 16, as codecs ask.
  EXPECT_THAT(changes({.width = 720, .height = 480}, {.width = 704, .height = 480}), IsEmpty());
}

TEST(ClipChanges, WhatTheGateDoesNotLookAtIsNothing) {
  EXPECT_THAT(changes({}, {.frames = 2, .width = 20}, gate({.smaller = 0.95})), IsEmpty());
  Gate none = gate();
  none.clips.reset();
  const auto clips = compare_clips(system({}), system({.frames = 2}), none);
  EXPECT_THAT(clips.changes, IsEmpty());
  EXPECT_FALSE(clips.fails);
}

TEST(ClipChanges, MissingShotsAreLeftOutAndUnknownSizesCounted) {
  auto candidate = system({});
  candidate.stories[0].shots[0].frame_count = 0;
  candidate.stories[0].shots[0].seconds.reset();
  set(candidate.stories[0].shots[1], {.width = 0, .height = 0});
  const auto clips = compare_clips(system({}), candidate, gate());
  EXPECT_EQ(clips.compared, 47);
  EXPECT_EQ(clips.unknown, 1);
  EXPECT_THAT(clips.changes, IsEmpty());
}

/// Two of 48 clips are half as long.
document::Result with_two_halves() {
  auto result = system({});
  set(result.stories[0].shots[1], {.frames = 12});
  set(result.stories[2].shots[3], {.frames = 11});
  return result;
}

TEST(ClipChanges, SoManyAsTheLimitFailAndFewerDoNot) {
  ClipRule rule{.shorter = 0.1, .limit = 2};
  EXPECT_TRUE(compare_clips(system({}), with_two_halves(), gate(rule)).fails);
  rule.limit = 3;
  const auto fewer = compare_clips(system({}), with_two_halves(), gate(rule));
  EXPECT_FALSE(fewer.fails || fewer.warns);
  EXPECT_THAT(fewer.changes.at(0).shots, ElementsAre("ip00/0 shot 2", "ip01/0 shot 4"));
  rule = {.watch = WatchAction::warn, .shorter = 0.1};
  const auto warned = compare_clips(system({}), with_two_halves(), gate(rule));
  EXPECT_TRUE(warned.warns);
  EXPECT_FALSE(warned.fails);
}

TEST(ClipChanges, StandInEveryFormOfAComparison) {
  const auto comparison = compare(system({}), with_two_halves(), gate());
  EXPECT_TRUE(comparison.regressed());
  EXPECT_THAT(comparison.failing(), ElementsAre("clips"));
  const std::string sentence =
      "clips: 2 of 48 are shorter than the base's, mostly 2 s | 0.9167 s, which reaches the limit "
      "1: ip00/0 shot 2, ip01/0 shot 4";
  EXPECT_THAT(comparison_text(comparison),
              AllOf(StartsWith("regressed: clips (2 shorter)\n"), HasSubstr(sentence)));
  EXPECT_THAT(comparison_markdown(comparison, {}),
              StartsWith("### Regressed: clips \\(2 shorter\\)\n"));
  EXPECT_THAT(
      comparison_junit(comparison),
      AllOf(HasSubstr("tests=\"3\" failures=\"1\""),
            HasSubstr("name=\"clips\" time=\"0\">\n      <failure"), HasSubstr("ip01/0 shot 4")));
  const Json clips = comparison_json(comparison).at("clips");
  EXPECT_EQ(clips.at("compared"), 48);
  EXPECT_EQ(clips.at("fails"), true);
  EXPECT_EQ(clips.at("rule").at("shorter"), 0.1);
  EXPECT_THAT(clips.at("changes"), SizeIs(1));
  EXPECT_EQ(clips.at("changes").at(0).at("shots").at(0), "ip00/0 shot 2");
}

TEST(ClipChanges, ThatOnlyWarnStandInTheHeading) {
  const auto comparison =
      compare(system({}), with_two_halves(), gate({.watch = WatchAction::warn, .shorter = 0.1}));
  EXPECT_FALSE(comparison.regressed());
  EXPECT_THAT(comparison_text(comparison),
              AllOf(StartsWith("no regression found"),
                    HasSubstr("; worse among the watched: clips (2 shorter)\n")));
  EXPECT_THAT(comparison_junit(comparison),
              AllOf(HasSubstr("failures=\"0\""), HasSubstr("clips (2 shorter) of 48 compared")));
}

TEST(ClipChanges, SaysWhatWasNotStated) {
  const auto comparison = compare(system({}), system({.width = 0, .height = 0}), gate());
  EXPECT_THAT(comparison_text(comparison),
              HasSubstr("The size of 48 clips: a document doesn't state it."));
  EXPECT_THAT(comparison_text(compare(system({}), system({}), gate())),
              Not(HasSubstr("The size of")));
}

}  // namespace
}  // namespace asbench::reports
