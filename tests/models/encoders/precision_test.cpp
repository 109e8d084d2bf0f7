// The arithmetic that a GPU is asked for, on the CPU: the same code but for the matrix library.
#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "models/encoders/clip_encoder.h"
#include "models/encoders/dreamsim.h"
#include "models/encoders/encoder.h"
#include "models/encoders/vision_tower.h"
#include "models/layers/runtime.h"
#include "models/weights/state_dict.h"
#include "tests/models/encoders/encoder_golden.h"
#include "tests/models/weights/expect_error.h"
#include "tests/support/seeded_checkpoint.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

using ::asbench::testing::expect_error;

/// 1 - cosine of a feature in bfloat16 with that in float32: every factor has 8 bits, some tens of
/// layers' worth of roundings that partly cancel.
constexpr double kBfloat16Cosine = 2e-3;
/// Two orders of addition of float32 sums.
constexpr double kFloat32Distance = 2e-5;

class PrecisionOf : public ::testing::TestWithParam<const char*> {
 protected:
  PrecisionOf() {
    asbench::testing::write_seeded_checkpoint(folder_.path(), GetParam(),
                                              asbench::testing::CheckpointSize::tiny);
    checkpoint_ = open_checkpoint(GetParam(), default_weight_folders(folder_.path()));
    pixels_ = at::arange(4 * 3 * 224 * 224, at::kFloat)
                  .mul_(0.618034)
                  .frac_()
                  .mul_(4)
                  .sub_(2)
                  .view({4, 3, 224, 224});
  }

  asbench::testing::TemporaryFolder folder_;
  Checkpoint checkpoint_;
  at::Tensor pixels_;
};

TEST_P(PrecisionOf, Bfloat16IsNearFloat32AndSaysSo) {
  const auto exact = load_image_encoder(checkpoint_);
  const auto rounded = load_image_encoder(checkpoint_, {.precision = Precision::bf16});
  EXPECT_EQ(exact->info().dtype, "float32");
  EXPECT_EQ(rounded->info().dtype, "bfloat16");
  const at::Tensor a = exact->encode_images(pixels_);
  const at::Tensor b = rounded->encode_images(pixels_);
  EXPECT_EQ(b.scalar_type(), at::kFloat);
  const at::Tensor cosines = at::cosine_similarity(a, b);
  EXPECT_GE(cosines.min().item<double>(), 1.0 - kBfloat16Cosine);
  EXPECT_FALSE(at::equal(a, b)) << "nothing was rounded";
}

// What a GPU runs in float32: plain tensors through the matrix library instead of our own kernels.
TEST_P(PrecisionOf, TheWayOfAGpuGivesTheFeaturesOfTheCpu) {
  const InferenceScope scope;
  StateDict weights = StateDict::load(checkpoint_);
  const VisionConfig config = parse_vision_config(checkpoint_.config, checkpoint_.id);
  VisionTower tower = load_vision_tower(weights, config);
  Placement placement = c10::Device(c10::kCPU);
  placement.own_kernels = false;
  move_to(tower, placement);
  EXPECT_FALSE(tower.blocks.front().qkv.packed) << "this would be the CPU's way";
  const at::Tensor features = run(tower, pixels_, tower.positions_for(224, 224));
  const at::Tensor expected = load_image_encoder(checkpoint_)->encode_images(pixels_);
  EXPECT_LE(feature_distance(features, expected), kFloat32Distance);
}

// The same of DreamSim, whose branches are joined.
TEST(PrecisionOfDreamSim, TheWayOfAGpuGivesTheFeaturesOfTheCpu) {
  const InferenceScope scope;
  const asbench::testing::TemporaryFolder folder;
  constexpr const char* kDreamSim = "ssundaram21/dreamsim-ensemble";
  asbench::testing::write_seeded_checkpoint(folder.path(), kDreamSim,
                                            asbench::testing::CheckpointSize::tiny);
  const Checkpoint checkpoint = open_checkpoint(kDreamSim, default_weight_folders(folder.path()));
  StateDict weights = StateDict::load(checkpoint);
  DreamSim network = load_dreamsim(weights, parse_dreamsim_config(checkpoint.config, "id"));
  Placement placement = c10::Device(c10::kCPU);
  placement.own_kernels = false;
  move_to(network, placement);
  const at::Tensor pixels =
      at::arange(4 * 3 * 224 * 224, at::kFloat).mul_(0.618034).frac_().view({4, 3, 224, 224});
  const at::Tensor expected = load_image_encoder(checkpoint)->encode_images(pixels);
  EXPECT_LE(feature_distance(run(network, pixels), expected), kFloat32Distance);
  const auto rounded = load_image_encoder(checkpoint, {.precision = Precision::bf16});
  const at::Tensor cosines = at::cosine_similarity(rounded->encode_images(pixels), expected);
  EXPECT_GE(cosines.min().item<double>(), 1.0 - kBfloat16Cosine);
  EXPECT_LT(cosines.min().item<double>(), 1.0 - 1e-7) << "nothing was rounded";
}

INSTANTIATE_TEST_SUITE_P(Tiny, PrecisionOf,
                         ::testing::Values("openai/clip-vit-base-patch32", "facebook/dino-vitb16"),
                         [](const auto& chosen) {
                           return chosen.param[0] == 'o' ? std::string("clip") : "dino";
                         });

TEST(PrecisionOfTexts, Bfloat16IsNearFloat32) {
  const asbench::testing::TemporaryFolder folder;
  constexpr const char* kClip = "openai/clip-vit-base-patch32";
  asbench::testing::write_seeded_checkpoint(folder.path(), kClip,
                                            asbench::testing::CheckpointSize::tiny);
  const auto checkpoint = open_checkpoint(kClip, default_weight_folders(folder.path()));
  const std::vector<std::string> texts = {"a cat", "the fox runs", "a girl holds a small cat"};
  const at::Tensor a = load_text_encoder(checkpoint)->encode_texts(texts).features;
  const at::Tensor b =
      load_text_encoder(checkpoint, {.precision = Precision::bf16})->encode_texts(texts).features;
  EXPECT_GE(at::cosine_similarity(a, b).min().item<double>(), 1.0 - kBfloat16Cosine);
}

TEST(PrecisionNames, AreThoseOfTheOptionAndOfSignatures) {
  for (const auto& [text, dtype] :
       {std::pair{"fp32", "float32"}, {"tf32", "tf32"}, {"bf16", "bfloat16"}}) {
    const Precision precision = parse_precision(text);
    EXPECT_EQ(dtype_name(precision), dtype);
    EXPECT_EQ(precision_of_dtype(dtype), precision);
  }
  expect_error<UsageError>([] { static_cast<void>(parse_precision("fp16")); },
                           {"--precision fp16", "fp32, tf32, bf16"});
  expect_error([] { static_cast<void>(precision_of_dtype("fp32")); }, {"fp32", "bfloat16"});
}

TEST(PrecisionOfTheRuntime, AllowsTf32WhereItIsAskedForAlone) {
  configure_runtime(1, Precision::tf32);
  EXPECT_TRUE(at::globalContext().allowTF32CuBLAS());
  EXPECT_TRUE(at::globalContext().allowTF32CuDNN());
  for (const Precision precision : {Precision::bf16, Precision::fp32}) {
    configure_runtime(1, precision);
    EXPECT_FALSE(at::globalContext().allowTF32CuBLAS());
    EXPECT_FALSE(at::globalContext().allowTF32CuDNN());
  }
  configure_runtime();
}

TEST(PrecisionOfTorchScript, IsItsOwn) {
  ClipCheckpoint checkpoint;
  checkpoint.id = "i3d.pt";
  checkpoint.torchscript = "i3d.pt";
  expect_error<UsageError>(
      [&] {
        static_cast<void>(load_clip_encoder(checkpoint, named_clip_profile("stylegan-v"),
                                            {c10::Device(c10::kCPU), Precision::bf16}));
      },
      {"--precision bf16", "i3d.pt", "fp32 or tf32"});
}

}  // namespace
}  // namespace asbench::models
