#include "models/samplers/noise_schedule.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/models/weights/expect_error.h"

namespace asbench::models {
namespace {

using asbench::testing::expect_error;

/// docs/design/animeshootergen.md 10: tables are double and agree to 12 digits.
constexpr double kTableTolerance = 1e-12;

SchedulerConfig two_b() {
  SchedulerConfig config;
  config.zero_terminal_snr = true;
  return config;
}

TEST(AlphasCumprod, MatchesTheAnchors) {
  const std::vector<double> alphas = alphas_cumprod(two_b());
  ASSERT_EQ(alphas.size(), 1000U);
  EXPECT_NEAR(alphas[0], 0.9974543276430069, kTableTolerance);
  EXPECT_NEAR(alphas[19], 0.9465729792377547, kTableTolerance);
  EXPECT_NEAR(alphas[499], 0.0959695616907354, kTableTolerance);
  EXPECT_NEAR(alphas[979], 2.71943604002177e-05, kTableTolerance);
  EXPECT_EQ(alphas[999], 0.0);
}

TEST(AlphasCumprod, MatchesTheProductInHigherPrecision) {
  for (const double shift : {1.0, 3.0}) {
    SchedulerConfig config;
    config.snr_shift = shift;
    const std::vector<double> alphas = alphas_cumprod(config);
    const long double first = std::sqrt(0.00085L);
    const long double last = std::sqrt(0.012L);
    long double product = 1.0L;
    for (int t = 0; t < 1000; ++t) {
      const long double root = first + (last - first) * static_cast<long double>(t) / 999.0L;
      product *= 1.0L - root * root;
      const long double s = shift;
      const long double shifted = product / (s + (1.0L - s) * product);
      ASSERT_NEAR(alphas[static_cast<std::size_t>(t)], static_cast<double>(shifted),
                  kTableTolerance)
          << t;
    }
  }
}

TEST(AlphasCumprod, EndsAtZeroOnlyWhereItIsAskedTo) {
  SchedulerConfig config;
  const std::vector<double> plain = alphas_cumprod(config);
  EXPECT_GT(plain.back(), 1e-4);
  config.zero_terminal_snr = true;
  const std::vector<double> rescaled = alphas_cumprod(config);
  EXPECT_EQ(rescaled.back(), 0.0);
  EXPECT_NEAR(rescaled.front(), plain.front(), kTableTolerance);
}

TEST(TrailingTimesteps, OfEvenSteps) {
  EXPECT_EQ(trailing_timesteps(4, 1000, UnevenSteps::refuse),
            (std::vector<std::int64_t>{999, 749, 499, 249}));
  EXPECT_EQ(trailing_timesteps(1, 1000, UnevenSteps::refuse), (std::vector<std::int64_t>{999}));
  const auto all = trailing_timesteps(1000, 1000, UnevenSteps::refuse);
  EXPECT_EQ(all.front(), 999);
  EXPECT_EQ(all.back(), 0);
}

TEST(TrailingTimesteps, RoundHalvesToEven) {
  const auto times = trailing_timesteps(16, 1000, UnevenSteps::allow);  // 1000 / 16 = 62.5
  EXPECT_EQ(std::vector<std::int64_t>(times.begin(), times.begin() + 5),
            (std::vector<std::int64_t>{999, 937, 874, 811, 749}));
}

TEST(TrailingTimesteps, UnevenStepsNeedLeave) {
  EXPECT_EQ(classify_steps(30, 1000), StepCount::uneven);
  expect_error<UsageError>([] { (void)trailing_timesteps(30, 1000, UnevenSteps::refuse); },
                           {"30 steps", "1000", "--allow-uneven-steps"});
  EXPECT_EQ(trailing_timesteps(30, 1000, UnevenSteps::allow).size(), 30U);
}

TEST(TrailingTimesteps, SixtyTwoNumbersAreRefusedEvenWithLeave) {
  std::vector<std::int64_t> refused;
  for (std::int64_t steps = 1; steps <= 1000; ++steps) {
    const StepCount kind = classify_steps(steps, 1000);
    if (kind == StepCount::unusable) {
      refused.push_back(steps);
      expect_error<UsageError>(
          [&] { (void)trailing_timesteps(steps, 1000, UnevenSteps::allow); },
          {std::to_string(steps) + " steps", std::to_string(steps + 1) + " entries"});
    } else {
      EXPECT_EQ(kind, 1000 % steps == 0 ? StepCount::even : StepCount::uneven) << steps;
    }
  }
  ASSERT_EQ(refused.size(), 62U);
  EXPECT_EQ(std::vector<std::int64_t>(refused.begin(), refused.begin() + 5),
            (std::vector<std::int64_t>{61, 103, 121, 122, 201}));
  EXPECT_EQ(refused.back(), 998);
}

TEST(TrailingTimesteps, RefuseNoStepsAndMoreThanThereAre) {
  for (const std::int64_t steps : {0, -4, 1001}) {
    EXPECT_EQ(classify_steps(steps, 1000), StepCount::unusable);
    expect_error<UsageError>([&] { (void)trailing_timesteps(steps, 1000, UnevenSteps::allow); },
                             {std::to_string(steps) + " steps", "from 1 to 1000"});
  }
}

TEST(NoiseSchedule, EvenStepsLeadWhereTheNextOneBegins) {
  const NoiseSchedule schedule(two_b(), 50);
  ASSERT_EQ(schedule.steps(), 50U);
  for (std::size_t i = 0; i + 1 < 50; ++i) {
    EXPECT_EQ(schedule.next_alpha(i), schedule.alpha(i + 1)) << i;
    EXPECT_FALSE(schedule.leads_before_zero(i)) << i;
  }
  EXPECT_TRUE(schedule.leads_before_zero(49));
  EXPECT_EQ(schedule.next_alpha(49), 1.0);
}

TEST(NoiseSchedule, UnevenStepsHaveTheRoundedDownLength) {
  const NoiseSchedule schedule(two_b(), 7, UnevenSteps::allow);
  EXPECT_EQ(schedule.timesteps(), (std::vector<std::int64_t>{999, 856, 713, 570, 428, 285, 142}));
  EXPECT_EQ(schedule.next_alpha(0), schedule.alphas()[999 - 142]);
  EXPECT_NE(schedule.next_alpha(0), schedule.alpha(1));
  // The last one leads to time 0, not before it.
  EXPECT_FALSE(schedule.leads_before_zero(6));
  EXPECT_EQ(schedule.next_alpha(6), schedule.alphas()[0]);
}

TEST(NoiseSchedule, MayEndAtTheFirstTimeInsteadOfOne) {
  SchedulerConfig config = two_b();
  config.ends_at_one = false;
  const NoiseSchedule schedule(config, 50);
  EXPECT_EQ(schedule.next_alpha(49), schedule.alphas().front());
}

}  // namespace
}  // namespace asbench::models
