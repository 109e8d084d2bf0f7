#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "metrics/registry.h"
#include "tests/metrics/docs_row.h"
#include "tests/support/paths.h"

namespace asbench::metrics {
namespace {

TEST(Registry, HoldsTheMetricsOfTheFirstReleaseOnceEach) {
  std::set<std::string_view> ids;
  for (const MetricInfo& metric : all_metrics()) {
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
  for (const MetricInfo& metric : all_metrics()) {
    EXPECT_FALSE(metric.title.empty() || metric.definition.empty() || metric.source.empty() ||
                 metric.aggregation.empty())
        << metric.id;
    EXPECT_TRUE(metric.unit == "shots" || metric.unit == "shot pairs" || metric.unit == "clips")
        << metric.id;
    EXPECT_LT(metric.range_low, metric.range_high) << metric.id;
    EXPECT_EQ(metric.measure_story == nullptr, metric.set_level) << metric.id;
    EXPECT_TRUE(metric.needs.clip_image || metric.needs.dino || metric.needs.pixels ||
                metric.needs.video)
        << metric.id;
    if (metric.headline) {
      EXPECT_NE(metric.direction, Direction::none) << metric.id;
    }
  }
}

TEST(Registry, AnUnknownNameIsAnsweredWithTheKnownOnes) {
  EXPECT_EQ(find_metric("clip_x"), nullptr);
  try {
    (void)require_metric("clip_x");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("'clip_x'. Known: clip_i, dino_i"), std::string::npos);
  }
}

TEST(Registry, NeedsOfSeveralMetricsAreTheirUnion) {
  const std::vector<std::string> ids{"dino_i", "duplicate_pairs"};
  const Needs needs = needs_of(ids);
  EXPECT_TRUE(needs.dino && needs.references && needs.pixels);
  EXPECT_FALSE(needs.clip_image || needs.clip_text || needs.mirrored_references);
}

TEST(Registry, SignaturesNameEverythingThatChangesTheNumber) {
  MetricSettings settings;
  settings.missing = MissingPolicy::zero;
  settings.references = ReferencePooling::max;
  using Fields = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(signature_fields(require_metric("clip_i"), settings),
            (Fields{{"refs", "max"}, {"agg", "frame>shot>story>system"}, {"missing", "zero"}}));
  EXPECT_EQ(signature_fields(require_metric("reference_copy"), settings),
            (Fields{{"agg", "frame>shot>story>system"},
                    {"missing", "zero"},
                    {"copy_cells_below", "0.03"},
                    {"copy_cosine_from", "0.95"}}));
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
  const std::string docs = read_text_file((testing::source_folder() / "docs/metrics.md").string());
  std::string rows;
  for (const MetricInfo& metric : all_metrics()) rows += testing::docs_row(metric);
  EXPECT_NE(docs.find(rows), std::string::npos)
      << "docs/metrics.md must contain these rows, in this order:\n"
      << rows;
}

}  // namespace
}  // namespace asbench::metrics
