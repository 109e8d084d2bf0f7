#include "baselines/animeshooter_gen/cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"

namespace asbench::baselines {
namespace {

using ::testing::AllOf;
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

TEST(ShotCost, CountsTheForwardsOfTheSchedulersOwnTrainingSteps) {
  SamplingSettings sampling;
  sampling.steps = 10;
  const auto cost = [&](std::int64_t train_steps) {
    return cost_of_shot({}, {}, {}, sampling, kGpu, FirstFrame::made, models::VaeTiling::off, 1,
                        train_steps);
  };
  EXPECT_EQ(cost(10).forwards, 20);
  EXPECT_THROW(static_cast<void>(cost(9)), UsageError) << "fewer than steps";
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

/// By hand, as above. conv_in 27*3*1*16; block 0: 2 * 27*1*1*16, downsampler 9*1*1*4; block 1:
/// 27*1*2*4
/// + 27*2*2*4 + shortcut 2*4; mid: 2 resnets of 2 * 27*2*2*4; conv_out 27*2*6*4.
TEST(EncoderFlops, CountEveryConvolution) {
  models::VaeConfig vae;
  vae.block_out_channels = {1, 2};
  vae.latent_channels = 3;
  vae.layers_per_block = 1;
  vae.temporal_compression_ratio = 2;
  const double products = 1296 + 864 + 36 + (216 + 432 + 8) + 1728 + 1296;
  EXPECT_DOUBLE_EQ(encoder_flops(vae, 4, 4), 2.0 * products);
}

/// CogVideoX-5B-I2V: 332 TFLOP a forward (docs/design/animeshootergen.md 12).
TEST(ShotCost, OfAGivenFirstFrame) {
  models::CogVideoXTransformerConfig transformer;
  transformer.heads = 48;
  transformer.layers = 42;
  transformer.in_channels = 32;
  const ShotCost cost = cost_of_shot(transformer, {}, {}, {}, kGpu, FirstFrame::given);
  EXPECT_NEAR(cost.transformer_flops, 100 * 332e12, 100 * 4e12);
  EXPECT_GT(cost.encoder_flops, 0.0);
  EXPECT_LT(cost.encoder_flops, 0.1 * cost.decoder_flops) << "one frame of 49";
  EXPECT_GT(cost.encoding_bytes, 0);
  EXPECT_DOUBLE_EQ(cost.flops(), cost.transformer_flops + cost.decoder_flops + cost.encoder_flops);
  EXPECT_EQ(cost_of_shot(transformer, {}, {}, {}, kGpu).encoder_flops, 0.0);
}

/// Activations of a forward pass of the published transformer: five tensors of all tokens of both
/// branches, and what a block keeps besides.
TEST(ShotCost, DenoisingTakesWhatABlockHolds) {
  const std::int64_t tokens = 226 + 13 * 30 * 45;
  const std::int64_t of_all = 2 * tokens * 1920;
  const ShotCost on_cpu =
      cost_of_shot({}, {}, {}, {}, c10::kCPU, FirstFrame::made, models::VaeTiling::off, 2);
  EXPECT_GT(on_cpu.denoising_bytes, 4 * 5 * of_all);
  EXPECT_LT(on_cpu.denoising_bytes, 4 * 6 * of_all);
  // The MLP of one sample at once: four times its width.
  EXPECT_GT(published({}).denoising_bytes, 2 * (5 * of_all + 2 * of_all));
  EXPECT_LT(published({}).denoising_bytes, 2 * (5 * of_all + 4 * of_all));
}

TEST(ShotCost, TilesTakeAThirdAtMost) {
  const auto bytes = [](models::VaeTiling tiling) {
    return cost_of_shot({}, {}, {}, {}, kGpu, FirstFrame::made, tiling).decoding_bytes;
  };
  EXPECT_LT(bytes(models::VaeTiling::on), bytes(models::VaeTiling::off) / 3);
}

MemoryPlan plan_of_three() {
  return {.stages = {{.name = "null condition",
                      .networks = {{.name = "text_encoder", .weights = 900}},
                      .activations = 50,
                      .once = true},
                     {.name = "conditions",
                      .networks = {{.name = "llm", .weights = 400, .reading = 100, .kept = 60}},
                      .activations = 10},
                     {.name = "denoising",
                      .networks = {{.name = "transformer", .weights = 300, .reading = 300}},
                      .activations = 70},
                     {.name = "decoding",
                      .networks = {{.name = "vae", .weights = 100, .reading = 90}},
                      .activations = 200}}};
}

TEST(MemoryPlan, IsTheMostOfARun) {
  MemoryPlan plan = plan_of_three();
  EXPECT_EQ(plan.needed(), 400 + 300 + 100 + 200);
  // While the transformer is read: 1060; with everything loaded: 60 pages of the table stay.
  EXPECT_EQ(plan.resident(), 400 + 60 + 300 + 300);
  plan.offload = Offload::stage;
  EXPECT_EQ(plan.needed(), 950) << "the text encoder is there alone, once";
  plan.stages.front().networks.front().weights = 10;
  EXPECT_EQ(plan.needed(), 410);
  EXPECT_EQ(plan.resident(), 600) << "the transformer beside its file's pages";
}

TEST(MemoryPlan, IsToldPartByPart) {
  const MemoryPlan plan{
      .stages = {{.name = "denoising",
                  .networks = {{.name = "transformer", .weights = 3'390'000'000}},
                  .activations = 2'000'000'000},
                 {.name = "decoding", .networks = {{.name = "vae", .weights = 430'000'000}}}}};
  EXPECT_EQ(plan.needed(), 5'820'000'000);
  const std::string text = describe(plan, "cuda:0");
  EXPECT_THAT(text, HasSubstr("cuda:0"));
  EXPECT_THAT(text, HasSubstr("3.39 GB"));
  EXPECT_THAT(text, HasSubstr("activations, denoising"));
  EXPECT_THAT(text, HasSubstr("together"));
  EXPECT_THAT(text, HasSubstr("5.82 GB"));
  EXPECT_THAT(
      describe(
          {.stages = {{.name = "decoding", .networks = {{.name = "vae", .weights = 1'400'000}}}},
           .offload = Offload::stage},
          "cpu"),
      AllOf(HasSubstr("1.4 MB"), HasSubstr("one stage at a time")));
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
