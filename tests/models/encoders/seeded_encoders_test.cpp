// Real-size CLIP ViT-B/32, DINO ViT-B/16 and DreamSim from seeds, against transformers 5.23.0
// (tests/golden/seeded_encoders) and dreamsim 0.2.1. About a gigabyte on disk while it runs.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <memory>

#include "core/hash.h"
#include "models/encoders/encoder.h"
#include "models/layers/runtime.h"
#include "models/weights/safetensors.h"
#include "tests/models/encoders/encoder_golden.h"
#include "tests/support/paths.h"
#include "tests/support/seeded_checkpoint.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

namespace fs = std::filesystem;
using asbench::testing::CheckpointSize;
using asbench::testing::fnv1a;
using asbench::testing::seeded_value;

constexpr std::uint64_t kSeed = 1;
constexpr std::int64_t kPictures = 5;
/// At this depth and width float32 noise is 3e-7; the promise of 2e-5 would hide real mistakes.
constexpr double kRealSizeNoise = 3e-6;

fs::path golden_folder() {
  return testing::source_folder() / "tests" / "golden" / "seeded_encoders";
}

/// Twin of pictures() in the golden's script.
at::Tensor pictures() {
  const std::uint64_t cells = fnv1a("picture cells");
  const std::uint64_t noise = fnv1a("picture pixels");
  at::Tensor pixels = at::empty({kPictures, 3, 224, 224});
  auto* out = pixels.data_ptr<float>();
  std::uint64_t index = 0;
  for (std::uint64_t plane = 0; plane < kPictures * 3; ++plane) {
    for (std::uint64_t y = 0; y < 224; ++y) {
      for (std::uint64_t x = 0; x < 224; ++x, ++index) {
        const std::uint64_t cell = (plane * 14 + y / 16) * 14 + x / 16;
        const double fine = 0.25 * seeded_value(noise, kSeed, index);
        out[index] = static_cast<float>(seeded_value(cells, kSeed, cell) + fine);
      }
    }
  }
  return pixels;
}

class SeededEncoders : public ::testing::Test {
 protected:
  SeededEncoders() : expected_(read_tensors(golden_folder() / "expected.safetensors")) {}

  Checkpoint write(const char* id) {
    asbench::testing::write_seeded_checkpoint(folder_.path(), id, CheckpointSize::real, kSeed);
    return open_checkpoint(id, default_weight_folders(folder_.path()));
  }

  void expect_images(const ImageEncoder& encoder, const char* name) {
    const at::Tensor features = encoder.encode_images(pictures());
    const double distance = feature_distance(features, expected_.at(name));
    EXPECT_LE(distance, kFeatureTolerance);
    EXPECT_LE(distance, kRealSizeNoise);
    // One at a time: the same picture has the same feature.
    EXPECT_LE(feature_distance(encoder.encode_images(pictures().narrow(0, 3, 1)),
                               features.narrow(0, 3, 1)),
              1e-6);
  }

  std::map<std::string, at::Tensor> expected_;
  asbench::testing::TemporaryFolder folder_;
  InferenceScope scope_;
};

TEST_F(SeededEncoders, GoldenIsWhatItsScriptWrites) {
  EXPECT_EQ(SafetensorsFile::open(golden_folder() / "expected.safetensors")
                .metadata()
                .at("script_sha256"),
            sha256_file(golden_folder() / "generate.py"));
  EXPECT_TRUE(at::equal(pictures().select(3, 0).select(2, 0), expected_.at("first_pixels")));
}

TEST_F(SeededEncoders, ClipB32GivesThePublishedFeatures) {
  const Checkpoint clip = write("openai/clip-vit-base-patch32");
  expect_images(*load_image_encoder(clip), "clip.images");
  const at::Tensor& padded = expected_.at("ids");
  std::vector<std::vector<std::int64_t>> ids;
  for (std::int64_t i = 0; i < padded.size(0); ++i) {
    const auto* const begin = padded.select(0, i).const_data_ptr<std::int64_t>();
    ids.emplace_back(begin, begin + padded.size(1));
  }
  const double distance =
      feature_distance(load_text_encoder(clip)->encode_ids(ids), expected_.at("clip.texts"));
  EXPECT_LE(distance, kFeatureTolerance);
  EXPECT_LE(distance, kRealSizeNoise);
}

TEST_F(SeededEncoders, DinoB16GivesThePublishedFeatures) {
  expect_images(*load_image_encoder(write("facebook/dino-vitb16")), "dino.images");
}

// tests/golden/dreamsim/real.safetensors: the dreamsim package with the same weights.
TEST_F(SeededEncoders, DreamSimGivesThePublishedEmbeddings) {
  const fs::path golden = testing::source_folder() / "tests" / "golden" / "dreamsim";
  const auto expected = read_tensors(golden / "real.safetensors");
  EXPECT_EQ(SafetensorsFile::open(golden / "real.safetensors").metadata().at("script_sha256"),
            sha256_file(golden / "generate.py"));
  const at::Tensor pixels = pictures().mul(0.2).add(0.5);
  EXPECT_LE(
      (pixels.select(3, 0).select(2, 0) - expected.at("first_pixels")).abs().max().item<double>(),
      1e-7);
  const auto encoder = load_image_encoder(write("ssundaram21/dreamsim-ensemble"));
  EXPECT_EQ(encoder->info().dim, 1792);
  const at::Tensor embedding = encoder->encode_images(pixels);
  const at::Tensor& published = expected.at("embedding");
  EXPECT_LE(state_distance(embedding, published), kFeatureTolerance);
  EXPECT_LE(feature_distance(embedding, published), kRealSizeNoise);
  const at::Tensor wide = unit_rows(embedding);
  const at::Tensor distances = 1.0 - at::mv(wide, wide[0]);
  const at::Tensor& published_distances = expected.at("distance");
  EXPECT_LE((distances - published_distances).abs().max().item<double>(),
            kFeatureTolerance * published_distances.max().item<double>());
}

}  // namespace
}  // namespace asbench::models
