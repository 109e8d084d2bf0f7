#include "evaluation/overrides.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config_files.h"
#include "core/error.h"
#include "core/json.h"
#include "metrics/registry.h"
#include "tests/support/temporary_folder.h"

namespace asbench::evaluation {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

using Ids = std::vector<std::string>;

Protocol published() {
  return load_protocol("animeshooter-v1");
}

/// The published metrics, then those named.
Ids published_and(const Ids& more) {
  Ids ids = published().metrics;
  ids.insert(ids.end(), more.begin(), more.end());
  return ids;
}

/// The metrics of sets of clips, as the registry orders them.
Ids set_metric_ids() {
  Ids ids;
  for (const auto& metric : metrics::built_in_metrics().all()) {
    if (metric.set_level()) ids.emplace_back(metric.id);
  }
  return ids;
}

std::string refusal(const Overrides& overrides) {
  try {
    (void)apply(published(), overrides);
  } catch (const UsageError& error) {
    return error.what();
  }
  ADD_FAILURE() << "was accepted";
  return {};
}

TEST(Overrides, NothingAskedForIsTheProtocolItself) {
  const Protocol used = apply(published(), {});
  EXPECT_EQ(protocol_settings(used), protocol_settings(published()));
  EXPECT_EQ(used.name, "animeshooter-v1");
  EXPECT_THAT(protocol_overrides(published(), used), SizeIs(0));
}

TEST(Overrides, EachSettingReplacesThatOfTheProtocolAndNoOther) {
  const struct {
    Overrides overrides;
    const char* key;
    Json value;
  } cases[] = {
      {{.missing = "zero"}, "missing", "zero"},
      {{.missing = "exclude"}, "missing", "exclude"},
      {{.frames = "ends:3"}, "frames", "ends:3"},
      {{.frames = "all"}, "frames", "all"},
      {{.background = "white"}, "background", "white"},
      {{.fvd_variant = "cmv"}, "fvd_variant", "cmv"},
      {{.encoders = {"dino=facebook/dinov2-base"}},
       "encoders",
       {{"clip", "openai/clip-vit-base-patch32"}, {"dino", "facebook/dinov2-base"}}},
      {{.preprocess = {"dino=dino-eval"}}, "preprocess", {{"dino", "dino-eval"}}},
      {{.metrics = {"motion"}}, "metrics", {"motion"}},
  };
  for (const auto& test : cases) {
    Json expected = protocol_settings(published());
    expected[test.key] = test.value;
    EXPECT_EQ(protocol_settings(apply(published(), test.overrides)), expected) << test.key;
  }
}

TEST(Overrides, TheDefaultsStayAsTheyWere) {
  const Protocol defaults = published();
  const Protocol used = apply(defaults, {.metrics = {"motion"}, .missing = "zero"});
  EXPECT_EQ(protocol_settings(defaults), protocol_settings(published()));
  EXPECT_THAT(protocol_overrides(defaults, used),
              ElementsAre("missing=\"zero\" (animeshooter-v1: \"fail\")"));
}

TEST(Overrides, SeveralRolesAreSetAndTheLastValueOfARoleCounts) {
  const Protocol used =
      apply(published(), {.encoders = {"clip=first", "video=net.pt", "clip=a/b=c"},
                          .preprocess = {"clip=hf", "video=cmv", "video=stylegan-v"}});
  EXPECT_THAT(used.encoders,
              UnorderedElementsAre(Pair("clip", "a/b=c"), Pair("dino", "facebook/dino-vitb16"),
                                   Pair("video", "net.pt")));
  EXPECT_THAT(used.preprocess,
              UnorderedElementsAre(Pair("clip", "hf"), Pair("video", "stylegan-v")));
}

TEST(Overrides, ChosenMetricsRunInTheOrderGivenEachOnce) {
  EXPECT_THAT(
      apply(published(), {.metrics = {"motion", "clip_i", "motion", "fvd", "clip_i"}}).metrics,
      ElementsAre("motion", "clip_i", "fvd"));
}

TEST(Overrides, AVideoEncoderAddsTheMetricsOfSetsOfClips) {
  ASSERT_THAT(set_metric_ids(), ::testing::Contains("fvd"));
  EXPECT_EQ(apply(published(), {.encoders = {"video=net.pt"}}).metrics,
            published_and(set_metric_ids()));
}

TEST(Overrides, AVideoEncoderOfTheProtocolAddsThemTooAndNoneTwice) {
  Protocol defaults = published();
  defaults.encoders["video"] = "net.pt";
  EXPECT_EQ(apply(defaults, {}).metrics, published_and(set_metric_ids()));

  defaults.metrics = {"fvd", "motion"};
  Ids expected = defaults.metrics;
  for (const auto& id : set_metric_ids()) {
    if (id != "fvd") expected.push_back(id);
  }
  EXPECT_EQ(apply(defaults, {}).metrics, expected);
}

TEST(Overrides, ATrainingSetAddsTheCopyRate) {
  EXPECT_EQ(apply(published(), {.training_set = true}).metrics, published_and({"copy_rate"}));
  Protocol defaults = published();
  defaults.metrics = {"copy_rate", "motion"};
  EXPECT_THAT(apply(defaults, {.training_set = true}).metrics, ElementsAre("copy_rate", "motion"));
}

TEST(Overrides, ATrainingSetAddsNothingToAProtocolThatSearchesItUnderItsOwnRole) {
  Protocol defaults = published();
  const Json entry = {{"id", "copies"}, {"measure", "copy_rate"}, {"role", "third"}};
  defaults.catalogue = defaults.catalogue.with(Json{{"metrics", Json::array({entry})}}, "a test");
  defaults.metrics = {"motion", "copies"};
  EXPECT_THAT(apply(defaults, {.training_set = true}).metrics, ElementsAre("motion", "copies"));
}

TEST(Overrides, AMetricListedTwiceInAProtocolFileIsRefused) {
  const testing::TemporaryFolder folder;
  Json json = parse_json(config_file("protocols/animeshooter-v1.json").value(), "animeshooter-v1");
  json["metrics"].push_back("clip_i");
  write_json_file(folder / "twice.json", json);
  try {
    (void)load_protocol((folder / "twice.json").string());
    FAIL() << "was accepted";
  } catch (const BadInput& error) {
    EXPECT_THAT(error.what(), HasSubstr("'clip_i' is listed twice"));
  }
}

TEST(Overrides, AVideoEncoderAndATrainingSetAddBothSetsOfClipsFirst) {
  Ids added = set_metric_ids();
  added.emplace_back("copy_rate");
  EXPECT_EQ(apply(published(), {.encoders = {"video=net.pt"}, .training_set = true}).metrics,
            published_and(added));
}

TEST(Overrides, AnInterpolationNetworkAddsWhatItsPredictionsAreComparedBy) {
  const std::vector<std::string> network = {"interpolation=amt-s.torchscript"};
  EXPECT_EQ(apply(published(), {.encoders = network}).metrics,
            published_and({"vbench_smoothness"}));
  Protocol vbench = load_protocol("vbench");
  EXPECT_THAT(apply(vbench, {}).metrics, ::testing::Not(Contains("vbench_smoothness")));
  EXPECT_THAT(apply(vbench, {.encoders = network}).metrics, Contains("vbench_smoothness"));
  EXPECT_THAT(apply(vbench, {.metrics = {"motion"}, .encoders = network}).metrics,
              ElementsAre("motion"));
}

TEST(Overrides, ChosenMetricsAreTakenAsTheyAreWhateverElseIsSupplied) {
  EXPECT_THAT(apply(published(),
                    {.metrics = {"motion"}, .encoders = {"video=net.pt"}, .training_set = true})
                  .metrics,
              ElementsAre("motion"));
}

TEST(Overrides, AMetricThatOnlyTheProtocolDeclaresMayBeChosen) {
  Protocol defaults = published();
  const Json entry = {{"id", "declared_here"}, {"measure", "cross_shot"}, {"role", "third"}};
  defaults.catalogue = defaults.catalogue.with(Json{{"metrics", Json::array({entry})}}, "a test");
  defaults.metrics.emplace_back("declared_here");
  EXPECT_THAT(apply(defaults, {.metrics = {"declared_here"}}).metrics,
              ElementsAre("declared_here"));
}

TEST(Overrides, AnUnknownMetricIsRefusedWithTheKnownOnes) {
  EXPECT_THAT(refusal({.metrics = {"motion", "nope"}}),
              AllOf(HasSubstr("--metrics nope: unknown metric"), HasSubstr("clip_i, "),
                    HasSubstr("copy_rate"), HasSubstr("fvd"), HasSubstr("asbench metrics list")));
  EXPECT_THAT(refusal({.metrics = {""}}), HasSubstr("--metrics : unknown metric"));
}

TEST(Overrides, AMetricThatIsNotComputedIsRefusedWithItsReason) {
  EXPECT_THAT(refusal({.metrics = {"vbench_dynamic"}}),
              AllOf(HasSubstr("--metrics vbench_dynamic: "), HasSubstr("RAFT")));
}

TEST(Overrides, AnythingButRoleAndValueIsRefused) {
  for (const char* text : {"clip", "=id", "clip=", "="}) {
    EXPECT_THAT(refusal({.encoders = {text}}),
                HasSubstr(std::string("--encoder ") + text +
                          ": expected ROLE=VALUE, for example clip=openai/clip-vit-base-patch32"));
    EXPECT_THAT(refusal({.preprocess = {text}}),
                HasSubstr(std::string("--preprocess ") + text +
                          ": expected ROLE=VALUE, for example clip=hf"));
  }
}

TEST(Overrides, UnknownValuesAreRefusedWithTheOptionAndTheKnownOnes) {
  EXPECT_THAT(refusal({.missing = "skip"}),
              AllOf(HasSubstr("--missing skip"), HasSubstr("fail, zero or exclude")));
  EXPECT_THAT(refusal({.frames = "middle"}),
              AllOf(HasSubstr("--frames"), HasSubstr("middle"), HasSubstr("midpoint:K")));
  EXPECT_THAT(refusal({.frames = "midpoint:0"}), HasSubstr("--frames"));
  EXPECT_THAT(refusal({.background = "grey"}),
              AllOf(HasSubstr("--background grey"), HasSubstr("black, white, gray, mean, keep")));
  EXPECT_THAT(refusal({.fvd_variant = "i3d"}),
              AllOf(HasSubstr("--fvd-variant i3d"), HasSubstr("stylegan-v")));
}

}  // namespace
}  // namespace asbench::evaluation
