// Where ip_limit and story_limit of the shipped gates come from: simulated comparisons in which
// nothing changed, or one of eight characters is lost. Every share is printed ("measured: ...");
// docs/statistics.md holds them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "core/config_files.h"
#include "core/json.h"
#include "reports/comparison/compare.h"
#include "tests/reports/simulated_differences.h"

namespace asbench::reports {
namespace {

constexpr int kIps = 8;
constexpr int kWorlds = 4000;

/// A metric whose limits are judged.
struct LimitedMetric {
  std::string id;
  double between = 0.0;  ///< of a difference that means nothing: standard deviation that an IP's
                         ///< stories share
  double within = 0.0;   ///< and that they don't
  std::vector<double> losses;  ///< of characters that are lost: one is drawn
  double ip_limit = 0.0;
  double story_limit = 0.0;
};

struct Setting {
  std::string gate;
  int stories_per_ip = 2;
  std::vector<LimitedMetric> metrics;
};

/// Protocol demo. Noise: `gt-clips` against `gt-story`, which show the same characters in other
/// shots, as two seeds of one model do; a mean difference is taken out. Losses: `wrong-ip` against
/// `gt-story`, the eight IPs in byte order. Limits: about half of the mean loss for an IP, three
/// quarters for a story.
Setting demo() {
  return {.gate = "demo",
          .stories_per_ip = 2,
          .metrics = {{.id = "clip_i",
                       .between = 0.058,
                       .within = 0.053,
                       .losses = {0.58, 0.64, 0.52, 0.76, 0.38, 0.66, 0.61, 0.66},
                       .ip_limit = 0.3,
                       .story_limit = 0.45},
                      {.id = "dino_i",
                       .between = 0.086,
                       .within = 0.091,
                       .losses = {0.70, 0.78, 0.73, 0.98, 0.51, 1.13, 0.19, 0.45},
                       .ip_limit = 0.35,
                       .story_limit = 0.5},
                      {.id = "clip_t",
                       .between = 0.0,
                       .within = 0.078,
                       .losses = {0.58, 0.57, 0.49, 0.54, 0.47, 0.76, 0.37, 0.59},
                       .ip_limit = 0.27,
                       .story_limit = 0.4}}};
}

/// Protocol animeshooter-v1 on the test set's ten stories of four shots an IP. Of the reference
/// encoders nothing but clip_i is published (configs/reported): HarMeanP beside the mean gives the
/// spread of single shots, .045 in the noisier two of three systems (mean^2 - 1.03 sd mean - sd^2 =
/// HarMeanP, for the lowest of four normal shots), hence sqrt(2 / 4) of it between two seeds of a
/// story. The loss is the least that could be meant: the published difference of .065 between the
/// system that keeps characters and the one that raters find to keep them least.
Setting reference_encoders() {
  return {.gate = "default",
          .stories_per_ip = 10,
          .metrics = {{.id = "clip_i",
                       .between = 0.0,
                       .within = 0.045 * std::sqrt(0.5),
                       .losses = std::vector<double>(kIps, 0.065),
                       .ip_limit = 0.045,
                       .story_limit = 0.12}}};
}

struct Worst {
  double ip = 0.0;     ///< the lowest mean difference of an IP
  double story = 0.0;  ///< the lowest difference of a story
};

enum class Lost { nothing, ip, story };

/// Differences of one comparison, story by story.
/// @param loss  of the first IP, or of its first story
std::vector<ClusteredValue> compared(const LimitedMetric& metric, int stories_per_ip, Lost lost,
                                     double loss, NormalStream& normal) {
  auto values = testing::differences({.ips = kIps,
                                      .stories_per_ip = stories_per_ip,
                                      .between = metric.between,
                                      .within = metric.within},
                                     0.0, normal);
  const int losing = lost == Lost::ip ? stories_per_ip : lost == Lost::story ? 1 : 0;
  for (int s = 0; s < losing; ++s) values[static_cast<std::size_t>(s)].value -= loss;
  return values;
}

Worst worst_of(const std::vector<ClusteredValue>& values, int stories_per_ip) {
  Worst worst;
  for (int g = 0; g < kIps; ++g) {
    double sum = 0.0;
    for (int s = 0; s < stories_per_ip; ++s) {
      const double value = values[static_cast<std::size_t>(g * stories_per_ip + s)].value;
      worst.story = std::min(worst.story, value);
      sum += value;
    }
    worst.ip = std::min(worst.ip, sum / stories_per_ip);
  }
  return worst;
}

/// Factors by which limits are moved, to see how much room they have.
struct Limits {
  double ip = 1.0;
  double story = 1.0;
};

/// Limits that are not asked for.
constexpr double kOff = 1e9;

/// Share of comparisons that a limit fails: at the limit or beyond, in any of the metrics.
double failing(const Setting& setting, Lost lost, std::uint64_t seed, const Limits& limits = {}) {
  NormalStream normal(seed);
  SplitMix64 chosen(seed + 1);
  int count = 0;
  for (int i = 0; i < kWorlds; ++i) {
    const auto ip = chosen.below(kIps);
    bool fails = false;
    for (const auto& metric : setting.metrics) {
      const auto worst =
          worst_of(compared(metric, setting.stories_per_ip, lost, metric.losses[ip], normal),
                   setting.stories_per_ip);
      fails = fails || worst.ip <= -metric.ip_limit * limits.ip ||
              worst.story <= -metric.story_limit * limits.story;
    }
    count += fails ? 1 : 0;
  }
  return static_cast<double>(count) / kWorlds;
}

double measured(const Setting& setting, const char* what, double share) {
  fmt::print("measured: {:5.1f} %  gate {}: {}\n", 100 * share, setting.gate, what);
  return share;
}

/// What the shipped gate says, where it says something.
void expect_shipped(const Setting& setting) {
  const auto text = config_file("gates/" + setting.gate + ".json");
  ASSERT_TRUE(text.has_value());
  const Json gate = parse_json(*text, setting.gate);
  for (const auto& metric : setting.metrics) {
    const Json& rule = gate.at("metrics").at(metric.id);
    EXPECT_EQ(rule.value("ip_limit", metric.ip_limit), metric.ip_limit) << metric.id;
    EXPECT_EQ(rule.value("story_limit", metric.story_limit), metric.story_limit) << metric.id;
  }
}

TEST(LostCharacter, IsFoundByTheDemosLimitsWithoutFalseAlarms) {
  const Setting setting = demo();
  expect_shipped(setting);
  EXPECT_LE(measured(setting, "false alarms of ip_limit and story_limit",
                     failing(setting, Lost::nothing, 1)),
            0.05);
  EXPECT_GE(measured(setting, "a character lost in one IP of eight is found",
                     failing(setting, Lost::ip, 2)),
            0.95);
  EXPECT_GE(measured(setting, "the same by ip_limit alone",
                     failing(setting, Lost::ip, 3, {.story = kOff})),
            0.95);
  EXPECT_GE(measured(setting, "a character lost in one story of sixteen is found by story_limit",
                     failing(setting, Lost::story, 4, {.ip = kOff})),
            0.75);
}

TEST(LostCharacter, IsFoundByTheDefaultLimitsWithoutFalseAlarms) {
  const Setting setting = reference_encoders();
  expect_shipped(setting);
  EXPECT_LE(measured(setting, "false alarms of ip_limit and story_limit",
                     failing(setting, Lost::nothing, 5)),
            0.05);
  EXPECT_GE(measured(setting, "a character lost in one IP of eight is found",
                     failing(setting, Lost::ip, 6)),
            0.95);
}

TEST(LostCharacter, LimitsHaveRoomOnBothSides) {
  const Setting setting = demo();
  struct Moved {
    double factor;  ///< all limits are multiplied by it
    bool few_alarms;
    bool found;
  };
  // Half of a limit is too little, twice of it too much.
  for (const auto& [factor, few_alarms, is_found] :
       {Moved{0.5, false, true}, Moved{0.8, true, true}, Moved{1.0, true, true},
        Moved{1.2, true, true}, Moved{1.5, true, true}, Moved{2.0, true, false}}) {
    const Limits limits{.ip = factor, .story = factor};
    const double alarms = failing(setting, Lost::nothing, 7, limits);
    const double found = failing(setting, Lost::ip, 8, limits);
    fmt::print("measured: | {:g} | {:.1f} % | {:.1f} % |\n", factor, 100 * alarms, 100 * found);
    EXPECT_EQ(alarms <= 0.05, few_alarms) << factor;
    EXPECT_EQ(found >= 0.95, is_found) << factor;
  }
}

TEST(LostCharacter, CompareFailsWhereTheSimulationsDo) {
  const Setting setting = demo();
  NormalStream normal(9);
  int failures = 0;
  for (int i = 0; i < 24; ++i) {
    const auto& metric = setting.metrics[static_cast<std::size_t>(i % 3)];
    // Losses around the limit, so that both answers occur.
    const auto values = compared(metric, setting.stories_per_ip, Lost::ip, metric.ip_limit, normal);
    document::Result base;
    document::ResultMetric described;
    described.id = metric.id;
    described.direction = document::ResultDirection::higher;
    base.metrics.push_back(described);
    document::Result candidate = base;
    for (std::size_t s = 0; s < values.size(); ++s) {
      document::ResultStory story;
      story.id = std::to_string(s);
      story.ip = values[s].cluster;
      story.metrics[metric.id].mean = 0.5;
      base.stories.push_back(story);
      story.metrics[metric.id].mean = 0.5 + values[s].value;
      candidate.stories.push_back(story);
    }
    Gate gate;
    gate.replicates = 100;
    gate.metrics[metric.id] = {.role = GateRole::watch, .ip_limit = metric.ip_limit};
    const bool expected = worst_of(values, setting.stories_per_ip).ip <= -metric.ip_limit;
    EXPECT_EQ(compare(base, candidate, gate).regressed(), expected) << i;
    failures += expected ? 1 : 0;
  }
  EXPECT_GT(failures, 4);
  EXPECT_LT(failures, 20);
}

}  // namespace
}  // namespace asbench::reports
