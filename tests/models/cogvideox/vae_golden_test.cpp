// The VAE against diffusers 0.42.1 (tests/golden/cogvideox_vae): whole videos, in tiles, batch by
// batch and part by part.
#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "core/hash.h"
#include "models/cogvideox/vae_decoder.h"
#include "models/cogvideox/vae_encoder.h"
#include "models/layers/runtime.h"
#include "tests/models/cogvideox/vae_golden.h"

namespace asbench::models {
namespace {

class VaeGoldenTest : public ::testing::Test {
 protected:
  VaeGoldenTest()
      : golden_(read_vae_golden()),
        decoder_(load_vae_decoder(golden_.checkpoint, c10::kCPU)),
        encoder_(load_vae_encoder(golden_.checkpoint, c10::kCPU)) {}

  void expect_near(const std::string& name, const at::Tensor& value) {
    const double distance = golden_.distance(name, value);
    RecordProperty(name, fmt::format("{:.1e}", distance));
    EXPECT_LE(distance, kVaeTolerance) << name;
  }

  VaeGolden golden_;
  VaeDecoder decoder_;
  VaeEncoder encoder_;
};

std::string test_name(const ::testing::TestParamInfo<const char*>& chosen) {
  std::string name = chosen.param;
  for (char& c : name) {
    if (c == '.') c = '_';
  }
  return name;
}

TEST_F(VaeGoldenTest, IsWhatItsScriptWrites) {
  EXPECT_EQ(golden_.script_sha256, sha256_file(golden_.checkpoint.folder / "generate.py"));
  EXPECT_LE(10 * golden_.fp32_noise, kVaeTolerance);
}

class VaeDecoderGolden : public VaeGoldenTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(VaeDecoderGolden, GivesTheSameVideo) {
  const std::string name = GetParam();
  const at::Tensor video = decode_latents(decoder_, golden_.at(name + ".latents"));
  const at::Tensor& shape = golden_.at(name + ".shape");
  EXPECT_TRUE(at::equal(at::tensor(video.sizes()), shape)) << video.sizes();
  expect_near(name + ".sample", video);
}

INSTANTIATE_TEST_SUITE_P(Frames, VaeDecoderGolden,
                         ::testing::Values("decode.1", "decode.2", "decode.3", "decode.4",
                                           "decode.5", "decode.13"),
                         test_name);

TEST_F(VaeGoldenTest, DecodesEachBatchAlikePartByPart) {
  std::set<std::string> compared;
  const VaeObserver compare = [&](std::string_view part, const at::Tensor& value) {
    const std::string first = fmt::format("decode.5.0.{}", part);
    const std::string name = compared.contains(first) ? fmt::format("decode.5.1.{}", part) : first;
    EXPECT_TRUE(compared.insert(name).second) << name;
    expect_near(name, value);
  };
  static_cast<void>(
      decode_latents(decoder_, golden_.at("decode.5.latents"), VaeTiling::off, compare));
  EXPECT_EQ(compared.size(), 2 * (4 + decoder_.up_blocks.size()));
}

TEST_F(VaeGoldenTest, DecodesTilesAlike) {
  const at::Tensor& latents = golden_.at("tiled.4.latents");
  const at::Tensor tiled = decode_latents(decoder_, latents, VaeTiling::on);
  EXPECT_TRUE(at::equal(at::tensor(tiled.sizes()), golden_.at("tiled.4.shape")));
  expect_near("tiled.4.sample", tiled);
  EXPECT_GT(golden_.distance("tiled.4.sample", decode_latents(decoder_, latents)), 0.01)
      << "tiles make another video than one piece";
}

class VaeEncoderGolden : public VaeGoldenTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(VaeEncoderGolden, GivesTheSamePosterior) {
  const std::string name = GetParam();
  const VaePosterior posterior = encode_frames(encoder_, golden_.at(name + ".sample"));
  ASSERT_EQ(posterior.mean.sizes(), golden_.at(name + ".mean").sizes());
  ASSERT_EQ(posterior.logvar.sizes(), golden_.at(name + ".logvar").sizes());
  expect_near(name + ".mean", posterior.mean);
  expect_near(name + ".logvar", posterior.logvar);
}

INSTANTIATE_TEST_SUITE_P(Frames, VaeEncoderGolden,
                         ::testing::Values("encode.1", "encode.8", "encode.9", "encode.17",
                                           "encode.odd"),
                         test_name);

TEST_F(VaeGoldenTest, EncodesEachBatchAlikePartByPart) {
  std::set<std::string> compared;
  const VaeObserver compare = [&](std::string_view part, const at::Tensor& value) {
    const std::string first = fmt::format("encode.17.0.{}", part);
    const std::string name = compared.contains(first) ? fmt::format("encode.17.1.{}", part) : first;
    EXPECT_TRUE(compared.insert(name).second) << name;
    expect_near(name, value);
  };
  static_cast<void>(encode_frames(encoder_, golden_.at("encode.17.sample"), compare));
  EXPECT_EQ(compared.size(), 2 * (4 + encoder_.down_blocks.size()));
}

// Mistakes that give plausible videos: each must be far outside the tolerance, so that the goldens
// would see it.
TEST_F(VaeGoldenTest, WouldSeeAnotherBatching) {
  const InferenceScope scope;
  const at::Tensor z = golden_.at("decode.4.latents").permute({0, 2, 3, 4, 1}).contiguous();
  FrameCaches caches(decoder_.caches);
  const at::Tensor video = decode_batch(decoder_, z, caches).permute({0, 4, 1, 2, 3});
  EXPECT_TRUE(at::equal(at::tensor(video.sizes()), golden_.at("decode.4.shape")))
      << "four at once give as many frames as two and two";
  EXPECT_GT(golden_.distance("decode.4.sample", video), 100 * kVaeTolerance);
}

TEST_F(VaeGoldenTest, WouldSeeCachesThatAreForgottenBetweenBatches) {
  const InferenceScope scope;
  const at::Tensor& latents = golden_.at("decode.4.latents");
  const at::Tensor video = at::cat({decode_latents(decoder_, latents.narrow(2, 0, 2)),
                                    decode_latents(decoder_, latents.narrow(2, 2, 2))},
                                   2);
  EXPECT_GT(golden_.distance("decode.4.sample", video), 100 * kVaeTolerance);
}

TEST_F(VaeGoldenTest, WouldSeeNormEpsInTheSpatialNorms) {
  VaeDecoder wrong = decoder_;
  wrong.norm_out.norm_layer.eps = decoder_.config.norm_eps;
  EXPECT_GT(
      golden_.distance("decode.3.sample", decode_latents(wrong, golden_.at("decode.3.latents"))),
      10 * kVaeTolerance);
}

TEST_F(VaeGoldenTest, WouldSeeTheEpsOfTheEncodersResnetsAndItsLastNormMixedUp) {
  const at::Tensor& frames = golden_.at("encode.9.sample");
  VaeEncoder wrong = encoder_;
  wrong.norm_out.norm_layer.eps = encoder_.config.norm_eps;
  EXPECT_GT(golden_.distance("encode.9.mean", encode_frames(wrong, frames).mean),
            10 * kVaeTolerance);
  wrong = encoder_;
  wrong.mid_block[0].norm1.norm_layer.eps = 1e-6;
  EXPECT_GT(golden_.distance("encode.9.mean", encode_frames(wrong, frames).mean),
            10 * kVaeTolerance);
}

}  // namespace
}  // namespace asbench::models
