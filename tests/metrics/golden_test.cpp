#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>

#include "core/hash.h"
#include "core/json.h"
#include "metrics/catalogue.h"
#include "metrics/measurement.h"
#include "tests/metrics/story_builder.h"
#include "tests/support/paths.h"

namespace asbench::metrics {
namespace {

// Both sides compute in double; they add in different orders. copy_paste divides a difference of
// cosines by 0.01, so a rounding of 1e-16 there becomes 1e-14.
constexpr double kDoubleRounding = 1e-12;

std::filesystem::path golden_folder() {
  return asbench::testing::source_folder() / "tests/golden/metrics";
}

void expect_same(const std::optional<double>& actual, const Json& expected,
                 const std::string& what) {
  ASSERT_EQ(actual.has_value(), !expected.is_null()) << what;
  if (actual) {
    EXPECT_NEAR(*actual, expected.get<double>(), kDoubleRounding) << what;
  }
}

void expect_counts(const Counts& actual, const Json& expected, const std::string& what) {
  EXPECT_EQ(actual.n_evaluated, expected[0].get<int>()) << what << " n_evaluated";
  EXPECT_EQ(actual.n_failed, expected[1].get<int>()) << what << " n_failed";
  EXPECT_EQ(actual.n_skipped, expected[2].get<int>()) << what << " n_skipped";
}

void expect_story(const Metric& metric, const StoryValue& actual, const Json& expected,
                  const std::string& where) {
  const std::string what = where + " story " + actual.id;
  expect_same(actual.value, expected.at("value"), what);
  expect_counts(actual.counts, expected.at("counts"), what);
  if (metric.has_harmeanp)
    expect_same(actual.harmeanp, expected.at("harmeanp"), what + " harmeanp");
  if (!expected.at("shots").is_null()) {
    ASSERT_EQ(actual.shots.size(), expected.at("shots").size()) << what;
    for (std::size_t s = 0; s < actual.shots.size(); ++s) {
      const std::string shot = what + " shot " + std::to_string(s + 1);
      expect_same(actual.shots[s].value, expected.at("shots")[s], shot);
      expect_same(actual.shots[s].counted, expected.at("counted")[s], shot + " counted");
    }
  }
  ASSERT_EQ(actual.parts.size(), expected.at("parts").size()) << what;
  for (const Part& part : actual.parts) {
    expect_same(part.value, expected.at("parts").at(part.name), what + " " + part.name);
  }
  ASSERT_EQ(actual.by_distance.size(), expected.at("by_distance").size()) << what;
  for (std::size_t d = 0; d < actual.by_distance.size(); ++d) {
    expect_same(actual.by_distance[d], expected.at("by_distance")[d], what + " by_distance");
  }
}

TEST(MetricsGolden, EveryMetricEqualsThePlainFormulasInNumpy) {
  const Json golden = read_json_file(golden_folder() / "golden.json");
  testing::FeatureShelf shelf;
  const auto stories = testing::golden_stories(shelf, golden);
  for (const Json& expected : golden.at("expected")) {
    MetricSettings settings;
    settings.missing = parse_missing_policy(expected.at("policy").get<std::string>());
    settings.references = parse_reference_pooling(expected.at("pooling").get<std::string>());
    const auto id = expected.at("metric").get<std::string>();
    const std::string where = id + " " + expected.at("policy").get<std::string>() + " " +
                              expected.at("pooling").get<std::string>();
    const Metric& info = built_in_metrics().require(id);
    const Measurement actual = measure(id, stories, settings);
    expect_same(actual.mean, expected.at("mean"), where);
    if (info.has_harmeanp) expect_same(actual.harmeanp, expected.at("harmeanp"), where);
    EXPECT_EQ(actual.n_stories, expected.at("n_stories").get<int>()) << where;
    expect_counts(actual.counts, expected.at("counts"), where);
    ASSERT_EQ(actual.ci95.has_value(), !expected.at("ci95").is_null()) << where;
    if (actual.ci95) {
      EXPECT_NEAR(actual.ci95->low, expected.at("ci95")[0].get<double>(), kDoubleRounding) << where;
      EXPECT_NEAR(actual.ci95->high, expected.at("ci95")[1].get<double>(), kDoubleRounding)
          << where;
    }
    ASSERT_EQ(actual.per_shot_index.size(), expected.at("per_shot_index").size()) << where;
    for (std::size_t j = 0; j < actual.per_shot_index.size(); ++j) {
      expect_same(actual.per_shot_index[j], expected.at("per_shot_index")[j],
                  where + " per_shot_index");
    }
    ASSERT_EQ(actual.stories.size(), expected.at("stories").size());
    for (std::size_t i = 0; i < actual.stories.size(); ++i) {
      expect_story(info, actual.stories[i], expected.at("stories")[i], where);
    }
  }
}

TEST(MetricsGolden, CoversEveryMetricOfTheRegistry) {
  const Json golden = read_json_file(golden_folder() / "golden.json");
  for (const Metric& metric : built_in_metrics().story_metrics()) {
    // Those that look beyond their story are compared with naive loops in identity_test.cpp.
    if (metric.needs.has(Modality::gallery) || metric.needs.has(Modality::training_set)) continue;
    bool found = false;
    for (const Json& expected : golden.at("expected")) {
      found = found || expected.at("metric").get<std::string>() == metric.id;
    }
    EXPECT_TRUE(found) << metric.id << " is missing in tests/golden/metrics";
  }
}

TEST(MetricsGolden, WasMadeByTheScriptBesideIt) {
  const Json golden = read_json_file(golden_folder() / "golden.json");
  EXPECT_EQ(golden.at("script_sha256").get<std::string>(),
            sha256_file(golden_folder() / "generate.py"));
}

}  // namespace
}  // namespace asbench::metrics
