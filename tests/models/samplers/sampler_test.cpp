#include "models/samplers/sampler.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "models/samplers/sampler_steps.h"
#include "tests/models/weights/expect_error.h"

namespace asbench::models {
namespace {

using asbench::testing::expect_error;

/// Anchors have 8 decimals, latents are float32 of size 1.
constexpr double kAnchorTolerance = 1e-7;

NoiseSchedule fifty_steps() {
  SchedulerConfig config;
  config.zero_terminal_snr = true;
  return NoiseSchedule(config, 50);
}

at::Tensor all(double value) {
  return at::full({1, 2, 1, 2, 2}, value, at::kFloat);
}

void expect_all(const at::Tensor& x, double value) {
  EXPECT_EQ(x.scalar_type(), at::kFloat);
  EXPECT_NEAR(x.min().item<double>(), value, kAnchorTolerance);
  EXPECT_NEAR(x.max().item<double>(), value, kAnchorTolerance);
}

at::Tensor no_noise(at::IntArrayRef sizes) {
  return at::zeros(sizes, at::kFloat);
}

at::Tensor never_drawn(at::IntArrayRef) {
  throw InternalError("DDIM drew noise");
}

TEST(Ddim, MatchesTheAnchors) {
  const std::map<std::int64_t, double> anchors = {
      {999, 0.50129694}, {979, 0.50141650}, {519, 0.50523126}, {19, 0.54424560}};
  Sampler sampler(SamplerKind::ddim, fifty_steps(), never_drawn);
  std::size_t found = 0;
  for (const std::int64_t t : sampler.timesteps()) {
    const at::Tensor after = sampler.step(all(0.5), all(-0.25));
    const auto anchor = anchors.find(t);
    if (anchor == anchors.end()) continue;
    ++found;
    SCOPED_TRACE(t);
    expect_all(after, anchor->second);
  }
  EXPECT_EQ(found, anchors.size());
}

TEST(Ddim, AtTheFirstStepThePictureIsMinusTheVelocityWhateverTheSample) {
  const at::Tensor velocity = at::linspace(-3, 3, 8, at::kFloat).view({1, 2, 1, 2, 2});
  const double alpha = fifty_steps().alpha(0);
  for (const double x : {-1e6, 0.0, 0.5, 1e6}) {
    EXPECT_TRUE(predict_picture(all(x), velocity, alpha).equal(velocity.neg())) << x;
  }
}

TEST(Dpm, MatchesTheAnchorsWithoutNoise) {
  Sampler sampler(SamplerKind::dpm, fifty_steps(), no_noise);
  for (const double anchor : {0.00130371, 0.24103031, 0.32132617}) {
    expect_all(sampler.step(all(0.5), all(-0.25)), anchor);
  }
}

TEST(Dpm, DrawsTwiceInMiddleStepsAndUsesTheSecondDraw) {
  const NoiseSchedule schedule = fifty_steps();
  std::vector<at::Tensor> draws;
  const auto draw = [&](at::IntArrayRef sizes) {
    draws.push_back(at::full(sizes, static_cast<double>(draws.size() + 1), at::kFloat));
    return draws.back();
  };
  Sampler noisy(SamplerKind::dpm, schedule, draw);
  Sampler quiet(SamplerKind::dpm, schedule, no_noise);
  std::size_t expected = 0;
  for (std::size_t i = 0; i < 50; ++i) {
    const at::Tensor after = noisy.step(all(0.5), all(-0.25));
    const at::Tensor without = quiet.step(all(0.5), all(-0.25));
    expected += i == 0 || i == 49 ? 1 : 2;
    ASSERT_EQ(draws.size(), expected) << i;
    const double share = dpm_coefficients(schedule, i).noise;
    EXPECT_NEAR((after - without).mean().item<double>(), share * static_cast<double>(expected),
                1e-5 * static_cast<double>(expected))
        << i;
  }
  EXPECT_EQ(dpm_coefficients(schedule, 49).noise, 0.0);
}

TEST(Dpm, LastOfUnevenStepsIsOfSecondOrderWhereItLeadsToTimeZero) {
  SchedulerConfig config;
  config.zero_terminal_snr = true;
  EXPECT_TRUE(dpm_coefficients(NoiseSchedule(config, 7, UnevenSteps::allow), 6).second_order);
  EXPECT_FALSE(dpm_coefficients(NoiseSchedule(config, 30, UnevenSteps::allow), 29).second_order);
}

TEST(Dpm, InfinitiesAtBothEndsFlowThroughToFiniteCoefficients) {
  const NoiseSchedule schedule = fifty_steps();
  const DpmCoefficients first = dpm_coefficients(schedule, 0);  // from a = 0
  EXPECT_EQ(first.keep, 0.0);
  EXPECT_EQ(first.add, -std::sqrt(schedule.next_alpha(0)));
  EXPECT_EQ(first.noise, std::sqrt(1.0 - schedule.next_alpha(0)));
  const DpmCoefficients second = dpm_coefficients(schedule, 1);  // after an infinite step
  EXPECT_TRUE(second.second_order);
  EXPECT_EQ(second.now, 1.0);
  EXPECT_EQ(second.before, 0.0);
  const DpmCoefficients last = dpm_coefficients(schedule, 49);  // to a = 1
  EXPECT_EQ(last.keep, 0.0);
  EXPECT_EQ(last.add, -1.0);
  EXPECT_EQ(last.noise, 0.0);
  // One step from pure noise to none.
  SchedulerConfig config;
  config.zero_terminal_snr = true;
  Sampler one(SamplerKind::dpm, NoiseSchedule(config, 1), no_noise);
  EXPECT_TRUE(one.step(all(0.5), all(-0.25)).equal(all(0.25)));
}

// docs/design/animeshootergen.md 10, pitfall 14: with 1000 steps neighbouring values of the table
// agree in most of float32's digits.
TEST(Coefficients, AreComputedInDouble) {
  SchedulerConfig config;
  config.zero_terminal_snr = true;
  const NoiseSchedule schedule(config, 1000);
  double worst_float = 0.0;
  for (std::size_t i = 1; i < 999; ++i) {
    const long double alpha = schedule.alpha(i);
    const long double next = schedule.next_alpha(i);
    const long double keep = std::sqrt((1.0L - next) / (1.0L - alpha));
    const long double add = std::sqrt(next) - std::sqrt(alpha) * keep;
    const DdimCoefficients numbers = ddim_coefficients(schedule, i);
    EXPECT_NEAR(numbers.keep, static_cast<double>(keep), 1e-12) << i;
    EXPECT_NEAR(numbers.add, static_cast<double>(add), 1e-12) << i;
    const auto narrow = static_cast<float>(alpha);
    const auto narrow_next = static_cast<float>(next);
    const float narrow_add = std::sqrt(narrow_next) -
                             std::sqrt(narrow) * std::sqrt((1.0F - narrow_next) / (1.0F - narrow));
    worst_float =
        std::max(worst_float, std::abs(static_cast<double>(narrow_add) - static_cast<double>(add)));
  }
  EXPECT_GT(worst_float, 1e-8);  // so the limit above sees the difference
}

TEST(Sampler, RoundsWhatABfloat16SampleIsMultipliedToAndTheResult) {
  const NoiseSchedule schedule = fifty_steps();
  const auto rounded = [](const at::Tensor& x) { return x.to(at::kBFloat16).to(at::kFloat); };
  const at::Tensor velocity = at::linspace(-3, 3, 8, at::kFloat).view({1, 2, 1, 2, 2});
  Sampler sampler(SamplerKind::ddim, schedule, never_drawn);
  at::Tensor sample = at::linspace(0.7, 2, 8, at::kFloat).view({1, 2, 1, 2, 2}).to(at::kBFloat16);
  for (std::size_t i = 0; i < 50; ++i) {
    const VelocityToPicture to_picture = velocity_to_picture(schedule.alpha(i));
    const DdimCoefficients numbers = ddim_coefficients(schedule, i);
    const at::Tensor wide = sample.to(at::kFloat);
    const at::Tensor picture = rounded(wide * to_picture.signal) - velocity * to_picture.noise;
    const at::Tensor wanted = rounded(rounded(wide * numbers.keep) + picture * numbers.add);
    sample = sampler.step(sample, velocity);
    ASSERT_EQ(sample.scalar_type(), at::kBFloat16);
    EXPECT_TRUE(sample.to(at::kFloat).equal(wanted)) << i;
  }
}

TEST(Sampler, RefusesAStepAfterTheLast) {
  Sampler sampler(SamplerKind::ddim, NoiseSchedule({}, 1), never_drawn);
  (void)sampler.step(all(0.5), all(0.1));
  expect_error<InternalError>([&] { (void)sampler.step(all(0.5), all(0.1)); }, {"after the last"});
}

TEST(Sampler, RefusesShapesThatLibTorchWouldStretch) {
  Sampler sampler(SamplerKind::dpm, fifty_steps(), [](at::IntArrayRef) { return at::zeros({2}); });
  expect_error<InternalError>(
      [&] {
        (void)sampler.step(all(0.5), at::zeros({1, 2, 1, 2, 1}));
      },
      {"velocity", "[1, 2, 1, 2, 1]", "[1, 2, 1, 2, 2]"});
  Sampler other(SamplerKind::dpm, fifty_steps(), [](at::IntArrayRef) { return at::zeros({2}); });
  expect_error<InternalError>([&] { (void)other.step(all(0.5), all(0.1)); }, {"noise", "[2]"});
}

}  // namespace
}  // namespace asbench::models
