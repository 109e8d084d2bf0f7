// Verdicts of comparisons.
#include "reports/comparison/compare.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

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
