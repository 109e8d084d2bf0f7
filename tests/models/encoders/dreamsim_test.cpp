#include "models/encoders/dreamsim.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "models/encoders/encoder.h"
#include "models/layers/runtime.h"
#include "tests/models/encoders/encoder_golden.h"
#include "tests/models/weights/expect_error.h"
#include "tests/support/seeded_checkpoint.h"
#include "tests/support/temporary_folder.h"

namespace asbench::models {
namespace {

using ::asbench::testing::CheckpointSize;
using ::asbench::testing::expect_error;
using ::asbench::testing::SeededTensor;

constexpr const char* kDreamSim = "ssundaram21/dreamsim-ensemble";

at::Tensor pictures(std::int64_t count) {
  return at::arange(count * 3 * 224 * 224, at::kFloat)
      .mul_(0.618034)
      .frac_()
      .view({count, 3, 224, 224});
}

Json tiny_config() {
  return asbench::testing::seeded_config(kDreamSim, CheckpointSize::tiny);
}

TEST(DreamSimRows, AreCentredAndOfLengthOneByHand) {
  const at::Tensor rows = at::empty({2, 4});
  const std::vector<float> values{1, 2, 3, 6, -1, -1, 1, 1};
  std::copy(values.begin(), values.end(), rows.mutable_data_ptr<float>());
  const at::Tensor result = centred_unit_rows(rows);
  // (1, 2, 3, 6) - 3 = (-2, -1, 0, 3), of length sqrt(14); (-1, -1, 1, 1) has mean 0 and length 2.
  const std::vector<double> expected{
      -2 / std::sqrt(14.0), -1 / std::sqrt(14.0), 0, 3 / std::sqrt(14.0), -0.5, -0.5, 0.5, 0.5};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(result.flatten()[static_cast<std::int64_t>(i)].item<double>(), expected[i], 6e-8);
  }
}

TEST(DreamSimRows, ARowOfEqualValuesHasNoDirection) {
  const at::Tensor result = centred_unit_rows(at::full({1, 5}, 3.0F));
  EXPECT_TRUE(at::isnan(result).all().item<bool>());
}

TEST(DreamSimConfigFile, DescribesThePublishedEnsemble) {
  const DreamSimConfig config =
      parse_dreamsim_config(asbench::testing::seeded_config(kDreamSim, CheckpointSize::real), "id");
  ASSERT_EQ(config.branches.size(), 3U);
  EXPECT_EQ(config.dim(), 1792);
  EXPECT_EQ(config.layers(), 36);
  EXPECT_EQ(config.branches[0].vision.dim(), 768);
  EXPECT_FALSE(config.branches[0].pre_norm);
  EXPECT_EQ(config.branches[0].vision.blocks.eps, 1e-6);
  EXPECT_EQ(config.branches[1].vision.dim(), 512);
  EXPECT_TRUE(config.branches[1].pre_norm);
  EXPECT_EQ(config.branches[1].vision.blocks.activation, Activation::quick_gelu);
  EXPECT_EQ(config.branches[2].vision.blocks.activation, Activation::gelu);
  EXPECT_EQ(config.branches[2].vision.blocks.eps, 1e-5);
}

TEST(DreamSimConfigFile, NamesTheBranchAndTheFieldThatItRefuses) {
  const auto refused = [](const std::function<void(Json&)>& change,
                          const std::vector<std::string_view>& parts) {
    Json config = tiny_config();
    change(config);
    expect_error([&] { static_cast<void>(parse_dreamsim_config(config, "org/name")); }, parts);
  };
  refused([](Json& c) { c["branches"] = Json::array(); }, {"config.json of org/name", "branches"});
  refused([](Json& c) { c.erase("branches"); }, {"branches", "absent"});
  refused([](Json& c) { c["branches"] = Json(17, Json::object()); }, {"branches", "1 to 16"});
  refused([](Json& c) { c["branches"][1].erase("feat_type"); },
          {"branches[1].feat_type", "\"cls\" and \"embedding\""});
  refused([](Json& c) { c["branches"][0]["feat_type"] = "cls_patch"; },
          {"branches[0].feat_type", "cls_patch"});
  refused([](Json& c) { c["branches"][0]["projection_dim"] = 12; }, {"branches[0].projection_dim"});
  refused([](Json& c) { c["branches"][2]["patch_size"] = 15; }, {"branches[2].patch_size", "224"});
  refused(
      [](Json& c) {
        c["branches"][2]["image_std"] = {0.1, 0.0, 0.1};
      },
      {"branches[2].image_std", "above 0"});
  refused(
      [](Json& c) {
        c["branches"][2]["image_mean"] = {0.1, 0.2};
      },
      {"branches[2].image_mean", "three numbers"});
  refused([](Json& c) { c["branches"][1]["num_attention_heads"] = 5; },
          {"branches[1].num_attention_heads"});
  refused([](Json& c) { c["branches"][1] = 7; }, {"branches[1]", "object"});
}

TEST(DreamSimOperations, AreTheSumOfItsBranches) {
  const DreamSimConfig config = parse_dreamsim_config(tiny_config(), "id");
  double sum = 0.0;
  for (const auto& branch : config.branches) sum += flops_per_image(branch.vision, 224, 224);
  EXPECT_DOUBLE_EQ(flops_per_image(config), sum);
}

/// The tiny seeded checkpoint of the published layout.
class DreamSimEncoderTest : public ::testing::Test {
 protected:
  DreamSimEncoderTest() {
    asbench::testing::write_seeded_checkpoint(folder_.path(), kDreamSim, CheckpointSize::tiny);
  }
  [[nodiscard]] Checkpoint checkpoint() const {
    return open_checkpoint(kDreamSim, default_weight_folders(folder_.path()));
  }

  asbench::testing::TemporaryFolder folder_;
};

TEST_F(DreamSimEncoderTest, HasThePinnedProfileAndTheLengthOfAllFeatures) {
  const EncoderInfo info = load_image_encoder(checkpoint())->info();
  EXPECT_EQ(info.profile.describe(), "dreamsim[squash224,bicubic,nonorm]");
  EXPECT_EQ(info.dim, 48 + 32 + 32);
  EXPECT_EQ(info.dim, image_feature_length(checkpoint()));
  EXPECT_EQ(info.flops_per_image,
            flops_per_image(parse_dreamsim_config(checkpoint().config, "id")));
}

TEST_F(DreamSimEncoderTest, GivesRowsOfLengthOneAndMeanZero) {
  const at::Tensor features = load_image_encoder(checkpoint())->encode_images(pictures(3));
  ASSERT_EQ(features.sizes().vec(), (std::vector<std::int64_t>{3, 112}));
  const at::Tensor wide = features.to(at::kDouble);
  EXPECT_LE((wide.norm(2, {1}) - 1.0).abs().max().item<double>(), 1e-6);
  EXPECT_LE(wide.mean(1).abs().max().item<double>(), 1e-8);
  EXPECT_EQ(load_image_encoder(checkpoint())->encode_images(pictures(0)).size(0), 0);
}

TEST_F(DreamSimEncoderTest, RefusesOtherSizesAndOtherProfiles) {
  const auto encoder = load_image_encoder(checkpoint());
  for (const auto& [height, width] : {std::pair{224, 240}, {448, 448}, {112, 224}}) {
    expect_error(
        [&] {
          static_cast<void>(encoder->encode_images(at::zeros({1, 3, height, width})));
        },
        {kDreamSim, "224"});
  }
  expect_error(
      [&] { static_cast<void>(load_image_encoder(checkpoint(), {.preprocess = "dino-eval"})); },
      {kDreamSim, "dino-eval[", "not normalised"});
}

TEST_F(DreamSimEncoderTest, ListsEveryKeyThatDoesNotFit) {
  std::vector<SeededTensor> tensors = asbench::testing::seeded_tensors(tiny_config());
  std::erase_if(tensors, [](const SeededTensor& tensor) {
    return tensor.name == "extractor_list.1.proj" ||
           tensor.name == "extractor_list.2.model.pos_drop.bias";
  });
  // DINO's last norm: nothing is read behind it.
  tensors.push_back({"extractor_list.0.model.norm.weight", {48}});
  tensors.push_back({"extractor_list.0.model.blocks.0.attn.qkv.lora_A.weight", {16, 48}});
  asbench::testing::write_seeded_weights(folder_ / kDreamSim / "model.safetensors", tensors, 1);
  expect_error([&] { static_cast<void>(load_image_encoder(checkpoint())); },
               {"extractor_list.1.proj", "extractor_list.2.model.pos_drop.bias",
                "extractor_list.0.model.norm.weight", "lora_A"});
}

}  // namespace
}  // namespace asbench::models
