#include "baselines/animeshooter_gen/cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace asbench::baselines {
namespace {

using ::testing::HasSubstr;

const models::Placement kGpu(c10::Device(c10::kCUDA, 0), models::Precision::bf16);

ShotCost published(const SamplingSettings& sampling) {
  return cost_of_shot({}, {}, {}, sampling, kGpu);
}

/// docs/design/animeshootergen.md 9: 12.0 PFLOP for 50 guided steps, 315 TFLOP for a decoding.
TEST(ShotCost, IsTheDesignsForThePublishedSizes) {
  const ShotCost cost = published({});
  EXPECT_EQ(cost.forwards, 100);
  EXPECT_NEAR(cost.transformer_flops, 12.0e15, 0.15e15);
  EXPECT_NEAR(cost.decoder_flops, 315e12, 6e12);
  EXPECT_DOUBLE_EQ(cost.flops(), cost.transformer_flops + cost.decoder_flops);
}

TEST(ShotCost, StepsWithoutGuidanceTakeHalf) {
  SamplingSettings sampling;
  sampling.guidance.scale = 1.0;
  EXPECT_EQ(published(sampling).forwards, 50);
  EXPECT_LT(published(sampling).denoising_bytes, published({}).denoising_bytes);
  sampling.guidance = {.mode = models::GuidanceMode::ramp, .scale = 6.0};
  // The first step of the ramp is unguided, and the second: there g rounds to 1.
  EXPECT_EQ(published(sampling).forwards, 98);
}

/// By hand, channels 1: every convolution counted once.
TEST(DecoderFlops, CountEveryConvolution) {
  models::VaeConfig vae;
  vae.block_out_channels = {1, 2};
  vae.latent_channels = 3;
  vae.layers_per_block = 0;
  vae.temporal_compression_ratio = 2;
  // Latents 1 x 1 x 1. conv_in 27*3*2; mid: 2 resnets of 2 * 27*2*2; block 0: one resnet of
  // 2 * 27*2*2, upsampler (T = 1 stays, 4 pixels) 9*2*2*4; block 1: resnet 2 to 1: 27*1*2*4 +
  // 27*1*1*4 + shortcut 2*4; conv_out 27*1*3*4.
  const double products = 162 + 432 + 216 + 144 + (216 + 108 + 8) + 324;
  EXPECT_DOUBLE_EQ(decoder_flops(vae, 1, 1, 1), 2.0 * products);
}

TEST(MemoryPlan, IsASum) {
  const MemoryPlan plan{.weights = {{"transformer", 3'390'000'000}, {"vae", 430'000'000}},
                        .activations = 2'000'000'000};
  EXPECT_EQ(plan.bytes(), 5'820'000'000);
  const std::string text = describe(plan, "cuda:0");
  EXPECT_THAT(text, HasSubstr("cuda:0"));
  EXPECT_THAT(text, HasSubstr("3.39 GB"));
  EXPECT_THAT(text, HasSubstr("5.82 GB"));
  EXPECT_THAT(describe({.weights = {{"vae", 1'400'000}}}, "cpu"), HasSubstr("1.4 MB"));
}

/// "A day per shot" on two cores.
TEST(CpuSeconds, AreADayForThePublishedSizes) {
  const ShotCost cost = cost_of_shot({}, {}, {}, {}, c10::kCPU);
  EXPECT_NEAR(cpu_seconds(cost, 2) / 3600.0, 20.0, 5.0);
  EXPECT_GT(cpu_seconds(cost, 2), kLongShotSeconds);
  EXPECT_DOUBLE_EQ(cpu_seconds(cost, 4), cpu_seconds(cost, 2) / 2.0);
}

}  // namespace
}  // namespace asbench::baselines
