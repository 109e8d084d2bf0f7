// Verdicts, refusals and what `--allow` lets pass.
#include "reports/comparison/compare.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <limits>

#include "core/error.h"
#include "tests/reports/compare_worlds.h"
#include "tests/support/temporary_folder.h"

namespace asbench::reports {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double kRounding = 1e-12;

TEST(Compare, EqualRunsAreUnchanged) {
  const auto metric = shifted([](int) { return 0.0; });
  EXPECT_EQ(metric.verdict, Verdict::unchanged);
  EXPECT_EQ(metric.difference, 0.0);
  EXPECT_EQ(metric.ties, 16);
  EXPECT_FALSE(metric.fails);
}

TEST(Compare, ADropThatEveryIpShowsIsARegression) {
  const auto metric = shifted([](int story) { return -0.03 - 0.001 * (story % 5); });
  EXPECT_EQ(metric.verdict, Verdict::regressed) << metric.reason;
  EXPECT_TRUE(metric.fails);
  EXPECT_EQ(*metric.p_worse, 1.0 / 256.0);
  EXPECT_EQ(metric.losses, 16);
  EXPECT_EQ(metric.worst_stories(2).at(0)->story, "ip02/0");  // story 4: -0.034
}

TEST(Compare, TheSameTheOtherWayRoundIsAnImprovement) {
  const auto metric = shifted([](int story) { return 0.03 + 0.001 * (story % 5); });
  EXPECT_EQ(metric.verdict, Verdict::improved);
  EXPECT_FALSE(metric.fails);
  EXPECT_THAT(metric.worst_stories(3), IsEmpty());
}

TEST(Compare, OfADistanceTheHigherValueIsWorse) {
  const auto metric = shifted([](int) { return 0.03; }, gate(), 8, "lower");
  EXPECT_EQ(metric.verdict, Verdict::regressed);
  EXPECT_NEAR(*metric.difference, -0.03, kRounding);
}

TEST(Compare, ADistanceWithoutUpperEndIsTestedAndLimitedLikeAnyOther) {
  auto base = world();
  base.metrics = {"reference_distance"};
  base.direction = "lower";
  base.descriptions["reference_distance"] = testing::reference_distance_description();
  base.value = [](int, int story) { return 100.0 * wobble(story); };
  auto candidate = base;
  candidate.value = [](int, int story) { return 100.0 * wobble(story) - 5.0; };
  Gate rules = gate();
  rules.metrics.clear();
  rules.metrics["reference_distance"] = {
      .role = GateRole::headline, .tolerance = 1.0, .limit = 4.0, .ip_limit = 9.0};
  const auto closer = compare(result(base.document()), result(candidate.document()), rules);
  EXPECT_EQ(closer.metrics.at(0).verdict, Verdict::improved);
  EXPECT_NEAR(*closer.metrics.at(0).difference, 5.0, kRounding * 100);
  EXPECT_FALSE(closer.regressed());
  const auto further = compare(result(candidate.document()), result(base.document()), rules);
  EXPECT_TRUE(further.regressed());
  EXPECT_THAT(further.metrics.at(0).reason,
              HasSubstr("worse by 5.0000 on average, which reaches the limit 4"));
  EXPECT_EQ(further.metrics.at(0).losses, 16);
}

TEST(Compare, ASureDropWithinTheToleranceIsNoRegression) {
  const auto metric = shifted([](int) { return -0.0005; });
  EXPECT_LT(*metric.p_worse, 0.05);
  EXPECT_EQ(metric.verdict, Verdict::unchanged);
  EXPECT_THAT(metric.reason, HasSubstr("one within +-0.02 counts as none"));
}

TEST(Compare, NoiseBeyondTheMinimumEffectIsUndecidedAndSaysWhatWouldDecide) {
  const auto metric =
      shifted([](int story) { return (story / 2 % 2 == 0 ? 0.08 : -0.08) + 0.001 * story; });
  EXPECT_EQ(metric.verdict, Verdict::undecided);
  EXPECT_GT(*metric.detectable, 0.02);
  ASSERT_TRUE(metric.deciding_ips.has_value());
  EXPECT_GT(*metric.deciding_ips, 8);
  EXPECT_EQ(*metric.deciding_stories, 2 * *metric.deciding_ips);
  EXPECT_THAT(
      metric.reason,
      AllOf(HasSubstr("would often be missed"),
            HasSubstr(fmt::format("to detect a change of 0.02 you would need about {} IPs ({} "
                                  "stories)",
                                  *metric.deciding_ips, *metric.deciding_stories))));
}

TEST(Compare, WithoutAMinimumEffectNothingIsCalledUnchanged) {
  EXPECT_EQ(shifted([](int story) { return story % 2 == 0 ? 0.001 : -0.001; },
                    gate({.role = GateRole::headline}))
                .verdict,
            Verdict::undecided);
}

TEST(Compare, WithFewIpsNothingCanBeSignificantAndOnlyLimitsAct) {
  const auto drop = [](int) { return -0.03; };
  const auto metric = shifted(drop, gate(), 3);
  EXPECT_FALSE(metric.can_be_significant);
  EXPECT_EQ(*metric.p_worse, 0.125);
  EXPECT_EQ(metric.verdict, Verdict::undecided);
  EXPECT_THAT(metric.reason, HasSubstr("3 IPs are too few for a test to find anything"));

  const auto limited = shifted(drop, gate({.role = GateRole::headline, .limit = 0.02}), 3);
  EXPECT_EQ(limited.verdict, Verdict::regressed);
  EXPECT_TRUE(limited.fails);
  EXPECT_THAT(limited.reason, HasSubstr("limit 0.02"));

  auto base = world(3);
  const auto comparison = compare(result(base.document()), result(base.document()), gate());
  EXPECT_THAT(comparison.warnings, ::testing::Contains(HasSubstr("only limits can fail")));
}

TEST(Compare, OneIpHasNoIntervalAndNoDetectableEffect) {
  const auto metric = shifted([](int) { return -0.03; }, gate(), 1);
  EXPECT_FALSE(metric.interval.has_value());
  EXPECT_FALSE(metric.detectable.has_value());
  EXPECT_EQ(metric.verdict, Verdict::undecided);
}

TEST(Compare, AWatchedMetricNeverFailsWithoutALimit) {
  auto base = world();
  base.metrics = {"clip_i", "motion_like"};
  auto candidate = base;
  candidate.value = [](int metric, int story) { return wobble(story) - (metric == 1 ? 0.3 : 0.0); };
  const auto comparison = compare(result(base.document()), result(candidate.document()), gate());
  EXPECT_EQ(comparison.metrics.at(1).verdict, Verdict::regressed);
  EXPECT_FALSE(comparison.regressed());
  EXPECT_EQ(comparison.tested, 1);

  auto rules = gate();
  rules.metrics["motion_like"] = {.role = GateRole::watch, .limit = 0.1};
  EXPECT_THAT(compare(result(base.document()), result(candidate.document()), rules).failing(),
              ElementsAre("motion_like"));
  rules.watch_others = false;
  rules.metrics.erase("motion_like");
  EXPECT_EQ(compare(result(base.document()), result(candidate.document()), rules).metrics.size(),
            1U);
}

TEST(Compare, ALostCharacterIsCaughtByTheLimitForOneIpWhereTheMeanIsNot) {
  const auto lost = [](int story) { return story / 2 == 3 ? -0.3 : 0.002; };
  EXPECT_FALSE(shifted(lost).fails);
  const auto metric = shifted(lost, gate({.role = GateRole::headline, .ip_limit = 0.25}));
  EXPECT_EQ(metric.verdict, Verdict::regressed);
  EXPECT_TRUE(metric.fails);
  EXPECT_EQ(metric.worst_ip->ip, "ip03");
  EXPECT_THAT(metric.reason,
              HasSubstr("ip03 is worse by 0.3000, which reaches the limit 0.25 for one IP"));
  EXPECT_FALSE(shifted(lost, gate({.role = GateRole::headline, .ip_limit = 0.35})).fails);
}

TEST(Compare, HolmMakesOneOfManyHarder) {
  // p = 2/256 is below .05 alone and above .05 / 8 in a family of eight.
  const auto drop = [](int metric, int story) {
    return wobble(story) + (metric == 0 ? (story < 2 ? 0.001 : -0.03 - 0.001 * story)
                                        : 0.004 * (story / 2 % 2 == 0 ? 1 : -1));
  };
  for (const int metrics : {1, 8}) {
    auto base = world();
    Gate rules = gate();
    base.metrics = {"clip_i"};
    for (int m = 1; m < metrics; ++m) {
      base.metrics.push_back(fmt::format("m{}", m));
      rules.metrics[base.metrics.back()] = rules.metrics["clip_i"];
    }
    auto candidate = base;
    candidate.value = drop;
    const auto comparison = compare(result(base.document()), result(candidate.document()), rules);
    EXPECT_EQ(comparison.regressed(), metrics == 1) << *comparison.metrics.at(0).p_worse;
  }
}

TEST(Compare, TwoSidesDoubleP) {
  auto rules = gate();
  rules.sides = TestSides::two;
  EXPECT_EQ(*shifted([](int) { return -0.03; }, rules).p_worse, 2.0 / 256.0);
}

TEST(Compare, AMetricWithoutDirectionIsShownNotTested) {
  auto base = world();
  base.metrics = {"clip_i", "motion"};
  Json document = base.document();
  document["metrics"]["motion"]["direction"] = "none";
  const auto comparison = compare(result(document), result(document), gate());
  EXPECT_EQ(comparison.metrics.at(1).verdict, Verdict::untested);
  auto rules = gate();
  rules.metrics["motion"].role = GateRole::headline;
  EXPECT_THROW(static_cast<void>(compare(result(document), result(document), rules)), BadInput);
}

TEST(Compare, ASetLevelMetricHasADifferenceAndBothIntervalsOnly) {
  Json base = world().document();
  base["metrics"]["fvd"] = {{"signature", "fvd@1 | N=16"},
                            {"direction", "lower"},
                            {"mean", 100.0},
                            {"ci95", {80.0, 120.0}},
                            {"n_stories", 16},
                            {"n_evaluated", 64},
                            {"n_failed", 0},
                            {"n_skipped", 0}};
  Json candidate = base;
  candidate["metrics"]["fvd"]["mean"] = 150.0;
  const auto metric = compare(result(base), result(candidate), gate()).metrics.at(1);
  EXPECT_TRUE(metric.set_level);
  EXPECT_EQ(metric.verdict, Verdict::untested);
  EXPECT_EQ(*metric.difference, -50.0);
  EXPECT_EQ(metric.base_interval, (Interval{80.0, 120.0}));
  EXPECT_FALSE(metric.p_worse.has_value());
  candidate["metrics"]["fvd"]["signature"] = "fvd@1 | N=8";
  EXPECT_THAT(refusal(base, candidate), HasSubstr("N (fvd): 16 | 8"));
}

TEST(Compare, ASetLevelValueThatTheCandidateLacksCrossesItsLimit) {
  Gate rules = gate();
  rules.metrics["fvd"] = {.role = GateRole::watch, .limit = 20.0};
  const auto fvd = [&](const Json& base, const Json& candidate) {
    return compare(result(with_fvd(world().document(), base)),
                   result(with_fvd(world().document(), candidate)), rules)
        .metrics.at(1);
  };
  // A collapsed generator has no FVD at all.
  EXPECT_TRUE(fvd(100.0, nullptr).fails);
  EXPECT_THAT(fvd(100.0, nullptr).reason, HasSubstr("the candidate has no value"));
  EXPECT_FALSE(fvd(nullptr, 100.0).fails);
  EXPECT_FALSE(fvd(100.0, 110.0).fails);
  EXPECT_TRUE(fvd(100.0, 121.0).fails);
  rules.metrics["fvd"].limit.reset();
  EXPECT_FALSE(fvd(100.0, nullptr).fails);
}

TEST(Compare, RefusesOtherSignaturesByTheNameOfTheField) {
  const Json base = world().document();
  auto other = world();
  other.frames = 3;
  EXPECT_THAT(
      refusal(base, other.document()),
      AllOf(HasSubstr("base.json and candidate.json must not be compared"),
            HasSubstr("frames (clip_i): midpoint:5 | midpoint:3"), HasSubstr("--allow frames")));
  Json encoder = base;
  encoder["metrics"]["clip_i"]["signature"] =
      "clip_i@2 | enc=other#11 | frames=midpoint:5 | agg=frame>shot>story>system | missing=fail | "
      "bg=black";
  EXPECT_THAT(refusal(base, encoder), AllOf(HasSubstr("version (clip_i): clip_i@1 | clip_i@2"),
                                            HasSubstr("enc (clip_i): synthetic#00 | other#11"),
                                            HasSubstr("bg (clip_i): (missing) | black"),
                                            HasSubstr("--allow bg,enc,version")));
}

TEST(Compare, RefusesAnotherSplitOtherCoverageOtherReferencesOtherMetrics) {
  const Json base = world().document();
  Json other = base;
  other["split"]["sha256"] = std::string(64, 'b');
  EXPECT_THAT(refusal(base, other), HasSubstr("\n  split: synthetic"));
  other = base;
  other["coverage"]["scored_shots"] = 63;
  EXPECT_THAT(refusal(base, other),
              HasSubstr("coverage: 64 of 64 shots scored, missing=fail | 63 of 64"));
  other = base;
  other["coverage"]["policy"] = "zero";
  EXPECT_THAT(refusal(base, other), HasSubstr("missing=zero"));
  other = base;
  other["references"] = {{"ip00", {std::string(64, 'c')}}};
  Json referenced = base;
  referenced["references"] = {{"ip00", {std::string(64, 'd')}}};
  EXPECT_THAT(refusal(referenced, other), HasSubstr("references: pictures of ip00"));
  auto fewer = world();
  fewer.metrics = {"clip_i", "dino_i"};
  Gate both = gate();
  both.metrics["dino_i"] = {.role = GateRole::watch};
  EXPECT_THAT(refusal(base, fewer.document(), {}, both),
              HasSubstr("metrics (dino_i): (missing) | scored"));
  EXPECT_THAT(refusal(fewer.document(), base, {}, both),
              HasSubstr("metrics (dino_i): scored | (missing)"));
}

TEST(Compare, AsManyShotsAreNotTheSameShots) {
  const auto without = [](std::size_t story) {
    Json document = world().document();
    document["coverage"]["scored_shots"] = 63;
    document["stories"][story]["shots"][1].erase("sha256");
    document["stories"][story]["shots"][1]["frames"] = Json::array();
    return document;
  };
  EXPECT_THAT(refusal(without(0), without(3)),
              AllOf(HasSubstr("coverage: missing ip00/0 shot 2 | missing ip01/1 shot 2"),
                    HasSubstr("--allow coverage")));
  EXPECT_EQ(refusal(without(0), without(0)), "");
}

TEST(Compare, AllowLetsOneNamedDifferencePassAndMarksTheOutput) {
  const Json base = world().document();
  auto other = world();
  other.frames = 3;
  Json candidate = other.document();
  candidate["coverage"]["scored_shots"] = 63;
  EXPECT_THAT(refusal(base, candidate, {.allow = {"frames"}}),
              AllOf(HasSubstr("coverage:"), ::testing::Not(HasSubstr("frames ("))));
  const auto comparison =
      compare(result(base), result(candidate), gate(), {.allow = {"frames", "coverage", "dtype"}});
  EXPECT_THAT(comparison.allowed, ElementsAre(HasSubstr("coverage"), HasSubstr("frames")));
  EXPECT_THAT(comparison.warnings,
              ::testing::Contains("--allow dtype: the documents do not differ in it"));
}

TEST(Compare, RefusesStoriesOfOneSideUnlessTheGateAllowsSoMany) {
  const Json base = world().document();
  Json fewer = base;
  fewer["stories"].erase(3);
  fewer["stories"].erase(9);
  EXPECT_THAT(refusal(base, fewer), AllOf(HasSubstr("2 stories have values in one document only"),
                                          HasSubstr("ip01/1, ip05/0")));
  EXPECT_THAT(refusal(fewer, base), HasSubstr("2 stories have values"));
  auto rules = gate();
  rules.unpaired_stories = 2;
  EXPECT_EQ(compare(result(base), result(fewer), rules).metrics.at(0).stories.size(), 14U);
  EXPECT_EQ(compare(result(base), result(fewer), gate(), {.allow = {"stories"}}).stories, 14);
}

TEST(Compare, AStoryWithoutAValueOnOneSideCountsAsUnpaired) {
  const Json base = world().document();
  Json holes = base;
  holes["stories"][3]["metrics"]["clip_i"]["mean"] = nullptr;
  EXPECT_THAT(refusal(base, holes), HasSubstr("1 story has values of clip_i in one document only"));
  auto rules = gate();
  rules.unpaired_stories = 1;
  const auto metric = compare(result(base), result(holes), rules).metrics.at(0);
  EXPECT_EQ(metric.unpaired, 1);
  EXPECT_EQ(metric.stories.size(), 15U);
  EXPECT_EQ(compare(result(holes), result(holes), gate()).metrics.at(0).unpaired, 0)
      << "absent on both sides is no pair at all";
}

TEST(Compare, WarnsOfMeansOfFewerStories) {
  const Json base = world().document();
  EXPECT_THAT(compare(result(base), result(base), gate()).warnings, IsEmpty());
  Json part = base;
  part["metrics"]["clip_i"]["n_stories"] = 14;
  part["metrics"]["clip_i"]["of_stories"] = 16;
  EXPECT_THAT(
      compare(result(base), result(part, "part.json"), gate()).warnings,
      ElementsAre("mean of fewer stories: clip_i of synthetic (part.json): 14 of 16 stories"));
}

TEST(Compare, RefusesReportedResults) {
  auto published = world();
  published.kind = "reported";
  EXPECT_THAT(refusal(published.document(), world().document()),
              AllOf(HasSubstr("base.json"), HasSubstr("published")));
  EXPECT_THAT(refusal(world().document(), published.document()), HasSubstr("candidate.json"));
}

TEST(Compare, RefusesWhenTheGateHasNothingToDecideBy) {
  const Gate rules = gate({.role = GateRole::watch});
  EXPECT_THAT(refusal(world().document(), world().document(), {}, rules),
              HasSubstr("nothing to decide by"));
}

TEST(Compare, RefusesOneStoryOfTwoIps) {
  Json other = world().document();
  other["stories"][0]["ip"] = "elsewhere";
  EXPECT_THAT(refusal(world().document(), other), HasSubstr("story ip00/0 belongs to IP ip00"));
}

TEST(Compare, RefusesADirectionThatChanged) {
  Json other = world().document();
  other["metrics"]["clip_i"]["direction"] = "lower";
  EXPECT_THAT(refusal(world().document(), other),
              HasSubstr("clip_i: its preferred direction is higher in one document"));
}

TEST(Compare, ValuesTooLargeForSumsAreBadInput) {
  auto huge = world();
  huge.value = [](int, int) { return std::numeric_limits<double>::max(); };
  Json document = huge.document();
  document["metrics"]["clip_i"]["mean"] = 1.0;
  document["metrics"]["clip_i"]["ci95"] = nullptr;
  document["metrics"]["clip_i"]["harmeanp"] = 1.0;
  for (Json& story : document["stories"]) story["metrics"]["clip_i"]["harmeanp"] = 1.0;
  document["metrics"]["clip_i"]["per_shot_index"] = Json::array();
  EXPECT_THROW(static_cast<void>(compare(result(document), result(world().document()), gate())),
               BadInput);
}

TEST(Compare, WarnsOfAnotherDecoder) {
  Json other = world().document();
  other["provenance"]["decoder"] = "avcodec 60";
  EXPECT_THAT(compare(result(world().document()), result(other), gate()).warnings,
              ElementsAre(HasSubstr("different decoder: none | avcodec 60")));
}

TEST(Compare, WarnsOfAnotherConfigurationOfAnEncoder) {
  Json base = world().document();
  base["provenance"]["weights"]["clip"] = {{"id", "a/clip"}, {"config_sha256", "11112222aa"}};
  Json other = base;
  EXPECT_THAT(compare(result(base), result(other), gate()).warnings, IsEmpty());
  other["provenance"]["weights"]["clip"]["config_sha256"] = "33334444bb";
  EXPECT_THAT(compare(result(base), result(other), gate()).warnings,
              ElementsAre(AllOf(HasSubstr("different config.json of the clip encoder"),
                                HasSubstr("11112222 | 33334444"))));
}

#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(Compare, TwoDocumentsOf200StoriesAnd20MetricsTakeLessThanTwoSeconds) {
  SyntheticResult options;
  options.ips = 20;
  options.stories_per_ip = 10;
  options.metrics.clear();
  Gate rules;
  rules.name = "large";
  for (int m = 0; m < 20; ++m) {
    options.metrics.push_back(fmt::format("metric_{}", m));
    rules.metrics[options.metrics.back()] = {.role = GateRole::headline, .minimum_effect = 0.01};
  }
  const testing::TemporaryFolder folder;
  options.value = [](int metric, int story) { return wobble(story + metric); };
  write_json_file(folder / "base.json", options.document());
  options.value = [](int metric, int story) { return wobble(3 * story + metric); };
  write_json_file(folder / "candidate.json", options.document());

  const std::clock_t start = std::clock();  // processor time: other programs don't count
  const auto comparison = compare(document::read_result(folder / "base.json"),
                                  document::read_result(folder / "candidate.json"), rules);
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  EXPECT_EQ(comparison.tested, 20);
  EXPECT_EQ(rules.replicates, 10'000);
  EXPECT_LT(seconds, 2.0);
  RecordProperty("seconds", fmt::format("{:.2f}", seconds));
}
#endif

}  // namespace
}  // namespace asbench::reports
