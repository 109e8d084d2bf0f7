// What a gate says and how the comparison obeys it: limits, watched metrics, missing shots, metrics
// that nobody scored.
#include "reports/comparison/gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "core/error.h"
#include "tests/reports/compare_worlds.h"

namespace asbench::reports {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(GateRules, ALimitActsAtItsValueNotOnlyBeyondIt) {
  // The differences of rounded values miss the limit by some 1e-17.
  for (const double drop : {0.25, 0.2499}) {
    const auto fall = [&](int) { return -drop; };
    for (const auto limit : {&MetricRule::limit, &MetricRule::ip_limit, &MetricRule::story_limit}) {
      MetricRule rule{.role = GateRole::watch};
      rule.*limit = 0.25;
      EXPECT_EQ(shifted(fall, gate(rule), 3).fails, drop == 0.25);
    }
  }
  // The mean of drops of 0.1 is 0.1 less a rounding error.
  EXPECT_TRUE(
      shifted([](int) { return -0.1; }, gate({.role = GateRole::watch, .limit = 0.1}), 3).fails);
}

TEST(GateRules, ALostStoryIsCaughtByTheLimitForOneStoryWhereTheIpIsNot) {
  const auto lost = [](int story) { return story == 6 ? -0.3 : 0.002; };
  const auto metric =
      shifted(lost, gate({.role = GateRole::headline, .ip_limit = 0.25, .story_limit = 0.28}));
  EXPECT_TRUE(metric.fails);
  EXPECT_EQ(metric.reason,
            "story ip03/0 is worse by 0.3000, which reaches the limit 0.28 for one story");
  EXPECT_FALSE(shifted(lost, gate({.role = GateRole::headline, .story_limit = 0.31})).fails);
}

/// `world()` with a second metric, and the same with that one lower in every story.
struct Watched {
  SyntheticResult base = world(), candidate = world();
  Watched() {
    base.metrics = candidate.metrics = {"clip_i", "frozen_like"};
    candidate.value = [](int metric, int story) {
      return wobble(story) - (metric == 1 ? 0.3 : 0.0);
    };
  }
  [[nodiscard]] Comparison compared(const Gate& rules) const {
    return compare(result(base.document()), result(candidate.document()), rules);
  }
};

TEST(GateRules, AMetricWatchedWithFailDecidesByItsTestAndOneWithWarnIsNamed) {
  const Watched documents;
  Gate rules = gate();
  rules.metrics["frozen_like"] = {.role = GateRole::watch, .watch = WatchAction::fail};
  const auto failing = documents.compared(rules);
  EXPECT_THAT(failing.failing(), ElementsAre("frozen_like"));
  EXPECT_EQ(failing.tested, 1) << "no part of the family of the headline metrics";
  EXPECT_EQ(failing.watched_tested, 1);
  rules.metrics["frozen_like"].watch = WatchAction::warn;
  const auto warning = documents.compared(rules);
  EXPECT_FALSE(warning.regressed());
  EXPECT_TRUE(warning.metrics.at(1).warns);
  EXPECT_EQ(warning.watched_tested, 0);
  // What the gate says of others goes for metrics that it doesn't list.
  rules.metrics.erase("frozen_like");
  EXPECT_FALSE(documents.compared(rules).regressed());
  rules.watch = WatchAction::fail;
  EXPECT_TRUE(documents.compared(rules).regressed());
}

TEST(GateRules, WatchedMetricsThatDecideAreAFamilyOfTheirOwn) {
  auto base = world();
  base.metrics = {"clip_i", "a", "b"};
  auto candidate = base;
  candidate.value = [](int metric, int story) {
    return wobble(story) - (metric == 1 ? 0.03 : 0.0) +
           (metric == 2 ? 0.004 * (story / 2 % 2 == 0 ? 1 : -1) : 0.0);
  };
  Gate rules = gate();
  rules.metrics["a"] = rules.metrics["b"] = {.role = GateRole::watch, .watch = WatchAction::fail};
  const auto two = compare(result(base.document()), result(candidate.document()), rules);
  EXPECT_EQ(*two.metrics.at(1).p_worse, 2.0 / 256.0) << "Holm over two";
  rules.metrics["b"].watch = WatchAction::warn;
  const auto one = compare(result(base.document()), result(candidate.document()), rules);
  EXPECT_EQ(*one.metrics.at(1).p_worse, 1.0 / 256.0);
}

TEST(GateRules, RefusesAGateThatNamesMetricsWithoutAValueUnlessTheyAreOptional) {
  Gate rules = gate();
  rules.metrics["frozen_rat"] = {.role = GateRole::watch};
  rules.metrics["fvd"] = {.role = GateRole::watch};
  const Json document = with_fvd(world().document(), nullptr);
  EXPECT_THAT(
      refusal(document, document, {}, rules),
      AllOf(HasSubstr("gate test names metrics that base.json and candidate.json don't have"),
            HasSubstr("\n  frozen_rat: in neither document"),
            HasSubstr("\n  fvd: no value in either document"),
            HasSubstr("Scored were: clip_i, fvd."), HasSubstr("\"optional\": true")));
  EXPECT_THAT(refusal(document, document, {.allow = {"metrics"}}, rules), HasSubstr("frozen_rat"));
  rules.metrics["frozen_rat"].optional = true;
  EXPECT_THAT(refusal(document, document, {}, rules), HasSubstr("fvd: no value"));
  rules.metrics["fvd"].optional = true;
  EXPECT_THAT(compare(result(document), result(document), rules).absent,
              ElementsAre("frozen_rat", "fvd"));
}

TEST(GateRules, AnOptionalMetricMayBeMissingFromTheBaseButNotFromTheCandidateAlone) {
  auto more = world();
  more.metrics = {"clip_i", "dino_i"};
  Gate rules = gate();
  rules.metrics["dino_i"] = {.role = GateRole::headline, .optional = true};
  EXPECT_THAT(refusal(more.document(), world().document(), {}, rules),
              HasSubstr("metrics (dino_i): scored | (missing)"));
  const auto made = compare(result(world().document()), result(more.document()), rules);
  EXPECT_EQ(made.metrics.size(), 1U);
  EXPECT_EQ(made.tested, 1) << "Holm's family holds what was compared";
  EXPECT_THAT(made.candidate_only, ElementsAre("dino_i"));
  EXPECT_THAT(
      made.warnings,
      ElementsAre(HasSubstr("only the candidate has values of it: dino_i; score the base")));
}

TEST(GateRules, AMetricThatTheGateDoesNotListMayBeInEitherDocumentOnly) {
  auto more = world();
  more.metrics = {"clip_i", "dino_i"};
  const auto made = compare(result(more.document()), result(world().document()), gate());
  EXPECT_THAT(made.base_only, ElementsAre("dino_i"));
  EXPECT_THAT(made.warnings, ::testing::IsEmpty());
  Gate rules = gate();
  rules.watch_others = false;
  EXPECT_THAT(compare(result(more.document()), result(world().document()), rules).base_only,
              ::testing::IsEmpty())
      << "an ignored metric is of no interest";
}

/// A metric described with this range, watched without a tolerance, that drops by `drop` in every
/// story.
MetricComparison watched_drop(double drop, const Json& range, const Gate& rules) {
  auto base = world();
  Json description = testing::metric_description("Other", "controls", "control");
  if (!range.is_null()) description["range"] = range;
  base.metrics = {"clip_i", "other"};
  base.descriptions["other"] = description;
  auto candidate = base;
  candidate.value = [drop](int metric, int story) {
    return wobble(story) - (metric == 1 ? drop : 0.0);
  };
  return compare(result(base.document()), result(candidate.document()), rules).metrics.at(1);
}

TEST(GateRules, AWatchedMetricWithoutAToleranceHasAThousandthOfItsRange) {
  EXPECT_FALSE(watched_drop(0.0009, {0, 1}, gate()).warns) << "as sure as can be, and invisible";
  EXPECT_TRUE(watched_drop(0.0011, {0, 1}, gate()).warns);
  EXPECT_FALSE(watched_drop(0.0019, {-1, 1}, gate()).warns);
  EXPECT_TRUE(watched_drop(0.0021, {-1, 1}, gate()).warns);
  // Without an end, of the base's mean, here about a half.
  EXPECT_DOUBLE_EQ(watched_drop(0.0, {0, nullptr}, gate()).rule.tolerance,
                   0.001 * *watched_drop(0.0, {0, nullptr}, gate()).base);
  Gate rules = gate();
  rules.metrics["other"] = {.role = GateRole::watch, .tolerance_unstated = true, .limit = 0.0005};
  EXPECT_EQ(watched_drop(0.0, {0, 1}, rules).rule.tolerance, 0.0005) << "never above a limit";
  rules.metrics["other"] = {.role = GateRole::watch, .tolerance = 0.0};
  EXPECT_TRUE(watched_drop(0.0001, {0, 1}, rules).warns) << "0 where the gate says so";
}

TEST(GateRules, ATolerancesShareOfTheSpreadFitsTheEncodersScale) {
  // The spread of world()'s stories, by the textbook.
  double sum = 0.0;
  double squares = 0.0;
  for (int story = 0; story < 16; ++story) {
    sum += wobble(story);
    squares += wobble(story) * wobble(story);
  }
  const double spread = std::sqrt((squares - sum * sum / 16.0) / 15.0);
  const auto dropped = [&](double drop, const MetricRule& rule) {
    return shifted([drop](int) { return -drop; }, gate(rule));
  };
  MetricRule rule{.role = GateRole::headline, .tolerance = 0.0001, .tolerance_spread = 0.05};
  EXPECT_NEAR(dropped(0.0, rule).rule.tolerance, 0.05 * spread, 1e-12);
  EXPECT_FALSE(dropped(0.04 * spread, rule).fails);
  EXPECT_TRUE(dropped(0.06 * spread, rule).fails);
  rule.limit = 0.01 * spread;
  EXPECT_DOUBLE_EQ(dropped(0.0, rule).rule.tolerance, 0.01 * spread) << "never above a limit";
  EXPECT_EQ(dropped(0.0, {.role = GateRole::headline, .tolerance = 0.2, .tolerance_spread = 0.05})
                .rule.tolerance,
            0.2)
      << "the larger of the two";
}

/// `world()` under a policy, where these shots (story, index) are missing.
Json with_missing(const std::vector<std::pair<std::size_t, std::size_t>>& shots,
                  const char* policy) {
  Json document = world().document();
  document["coverage"]["policy"] = policy;
  document["coverage"]["scored_shots"] = 64 - static_cast<int>(shots.size());
  for (const auto& [story, shot] : shots) {
    document["stories"][story]["shots"][shot].erase("sha256");
    document["stories"][story]["shots"][shot]["frames"] = Json::array();
  }
  return document;
}

TEST(GateRules, UnderZeroMissingShotsAreFailuresNotADifference) {
  const auto compared = [](const Json& base, const Json& candidate, const Gate& rules) {
    return compare(result(base), result(candidate), rules);
  };
  const Json one = with_missing({{3, 1}}, "zero");
  const Json three = with_missing({{3, 1}, {4, 0}, {9, 2}}, "zero");
  const auto worse = compared(one, three, gate());
  EXPECT_TRUE(worse.regressed());
  EXPECT_THAT(worse.failing(), ElementsAre("missing shots"));
  EXPECT_EQ(worse.missing.more(), 2);
  EXPECT_THAT(worse.missing.added, ElementsAre("ip02/0 shot 1", "ip04/1 shot 3"));
  EXPECT_FALSE(compared(three, one, gate()).regressed());
  EXPECT_FALSE(compared(one, with_missing({{5, 1}}, "zero"), gate()).regressed());
  Gate rules = gate();
  rules.missing.limit = 3;
  EXPECT_FALSE(compared(one, three, rules).missing.fails);
  rules.missing = {.watch = WatchAction::warn, .limit = 1};
  EXPECT_FALSE(compared(one, three, rules).regressed());
  EXPECT_TRUE(compared(one, three, rules).missing.warns);
  // Left out of the means they stay a difference, and by --allow a warning.
  const Json left_out = with_missing({{4, 0}}, "exclude");
  const Json whole = with_missing({}, "exclude");
  EXPECT_THAT(refusal(whole, left_out), HasSubstr("--allow coverage"));
  const auto allowed = compare(result(whole), result(left_out), gate(), {.allow = {"coverage"}});
  EXPECT_TRUE(allowed.missing.warns);
  EXPECT_FALSE(allowed.regressed());
}

TEST(Gate, BuiltInOnesAreRead) {
  EXPECT_EQ(load_gate("default").alpha, 0.05);
  EXPECT_EQ(load_gate("demo").rule_of("clip_i")->role, GateRole::headline);
  EXPECT_EQ(load_gate("default").rule_of("something else")->role, GateRole::watch);
  for (const char* metric : {"frozen_rate", "reference_copy", "duplicate_pairs"})
    EXPECT_EQ(load_gate("default").rule_of(metric)->watch, WatchAction::fail);
  EXPECT_EQ(load_gate("default").missing.watch, WatchAction::fail);
}

TEST(Gate, WhatItDoesNotSayHasDefaults) {
  Json json = parse_json(gate_text("default"), "default");
  json.erase("watch");
  json.erase("missing");
  json.erase("clips");
  json["metrics"]["frozen_rate"].erase("watch");
  Gate rules = gate_from_json(json, "g.json");
  EXPECT_EQ(rules.rule_of("frozen_rate")->watch, WatchAction::warn);
  EXPECT_EQ(rules.missing.watch, WatchAction::fail);
  EXPECT_EQ(rules.missing.limit, 1);
  EXPECT_FALSE(rules.rule_of("clip_i")->optional);
  EXPECT_TRUE(rules.rule_of("cross_shot_clip")->tolerance_unstated);
  EXPECT_FALSE(rules.rule_of("frozen_rate")->tolerance_unstated);
  EXPECT_FALSE(rules.clips.has_value()) << "a gate of before clips had rules only tells of them";
  json["clips"] = {{"shorter", 0.2}};
  json["watch"] = "fail";
  json["missing"] = {{"limit", 4}};
  json["metrics"]["clip_i"]["optional"] = true;
  rules = gate_from_json(json, "g.json");
  EXPECT_EQ(rules.rule_of("frozen_rate")->watch, WatchAction::fail);
  EXPECT_EQ(rules.missing.limit, 4);
  EXPECT_EQ(rules.clips->shorter, 0.2);
  EXPECT_FALSE(rules.clips->smaller.has_value());
  EXPECT_EQ(rules.clips->watch, WatchAction::fail);
  EXPECT_EQ(rules.clips->limit, 1);
  EXPECT_TRUE(rules.rule_of("clip_i")->optional);
}

TEST(Gate, RefusesWhatCouldNotAct) {
  EXPECT_THROW(static_cast<void>(load_gate("nothing-of-the-kind")), UsageError);
  Json json = {
      {"schema", "asbench/gate@1"},
      {"name", "g"},
      {"alpha", 0.05},
      {"sides", "one"},
      {"seed", 0},
      {"bootstrap", {{"replicates", 1000}, {"tails", "expanded"}}},
      {"sign_flips", 1000},
      {"unpaired_stories", 0},
      {"others", "watch"},
      {"metrics", {{"clip_i", {{"role", "headline"}, {"tolerance", 0.1}, {"limit", 0.2}}}}}};
  EXPECT_EQ(gate_from_json(json, "g.json").rule_of("clip_i")->limit, 0.2);
  json["metrics"]["clip_i"]["limit"] = 0.05;
  EXPECT_THROW(static_cast<void>(gate_from_json(json, "g.json")), BadInput);
  json["metrics"]["clip_i"]["limit"] = "much";
  EXPECT_THROW(static_cast<void>(gate_from_json(json, "g.json")), BadInput);
  json["metrics"]["clip_i"]["limit"] = 0.2;
  json["metrics"]["clip_i"]["story_limit"] = 0.05;
  EXPECT_THROW(static_cast<void>(gate_from_json(json, "g.json")), BadInput);
  json["metrics"]["clip_i"].erase("story_limit");
  json["metrics"]["clip_i"]["watch"] = "fail";
  EXPECT_THROW(static_cast<void>(gate_from_json(json, "g.json")), BadInput)
      << "a headline metric decides anyway";
  json["metrics"]["clip_i"].erase("watch");
  EXPECT_NO_THROW(static_cast<void>(gate_from_json(json, "g.json")));
  for (const Json& clips : {Json{{"limit", 2}}, Json{{"shorter", 1.0}}, Json{{"longer", 0.1}},
                            Json{{"smaller", 0.1}, {"limit", 0}}}) {
    json["clips"] = clips;
    EXPECT_THROW(static_cast<void>(gate_from_json(json, "g.json")), BadInput) << clips.dump();
  }
  json.erase("clips");
  json["alpha"] = 0;
  EXPECT_THROW(static_cast<void>(gate_from_json(json, "g.json")), BadInput);
}

}  // namespace
}  // namespace asbench::reports
