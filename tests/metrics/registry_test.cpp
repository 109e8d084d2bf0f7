#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "core/config_files.h"
#include "core/error.h"
#include "core/json.h"
#include "metrics/catalogue.h"
#include "metrics/registry.h"
#include "metrics/set/frechet_parts.h"
#include "metrics/set/set_metrics.h"
#include "tests/support/paths.h"

namespace asbench::metrics {
namespace {

TEST(Registry, HoldsTheMetricsOfTheFirstReleaseOnceEach) {
  std::set<std::string_view> ids;
  for (const Metric& metric : built_in_metrics().all()) {
    EXPECT_TRUE(ids.insert(metric.id).second) << metric.id << " twice";
  }
  for (const char* id : {"clip_i",
                         "dino_i",
                         "clip_t",
                         "cross_shot_clip",
                         "cross_shot_dino",
                         "motion",
                         "frozen_rate",
                         "reference_copy",
                         "duplicate_pairs",
                         "faithful_consistency",
                         "clip_t_margin",
                         "within_shot",
                         "copy_paste",
                         "identity_top1",
                         "identity_mrr",
                         "identity_margin",
                         "copy_rate",
                         "sharpness",
                         "flicker",
                         "repeated_frames",
                         "effective_fps",
                         "letterbox",
                         "fvd",
                         "kvd",
                         "jedi",
                         "precision",
                         "recall",
                         "density",
                         "coverage"}) {
    EXPECT_TRUE(ids.contains(id)) << id;
  }
}

TEST(Registry, SaysEverythingAboutEveryMetric) {
  for (const Metric& metric : built_in_metrics().all()) {
    EXPECT_FALSE(metric.title.empty() || metric.definition.empty() || metric.source.empty() ||
                 metric.aggregation.empty())
        << metric.id;
    EXPECT_TRUE(metric.unit == "shots" || metric.unit == "shot pairs" || metric.unit == "clips")
        << metric.id;
    EXPECT_LT(metric.range_low, metric.range_high) << metric.id;
    EXPECT_EQ(metric.measure_story == nullptr, metric.set_level()) << metric.id;
    EXPECT_FALSE(metric.needs.all().empty()) << metric.id;
    EXPECT_EQ(metric.definition.find("{roles}"), std::string::npos) << metric.id;
    EXPECT_FALSE(metric.family.empty()) << metric.id;
    if (metric.kind == Kind::headline) {
      EXPECT_NE(metric.direction, Direction::none) << metric.id;
    }
  }
}

TEST(Registry, AnUnknownNameIsAnsweredWithTheKnownOnes) {
  EXPECT_EQ(built_in_metrics().find("clip_x"), nullptr);
  try {
    (void)built_in_metrics().require("clip_x");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what())
                  .find("Unknown metric 'clip_x'. Did you mean clip_i? Metrics: clip_i, dino_i"),
              std::string::npos);
  }
}

TEST(Registry, APublishedMetricThatIsNotComputedIsRefusedWithItsReason) {
  const auto refusal = [](std::string_view id) {
    try {
      (void)built_in_metrics().require(id);
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string("was accepted");
  };
  EXPECT_EQ(refusal("vbench_dynamic"),
            "vbench_dynamic: VBench's dynamic degree needs the optical-flow network RAFT, which is "
            "not computed here.\n  Leave it out.");
  EXPECT_NE(refusal("vbench_overall").find("ViCLIP"), std::string::npos);
  EXPECT_NE(refusal("vbench_overall").find("Take vbench_clip_score instead."), std::string::npos);
  EXPECT_NE(built_in_metrics().find("vbench_clip_score"), nullptr);
  EXPECT_FALSE(built_in_metrics().why_not("clip_x"));
  for (const char* id : {"vbench_dynamic", "vbench_overall"})
    EXPECT_EQ(built_in_metrics().find(id), nullptr) << "refused, and yet there: " << id;
}

TEST(Registry, NeedsOfSeveralMetricsAreTheirUnion) {
  const std::vector<std::string> ids{"dino_i", "duplicate_pairs"};
  const Needs needs = built_in_metrics().needs_of(ids);
  EXPECT_TRUE(needs.has("dino", Modality::frames) && needs.has("dino", Modality::references));
  EXPECT_TRUE(needs.has(kPixels, Modality::frames));
  EXPECT_FALSE(needs.has(kPixels, Modality::references));
  EXPECT_EQ(needs.roles(), std::vector<std::string>{"dino"});
  EXPECT_FALSE(needs.has(Modality::caption) || needs.has(Modality::mirrored_references));
}

TEST(Registry, SignaturesNameEverythingThatChangesTheNumber) {
  MetricSettings settings;
  settings.missing = MissingPolicy::zero;
  settings.references = ReferencePooling::max;
  using Fields = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(signature_fields(built_in_metrics().require("clip_i"), settings),
            (Fields{{"refs", "max"}, {"agg", "frame>shot>story>system"}, {"missing", "zero"}}));
  EXPECT_EQ(signature_fields(built_in_metrics().require("reference_copy"), settings),
            (Fields{{"agg", "frame>shot>story>system"},
                    {"missing", "zero"},
                    {"copy_cells_below", "0.03"},
                    {"copy_cosine_from", "0.95"}}));
}

TEST(Registry, SignaturesStateConstantsToo) {
  const auto fields = signature_fields(built_in_metrics().require("copy_rate"), {});
  EXPECT_EQ(fields.back(), (std::pair<std::string, std::string>("copy_share", "0.5:50")));
}

TEST(Registry, DefinitionsStateTheThresholdsOfTheSettings) {
  for (const Metric& metric : built_in_metrics().all()) {
    for (const auto& threshold : metric.thresholds) {
      EXPECT_NE(metric.definition.find("{" + std::string(threshold.name) + "}"), std::string::npos)
          << metric.id << " does not say " << threshold.name;
    }
    EXPECT_EQ(definition_under(metric, {}).find('{'), std::string::npos) << metric.id;
  }
  MetricSettings settings;
  settings.frozen_below = 0.25;
  settings.copy_paste_temperature = 0.5;
  EXPECT_NE(definition_under(built_in_metrics().require("frozen_rate"), settings)
                .find("is below 0.25 (frozen_below)"),
            std::string::npos);
  EXPECT_NE(definition_under(built_in_metrics().require("copy_paste"), settings).find(" / 0.5)"),
            std::string::npos);
}

TEST(Registry, ASetMeasureListsTheCountsThenItsOwnParts) {
  const Metric& fvd = built_in_metrics().require("fvd");
  std::vector<std::string_view> parts{kRealCount, kGeneratedCount};
  for (const std::string_view part : frechet_part_names()) parts.push_back(part);
  EXPECT_EQ(fvd.parts, parts);
  EXPECT_TRUE(fvd.uses_ddof && fvd.set_parts != nullptr && !fvd.uses_neighbours);
  const Metric& coverage = built_in_metrics().require("coverage");
  EXPECT_TRUE(coverage.uses_neighbours && coverage.set_parts == nullptr && !coverage.uses_ddof);
}

TEST(Registry, NamesOfPoliciesRoundTripAndOthersAreRefused) {
  for (const char* name : {"fail", "zero", "exclude"}) {
    EXPECT_EQ(to_string(parse_missing_policy(name)), name);
  }
  for (const char* name : {"mean", "max"}) {
    EXPECT_EQ(to_string(parse_reference_pooling(name)), name);
  }
  EXPECT_THROW((void)parse_missing_policy("Zero"), UsageError);
  EXPECT_THROW((void)parse_reference_pooling("median"), UsageError);
}

TEST(Docs, HaveOneRowAMetricThatSaysWhatTheRegistrySays) {
  const std::string docs =
      read_text_file((asbench::testing::source_folder() / "docs/metrics.md").string());
  std::string rows;
  for (const Metric& metric : built_in_metrics().all()) rows += markdown_row(metric);
  EXPECT_NE(docs.find(rows), std::string::npos)
      << "docs/metrics.md must hold the rows of `asbench metrics list --markdown`:\n"
      << rows;
}

Json list_of(const char* metrics) {
  return parse_json(std::string("{\"metrics\": ") + metrics + "}", "a list");
}

TEST(Catalogue, AMetricOfAnotherRoleIsOneLine) {
  const Catalogue more = built_in_metrics().with(
      list_of(R"([{"id": "siglip_i", "measure": "reference_adherence", "role": "siglip"}])"), "p");
  const Metric& metric = more.require("siglip_i");
  EXPECT_EQ(metric.title, "Reference adherence under SIGLIP");
  EXPECT_EQ(metric.kind, Kind::headline);
  EXPECT_TRUE(metric.leaderboard && metric.has_harmeanp && metric.has_real_ceiling);
  EXPECT_EQ(metric.needs.roles(), std::vector<std::string>{"siglip"});
  EXPECT_EQ(built_in_metrics().find("siglip_i"), nullptr);
  EXPECT_EQ(more.all().size(), built_in_metrics().all().size() + 1);
  EXPECT_FALSE(more.all()[more.all().size() - 8].set_level());
  EXPECT_TRUE(more.all().back().set_level());
}

TEST(Catalogue, ConsistencyUnderAnotherRoleHasTheSameControls) {
  const Catalogue more = built_in_metrics().with(
      list_of(R"([{"id": "x", "measure": "cross_shot", "role": "third"}])"), "p");
  EXPECT_EQ(more.require("x").controls, built_in_metrics().require("cross_shot_clip").controls);
  EXPECT_EQ(more.require("x").controls.size(), 4U);
}

TEST(Catalogue, ReferenceAdherenceUnderAnyRoleNeedsThatTheReferenceIsNotCopied) {
  const std::vector<std::string> expected = {"reference_copy"};
  for (const char* id : {"clip_i", "dino_i"})
    EXPECT_EQ(built_in_metrics().require(id).controls, expected) << id;
  const Catalogue more = built_in_metrics().with(
      list_of(R"([{"id": "x", "measure": "reference_adherence", "role": "third"},
                  {"id": "y", "measure": "reference_distance", "role": "third"}])"),
      "p");
  EXPECT_EQ(more.require("x").controls, expected);
  EXPECT_EQ(more.require("y").controls, expected) << "another measure of the same family";
  EXPECT_EQ(built_in_metrics().require("reference_copy").withholds_marks->above, 0.1);
}

TEST(Catalogue, RefusesWhatItCannotMeasure) {
  for (const char* list :
       {R"([{"id": "clip_i", "measure": "reference_adherence", "role": "x"}])",
        R"([{"id": "x", "measure": "no_such_measure", "role": "x"}])",
        R"([{"id": "x", "measure": "reference_adherence"}])",
        R"([{"id": "x", "measure": "frozen_rate", "role": "clip"}])",
        R"([{"id": "x", "measure": "cross_shot", "roles": ["a", "b"]}])",
        R"([{"id": "x", "measure": "identity_top1", "roles": ["a", "a"]}])",
        R"([{"id": "x", "measure": "cross_shot", "role": "pixels"}])",
        R"([{"id": "X y", "measure": "cross_shot", "role": "clip"}])",
        R"([{"id": "x", "measure": "cross_shot", "role": "clip", "tytle": "t"}])",
        R"([{"id": "x", "measure": "cross_shot", "role": "clip", "controls": ["nosuch"]}])",
        R"([{"id": "x", "measure": "cross_shot", "role": "clip", "kind": "set"}])",
        R"([{"id": "x", "measure": "frechet", "role": "video", "kind": "headline"}])"}) {
    EXPECT_THROW((void)built_in_metrics().with(list_of(list), "list"), BadInput) << list;
  }
}

TEST(Catalogue, AControlMayStandAfterTheMetricThatItControls) {
  const Catalogue more = built_in_metrics().with(
      list_of(R"([{"id": "x", "measure": "cross_shot", "role": "clip", "controls": ["y"]},
                  {"id": "y", "measure": "frozen_rate", "withholds_marks": {"above": 0.5}}])"),
      "p");
  EXPECT_EQ(more.require("x").controls, std::vector<std::string>{"y"});
  try {
    (void)built_in_metrics().with(
        list_of(R"([{"id": "x", "measure": "cross_shot", "role": "r", "controls": ["nosuch"]}])"),
        "mine.json");
    FAIL();
  } catch (const BadInput& error) {
    EXPECT_NE(std::string(error.what())
                  .find("mine.json: metric x: unknown control 'nosuch'. Metrics with a limit: "),
              std::string::npos)
        << error.what();
  }
}

TEST(Catalogue, EveryMeasureIsAMetricOrStatedHere) {
  // For encoders that a user adds.
  std::set<std::string_view> measured{"reference_distance", "subject_distance"};
  for (const Metric& metric : built_in_metrics().all()) measured.insert(metric.measure);
  for (const Measure& measure : all_measures()) EXPECT_TRUE(measured.contains(measure.measure));
  EXPECT_EQ(measured.size(), all_measures().size());
}

TEST(Gates, NameOnlyMetricsThatThereAre) {
  for (const std::string& file : config_file_names("gates/")) {
    const Json gate = parse_json(config_file(file).value(), file);
    for (const auto& [id, rules] : gate.at("metrics").items())
      EXPECT_NE(built_in_metrics().find(id), nullptr)
          << file << ": every comparison would warn that " << id << " is missing";
  }
}

TEST(Catalogue, ControlsThatWithholdMarksHaveALimit) {
  for (const Metric& metric : built_in_metrics().all()) {
    for (const std::string& control : metric.controls)
      EXPECT_TRUE(built_in_metrics().require(control).withholds_marks) << metric.id << control;
  }
}

}  // namespace
}  // namespace asbench::metrics
