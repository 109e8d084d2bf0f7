// What may be compared, what is refused, and what `--allow` lets pass.
#include "reports/comparison/comparability.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/error.h"
#include "tests/reports/compare_worlds.h"

namespace asbench::reports {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Comparability, RefusesOtherSignaturesByTheNameOfTheField) {
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

TEST(Comparability, RefusesAnotherSplitOtherCoverageOtherReferencesOtherMetrics) {
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

TEST(Comparability, AsManyShotsAreNotTheSameShots) {
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

TEST(Comparability, AllowLetsOneNamedDifferencePassAndMarksTheOutput) {
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

TEST(Comparability, RefusesStoriesOfOneSideUnlessTheGateAllowsSoMany) {
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

TEST(Comparability, AStoryWithoutAValueOnOneSideCountsAsUnpaired) {
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

TEST(Comparability, WarnsOfMeansOfFewerStories) {
  const Json base = world().document();
  EXPECT_THAT(compare(result(base), result(base), gate()).warnings, IsEmpty());
  Json part = base;
  part["metrics"]["clip_i"]["n_stories"] = 14;
  part["metrics"]["clip_i"]["of_stories"] = 16;
  EXPECT_THAT(
      compare(result(base), result(part, "part.json"), gate()).warnings,
      ElementsAre("mean of fewer stories: clip_i of synthetic (part.json): 14 of 16 stories"));
}

TEST(Comparability, RefusesReportedResults) {
  auto published = world();
  published.kind = "reported";
  EXPECT_THAT(refusal(published.document(), world().document()),
              AllOf(HasSubstr("base.json"), HasSubstr("published")));
  EXPECT_THAT(refusal(world().document(), published.document()), HasSubstr("candidate.json"));
}

TEST(Comparability, RefusesWhenTheGateHasNothingToDecideBy) {
  const Gate rules = gate({.role = GateRole::watch});
  EXPECT_THAT(refusal(world().document(), world().document(), {}, rules),
              HasSubstr("nothing to decide by"));
}

TEST(Comparability, RefusesOneStoryOfTwoIps) {
  Json other = world().document();
  other["stories"][0]["ip"] = "elsewhere";
  EXPECT_THAT(refusal(world().document(), other), HasSubstr("story ip00/0 belongs to IP ip00"));
}

TEST(Comparability, RefusesADirectionThatChanged) {
  Json other = world().document();
  other["metrics"]["clip_i"]["direction"] = "lower";
  EXPECT_THAT(refusal(world().document(), other),
              HasSubstr("clip_i: its preferred direction is higher in one document"));
}

TEST(Comparability, ValuesTooLargeForSumsAreBadInput) {
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

TEST(Comparability, WarnsOfAnotherDecoder) {
  Json other = world().document();
  other["provenance"]["decoder"] = "avcodec 60";
  EXPECT_THAT(compare(result(world().document()), result(other), gate()).warnings,
              ElementsAre(HasSubstr("different decoder: none | avcodec 60")));
}

TEST(Comparability, WarnsOfAnotherConfigurationOfAnEncoder) {
  Json base = world().document();
  base["provenance"]["weights"]["clip"] = {{"id", "a/clip"}, {"config_sha256", "11112222aa"}};
  Json other = base;
  EXPECT_THAT(compare(result(base), result(other), gate()).warnings, IsEmpty());
  other["provenance"]["weights"]["clip"]["config_sha256"] = "33334444bb";
  EXPECT_THAT(compare(result(base), result(other), gate()).warnings,
              ElementsAre(AllOf(HasSubstr("different config.json of the clip encoder"),
                                HasSubstr("11112222 | 33334444"))));
}

}  // namespace
}  // namespace asbench::reports
