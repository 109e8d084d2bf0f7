#include "metrics/story/real_ceiling.h"
#include "metrics/catalogue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "core/error.h"
#include "metrics/measurement.h"
#include "tests/metrics/story_builder.h"

namespace asbench::metrics {
namespace {

using testing::FeatureShelf;
using testing::shot_of;

const Metric& clip_i() {
  return built_in_metrics().require("clip_i");
}

class RealCeilingOfClips : public ::testing::Test {
 protected:
  /// An IP whose reference looks along the first axis.
  StoryFeatures clips(const std::string& ip, const std::vector<testing::Rows>& frames_of_clips) {
    StoryFeatures features;
    features.ip = ip;
    const FeatureView reference = shelf_.keep({{2.0F, 0.0F}});
    features.characters.front().references.straight.set("clip", reference);
    features.characters.front().references.straight.set("dino", reference);
    for (const auto& frames : frames_of_clips) features.shots.push_back(shot_of(shelf_, frames));
    return features;
  }
  static bool has(const Findings& findings, const std::string& kind) {
    return std::any_of(findings.begin(), findings.end(),
                       [&](const Finding& finding) { return finding.kind == kind; });
  }
  FeatureShelf shelf_;
};

TEST_F(RealCeilingOfClips, MatchesTheHandComputedMeans) {
  // Clips of a: cosines (1, 0) and (1, 1), so 0.5 and 1; of b: (0.6, 0).
  const auto a = ip_ceiling(clip_i(), clips("a", {{{1, 0}, {0, 3}}, {{1, 0}, {5, 0}}}), {});
  const auto b = ip_ceiling(clip_i(), clips("b", {{{3, 4}, {0, 1}}}), {});
  EXPECT_DOUBLE_EQ(a.value.value(), 0.75);
  EXPECT_DOUBLE_EQ(b.value.value(), 0.3);
  // Two stories of a weigh it twice, as they do in the metric's own mean.
  const std::vector<std::string> stories{"a", "b", "a"};
  const auto ceiling = real_ceiling(clip_i(), {b, a}, stories);
  EXPECT_DOUBLE_EQ(ceiling.mean.value(), (0.75 + 0.3 + 0.75) / 3);
  EXPECT_EQ(ceiling.n_stories, 3);
  EXPECT_EQ(ceiling.n_clips, 3);
  ASSERT_EQ(ceiling.ips.size(), 2U);
  EXPECT_EQ(ceiling.ips[0].name, "a");
  EXPECT_TRUE(ceiling.findings.empty());
}

TEST_F(RealCeilingOfClips, IsWhatASystemThatShowsTheClipsGets) {
  std::mt19937_64 random(3);
  for (const char* id : {"clip_i", "dino_i"}) {
    for (const auto pooling : {ReferencePooling::mean, ReferencePooling::max}) {
      MetricSettings settings;
      settings.references = pooling;
      auto story = random_story(shelf_, random, "a/1", "a",
                                {.shots = 4, .frames = 3, .references = 3, .bias = 0.5});
      const auto shown = measure(id, std::vector{story}, settings);
      EXPECT_EQ(ip_ceiling(built_in_metrics().require(id), story, settings).value, shown.mean)
          << id;
    }
  }
}

TEST_F(RealCeilingOfClips, IsNullWithoutClipsAndSaysSo) {
  const std::vector<std::string> stories{"a", "b"};
  const auto none = real_ceiling(
      clip_i(),
      {ip_ceiling(clip_i(), clips("a", {}), {}), ip_ceiling(clip_i(), clips("b", {}), {})},
      stories);
  EXPECT_FALSE(none.mean);
  EXPECT_EQ(none.n_clips, 0);
  EXPECT_TRUE(has(none.findings, "no_clips"));

  const auto some = real_ceiling(
      clip_i(),
      {ip_ceiling(clip_i(), clips("a", {{{1, 0}}}), {}), ip_ceiling(clip_i(), clips("b", {}), {})},
      stories);
  EXPECT_DOUBLE_EQ(some.mean.value(), 1.0);
  EXPECT_EQ(some.n_stories, 1);
  EXPECT_FALSE(some.ips[1].value);
  ASSERT_EQ(some.findings.size(), 1U);
  EXPECT_EQ(some.findings[0].detail, "real_ceiling: no usable clips of b");
}

TEST_F(RealCeilingOfClips, ABadClipIsLeftOutUnderEveryPolicy) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const auto policy : {MissingPolicy::fail, MissingPolicy::zero, MissingPolicy::exclude}) {
    MetricSettings settings;
    settings.missing = policy;
    const auto ceiling = ip_ceiling(clip_i(), clips("a", {{{1, 0}}, {{nan, 0}}}), settings);
    EXPECT_DOUBLE_EQ(ceiling.value.value(), 1.0);
    EXPECT_EQ(ceiling.n_clips, 1);
    ASSERT_TRUE(has(ceiling.findings, "bad_feature"));
    EXPECT_TRUE(ceiling.findings[0].story.empty() && !ceiling.findings[0].shot)
        << "no shot of the split is meant";
    EXPECT_NE(ceiling.findings[0].detail.find("clip 2 of a"), std::string::npos)
        << ceiling.findings[0].detail;
  }
}

TEST_F(RealCeilingOfClips, IsNullWithoutAReference) {
  auto without = clips("a", {{{1, 0}}});
  without.characters.front().references = {};
  const auto ceiling = ip_ceiling(clip_i(), without, {});
  EXPECT_FALSE(ceiling.value);
  EXPECT_EQ(ceiling.n_clips, 0);
  EXPECT_TRUE(has(ceiling.findings, "missing_reference"));
}

TEST_F(RealCeilingOfClips, IsThereForReferenceAdherenceAlone) {
  for (const Metric& metric : built_in_metrics().all()) {
    EXPECT_EQ(metric.has_real_ceiling, metric.id == "clip_i" || metric.id == "dino_i") << metric.id;
  }
}

}  // namespace
}  // namespace asbench::metrics
