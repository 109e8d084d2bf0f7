// What `asbench gate check` says of a gate, and the power that it reckons.
#include "reports/comparison/gate_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "reports/comparison/paired_statistics.h"
#include "tests/reports/compare_worlds.h"

namespace asbench::reports {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string in_words(const Gate& gate) {
  std::string text;
  for (const auto& section : gate_in_words(gate)) {
    EXPECT_THAT(section.lines, Not(IsEmpty())) << section.title;
    text += section.title + "\n";
    for (const auto& line : section.lines) text += "- " + line + "\n";
  }
  return text;
}

TEST(GateCheck, SaysWhatFailsAndWhatOnlyWarns) {
  EXPECT_THAT(
      in_words(load_gate("default")),
      AllOf(
          HasSubstr("clip_i, clip_t, dino_i, faithful_consistency: a candidate that is "
                    "really no worse fails in at most 5 of 100 comparisons, all 4 metrics"),
          HasSubstr(
              "- duplicate_pairs, effective_fps, flicker, frozen_rate, letterbox, reference_copy, "
              "repeated_frames, sharpness (watched): the same"),
          HasSubstr("- clip_i: 0.1 on average, 0.045 in any one IP, 0.12 in any one story"),
          HasSubstr("- clip_i: a drop up to 0.002, or 5 % of the standard deviation of the base's "
                    "stories is never one, however sure"),
          HasSubstr("missing shots (both scored with --missing zero): 1 more"),
          HasSubstr("clips, each beside the base's of the same shot: 1 that is more than 10 % "
                    "shorter, or has more than 10 % fewer pixels, or is more than 3 % wider or "
                    "narrower"),
          Not(HasSubstr("the length and size of clips")),
          HasSubstr("- cross_shot_clip, cross_shot_dino\n- every other metric")));
  Gate rules = gate();
  rules.metrics["extra"] = {.role = GateRole::watch, .optional = true};
  rules.watch_others = false;
  rules.missing = {.watch = WatchAction::warn, .limit = 7};
  EXPECT_THAT(
      in_words(rules),
      AllOf(HasSubstr("extra is optional"), HasSubstr("the length and size of clips: told"),
            HasSubstr("missing shots: 7 more"), HasSubstr("metrics that the gate doesn't list"),
            Not(HasSubstr("every other metric"))));
}

/// Eight IPs of two stories whose values lie +-d around their IP's: variance within IPs 2 d^2.
document::Result base_with_spread(double d) {
  auto options = world();
  options.value = [d](int, int story) {
    return 0.5 + 0.05 * (story / 2) + (story % 2 == 0 ? d : -d);
  };
  return result(options.document());
}

TEST(GateCheck, ReckonsTheDetectableDropFromTheSpreadWithinIps) {
  const auto rows = gate_power(gate(), base_with_spread(0.02));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].metric, "clip_i");
  EXPECT_EQ(rows[0].ips, 8);
  EXPECT_EQ(rows[0].stories, 16);
  EXPECT_TRUE(rows[0].can_be_significant);
  // A story's difference has twice the variance within IPs: 4 d^2; 16 stories; G / (G - 1) for the
  // clusters.
  const double error = std::sqrt(8.0 / 7.0 * 4.0 * 0.02 * 0.02 / 16.0);
  ASSERT_TRUE(rows[0].detectable.has_value());
  // The t test's approximation, quantiles .95 and .8 of 7 degrees of freedom; sign flips of 8 IPs
  // find a little less.
  const double approximate = (1.895 + 0.896) * error;
  EXPECT_GT(*rows[0].detectable, 0.9 * approximate);
  EXPECT_LT(*rows[0].detectable, 1.35 * approximate);
  EXPECT_NEAR(*gate_power(gate(), base_with_spread(0.04))[0].detectable / *rows[0].detectable, 2.0,
              1e-3);
}

TEST(GateCheck, SaysWhereNothingCanBeSignificantAndWhereNothingIsKnown) {
  auto few = world(3);
  EXPECT_FALSE(gate_power(gate(), result(few.document()))[0].can_be_significant);
  auto single = world();
  single.stories_per_ip = 1;
  const auto rows = gate_power(gate(), result(single.document()));
  EXPECT_TRUE(rows[0].can_be_significant);
  EXPECT_FALSE(rows[0].detectable.has_value()) << "one story per IP shows no spread";
}

TEST(GateCheck, RefusesADocumentWithoutAMetricOfTheGate) {
  Gate rules = gate();
  rules.metrics["nothing"] = {.role = GateRole::headline};
  EXPECT_THROW(static_cast<void>(gate_power(rules, base_with_spread(0.01))), NotComparable);
  rules.metrics["nothing"].optional = true;
  EXPECT_EQ(gate_power(rules, base_with_spread(0.01)).size(), 1U);
}

}  // namespace
}  // namespace asbench::reports
