// CogVideoX's VAE with three layers a block against diffusers: tests/golden/cogvideox_vae_deep.
#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "baselines/animeshooter_gen/model_folder.h"
#include "baselines/animeshooter_gen/tensor_file.h"
#include "core/hash.h"
#include "models/cogvideox/vae_decoder.h"
#include "models/cogvideox/vae_encoder.h"
#include "models/layers/runtime.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"
#include "tools/tiny_generator/tiny_generator.h"

namespace asbench::baselines {
namespace {

namespace fs = std::filesystem;
using asbench::testing::TemporaryFolder;

/// Of the largest value (docs/design/animeshootergen.md 10).
constexpr double kTolerance = 2e-5;
constexpr std::int64_t kLatents = 16;

fs::path golden_folder() {
  return asbench::testing::source_folder() / "tests/golden/cogvideox_vae_deep";
}

at::Tensor values(const std::string& name, const std::vector<std::int64_t>& shape) {
  at::Tensor made = at::empty(shape, at::kFloat);
  const std::uint64_t hash = asbench::testing::fnv1a(name);
  float* const first = made.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < made.numel(); ++i) {
    first[i] = static_cast<float>(
        asbench::testing::seeded_value(hash, /*seed=*/1, static_cast<std::uint64_t>(i)));
  }
  return made;
}

class VaeDeepGolden : public ::testing::Test {
 protected:
  VaeDeepGolden() : golden_(golden_folder() / "expected.safetensors") {
    asbench::testing::write_tiny_cogvideo(folder_ / "model", {.vae = {{"layers_per_block", 3},
                                                                      {"latent_channels", kLatents},
                                                                      {"norm_num_groups", 8},
                                                                      {"sample_height", 96},
                                                                      {"sample_width", 80}}});
    const models::Checkpoint checkpoint = open_part(folder_ / "model/vae");
    decoder_ = models::load_vae_decoder(checkpoint, c10::kCPU);
    encoder_ = models::load_vae_encoder(checkpoint, c10::kCPU);
  }

  /// Of the golden's values, which may be every n-th one.
  double distance(const std::string& name, const at::Tensor& value) {
    at::Tensor expected, is = value;
    if (golden_.has(name + ":step")) {
      const auto step = golden_.take(name + ":step", models::DType::i64, 1).item<std::int64_t>();
      expected = golden_.take(name, models::DType::f32, 1);
      is = value.flatten().slice(0, 0, std::nullopt, step);
    } else {
      expected = golden_.take(name, models::DType::f32, 5);
    }
    EXPECT_EQ(is.sizes(), expected.sizes()) << name;
    if (is.sizes() != expected.sizes()) return 1.0;
    const at::Tensor wide = expected.to(at::kDouble);
    return ((is.to(at::kDouble) - wide).abs().max() / wide.abs().max()).item<double>();
  }
  void expect_near(const std::string& name, const at::Tensor& value) {
    const double apart = distance(name, value);
    RecordProperty(name, fmt::format("{:.1e}", apart));
    EXPECT_LE(apart, kTolerance) << name;
  }
  void expect_video(const std::string& name, const at::Tensor& video) {
    EXPECT_TRUE(
        at::tensor(video.sizes()).equal(golden_.take(name + ".shape", models::DType::i64, 1)))
        << video.sizes();
    expect_near(name + ".sample", video);
  }
  static at::Tensor latents(const std::string& name, std::int64_t batch, std::int64_t frames,
                            std::int64_t height, std::int64_t width) {
    return values(name, {batch, kLatents, frames, height, width});
  }
  static at::Tensor pixels(const std::string& name, std::int64_t batch, std::int64_t frames,
                           std::int64_t height, std::int64_t width) {
    return (values(name, {batch, 3, frames, height, width}) * 0.5).clamp(-1, 1);
  }
  void expect_posterior(const std::string& name, const at::Tensor& frames) {
    const models::VaePosterior posterior = models::encode_frames(encoder_, frames);
    expect_near(name + ".mean", posterior.mean);
    expect_near(name + ".logvar", posterior.logvar);
  }
  /// Compares the parts of two batches, one after the other.
  models::VaeObserver parts_of(const std::string& name, std::set<std::string>& compared) {
    return [this, name, &compared](std::string_view part, const at::Tensor& value) {
      const std::string first = fmt::format("{}.0.{}", name, part);
      const std::string stored =
          compared.contains(first) ? fmt::format("{}.1.{}", name, part) : first;
      EXPECT_TRUE(compared.insert(stored).second) << stored;
      expect_near(stored, value);
    };
  }

  const models::InferenceScope scope_;
  TemporaryFolder folder_;
  TensorReader golden_;
  models::VaeDecoder decoder_;
  models::VaeEncoder encoder_;
};

TEST_F(VaeDeepGolden, IsOfTheScriptsThatLieThere) {
  const auto file = models::SafetensorsFile::open(golden_folder() / "expected.safetensors");
  const fs::path golden = golden_folder().parent_path();
  EXPECT_EQ(file.metadata().at("script"), sha256_file(golden_folder() / "generate.py"));
  EXPECT_EQ(file.metadata().at("seeded"), sha256_file(golden / "animeshootergen/generate.py"));
  EXPECT_EQ(file.metadata().at("vae"), sha256_file(golden / "cogvideox_vae/generate.py"));
  EXPECT_LE(10 * std::stod(file.metadata().at("fp32_fp64_distance")), kTolerance);
}

TEST_F(VaeDeepGolden, HasThreeLayersABlock) {
  ASSERT_EQ(decoder_.up_blocks.size(), 4U);
  ASSERT_EQ(encoder_.down_blocks.size(), 4U);
  for (const auto& block : decoder_.up_blocks) EXPECT_EQ(block.resnets.size(), 4U);
  for (const auto& block : encoder_.down_blocks) EXPECT_EQ(block.resnets.size(), 3U);
}

TEST_F(VaeDeepGolden, DecodesTheSameVideos) {
  const auto expect_decoded = [&](const std::string& name, const at::Tensor& given) {
    expect_video(name, models::decode_latents(decoder_, given));
  };
  expect_decoded("decode.2", latents("decode.2", 2, 2, 3, 2));
  expect_decoded("decode.5", latents("decode.5", 1, 5, 4, 6));
  expect_decoded("decode.13", latents("decode.13", 1, 13, 2, 3));
}

TEST_F(VaeDeepGolden, DecodesPartByPart) {
  std::set<std::string> compared;
  static_cast<void>(models::decode_latents(decoder_, latents("decode.5", 1, 5, 4, 6),
                                           models::VaeTiling::off, parts_of("decode.5", compared)));
  EXPECT_EQ(compared.size(), 2 * (4 + decoder_.up_blocks.size()));
}

TEST_F(VaeDeepGolden, DecodesTilesAlike) {
  const at::Tensor given = latents("tiled.3", 1, 3, 8, 7);
  expect_video("tiled.3", models::decode_latents(decoder_, given, models::VaeTiling::on));
  EXPECT_GT(distance("tiled.3.sample", models::decode_latents(decoder_, given)), 100 * kTolerance)
      << "tiles make another video than one piece";
}

TEST_F(VaeDeepGolden, EncodesTheSamePosteriors) {
  expect_posterior("encode.1", pixels("encode.1", 1, 1, 32, 48));
  expect_posterior("encode.17", pixels("encode.17", 2, 17, 16, 24));
  expect_posterior("encode.49", pixels("encode.49", 1, 49, 16, 16));
}

TEST_F(VaeDeepGolden, EncodesPartByPart) {
  std::set<std::string> compared;
  static_cast<void>(models::encode_frames(encoder_, pixels("encode.17", 2, 17, 16, 24),
                                          parts_of("encode.17", compared)));
  EXPECT_EQ(compared.size(), 2 * (4 + encoder_.down_blocks.size()));
}

/// Layers that are there in the one-layer golden only once: exchanged, they must be seen.
TEST_F(VaeDeepGolden, WouldSeeLayersInAnotherOrder) {
  models::VaeDecoder wrong_decoder = decoder_;
  std::swap(wrong_decoder.up_blocks[1].resnets[2], wrong_decoder.up_blocks[1].resnets[3]);
  EXPECT_GT(distance("decode.5.sample",
                     models::decode_latents(wrong_decoder, latents("decode.5", 1, 5, 4, 6))),
            100 * kTolerance);
  models::VaeEncoder wrong_encoder = encoder_;
  std::swap(wrong_encoder.down_blocks[3].resnets[1], wrong_encoder.down_blocks[3].resnets[2]);
  EXPECT_GT(distance("encode.17.mean",
                     models::encode_frames(wrong_encoder, pixels("encode.17", 2, 17, 16, 24)).mean),
            100 * kTolerance);
}

}  // namespace
}  // namespace asbench::baselines
