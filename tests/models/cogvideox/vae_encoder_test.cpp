// What holds for every encoder; values are compared with diffusers' in vae_golden_test.cpp.
#include "models/cogvideox/vae_encoder.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "models/cogvideox/frame_batches.h"
#include "models/layers/runtime.h"
#include "tests/models/cogvideox/vae_golden.h"
#include "tests/models/weights/expect_error.h"

namespace asbench::models {
namespace {

using ::asbench::testing::expect_error;

constexpr double kThreadTolerance = 1e-5;

class VaeEncoderTest : public ::testing::Test {
 protected:
  VaeEncoderTest()
      : golden_(read_vae_golden()), encoder_(load_vae_encoder(golden_.checkpoint, c10::kCPU)) {}

  static at::Tensor frames(std::int64_t count, std::int64_t height, std::int64_t width) {
    return wave({1, 3, count, height, width}).div_(1.7);
  }

  VaeGolden golden_;
  VaeEncoder encoder_;
};

double difference(const at::Tensor& a, const at::Tensor& b) {
  return ((a - b).abs().max() / b.abs().max()).item<double>();
}

TEST_F(VaeEncoderTest, GivesAsManyLatentsAsTheBatchesSay) {
  for (const std::int64_t count : {1, 2, 3, 7, 8, 9, 10, 17, 23}) {
    const VaePosterior posterior = encode_frames(encoder_, frames(count, 8, 19));
    const std::vector<std::int64_t> shape = {1, 4, encoded_frames(count, 2), 1, 2};
    EXPECT_EQ(posterior.mean.sizes().vec(), shape);
    EXPECT_EQ(posterior.logvar.sizes().vec(), shape);
  }
}

TEST_F(VaeEncoderTest, SeesNoFrameOfALaterBatchAndRemembersTheOneBefore) {
  const at::Tensor video = frames(17, 8, 8);
  const at::Tensor latents = encode_frames(encoder_, video).mean;
  at::Tensor later = video.clone();
  later.narrow(2, 9, 8).neg_();
  EXPECT_TRUE(
      at::equal(encode_frames(encoder_, later).mean.narrow(2, 0, 3), latents.narrow(2, 0, 3)));
  at::Tensor earlier = video.clone();
  earlier.narrow(2, 0, 9).neg_();
  EXPECT_GT(
      difference(encode_frames(encoder_, earlier).mean.narrow(2, 3, 2), latents.narrow(2, 3, 2)),
      1e-3);
  EXPECT_TRUE(at::equal(encode_frames(encoder_, video).mean, latents)) << "nothing is left behind";
}

TEST_F(VaeEncoderTest, HardlyDependsOnTheThreadCount) {
  const at::Tensor video = frames(9, 24, 32);
  configure_runtime(1);
  const at::Tensor one = encode_frames(encoder_, video).mean;
  configure_runtime(2);
  const at::Tensor two = encode_frames(encoder_, video).mean;
  configure_runtime();
  EXPECT_LE(difference(two, one), kThreadTolerance);
}

TEST_F(VaeEncoderTest, ClampsTheLogarithmOfTheVarianceAlone) {
  VaeEncoder extreme = encoder_;
  extreme.conv_out.layer.bias = at::tensor({90.F, 0.F, 0.F, 0.F, 90.F, -90.F, 0.F, 0.F});
  const VaePosterior posterior = encode_frames(extreme, frames(1, 8, 8));
  EXPECT_TRUE(at::all(posterior.logvar.select(1, 0) == 20.0).item<bool>());
  EXPECT_TRUE(at::all(posterior.logvar.select(1, 1) == -30.0).item<bool>());
  EXPECT_TRUE(at::all(posterior.mean.select(1, 0) > 60.0).item<bool>());
}

TEST(VaePosterior, IsSampledAndScaled) {
  const VaePosterior posterior = {at::full({1, 1, 1, 1, 2}, 3.0),
                                  at::full({1, 1, 1, 1, 2}, 2.0 * std::log(0.5))};
  const at::Tensor noise = at::tensor({1.0F, -2.0F}).view({1, 1, 1, 1, 2});
  VaeConfig config;
  config.scaling_factor = 0.5;
  // 3 + 0.5 noise, times 0.5
  EXPECT_TRUE(
      at::allclose(scaled_sample(posterior, noise, config).flatten(), at::tensor({1.75F, 1.0F})));
  config.invert_scale_latents = true;
  EXPECT_TRUE(
      at::allclose(scaled_sample(posterior, noise, config).flatten(), at::tensor({7.0F, 4.0F})));
  expect_error([&] { static_cast<void>(scaled_sample(posterior, noise.squeeze(0), config)); },
               {"noise", "[1, 1, 1, 2]", "[1, 1, 1, 1, 2]"});
}

TEST_F(VaeEncoderTest, RefusesFramesOfAnotherShape) {
  const auto encode = [&](const at::Tensor& video) {
    return [&, video] { static_cast<void>(encode_frames(encoder_, video)); };
  };
  expect_error(encode(frames(2, 8, 8).transpose(1, 2)), {"[1, 2, 3, 8, 8]", "[B, 3, T, H, W]"});
  expect_error(encode(frames(2, 8, 8)[0]), {"[3, 2, 8, 8]"});
  expect_error(encode(frames(1, 7, 8)), {"[1, 3, 1, 7, 8]", "at least 8"});
  expect_error(encode(at::empty({1, 3, 0, 8, 8})), {"[1, 3, 0, 8, 8]"});
  expect_error(encode(frames(1, 8, 8).to(at::kByte)), {"Byte", "floating-point"});
}

}  // namespace
}  // namespace asbench::models
