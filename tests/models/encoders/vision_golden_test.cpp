// Image towers against transformers 5.23.0 and open_clip_torch 3.3.0
// (tests/golden/{clip,vit,dinov2,dinov2_registers,dinov3,siglip,open_clip_hf,open_clip}): block by
// block, then the feature, also for pictures of another size.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "core/hash.h"
#include "models/encoders/config.h"
#include "models/encoders/encoder.h"
#include "models/encoders/vision_tower.h"
#include "models/layers/runtime.h"
#include "tests/models/encoders/encoder_golden.h"

namespace asbench::models {
namespace {

VisionTower load_tower(const Checkpoint& checkpoint) {
  const VisionConfig config = parse_vision_config(checkpoint.config, checkpoint.id);
  StateDict weights = StateDict::load(checkpoint);
  VisionTower tower = load_vision_tower(weights, config);
  weights.finish(ignorable_keys(config.family));
  return tower;
}

class VisionGolden : public ::testing::TestWithParam<const char*> {
 protected:
  VisionGolden() : golden_(read_encoder_golden(GetParam())) {}

  EncoderGolden golden_;
  InferenceScope scope_;
};

TEST_P(VisionGolden, IsWhatItsScriptWrites) {
  const std::filesystem::path folder = golden_.checkpoint.folder.parent_path();
  EXPECT_EQ(golden_.script_sha256, sha256_file(folder / "generate.py"));
  EXPECT_EQ(golden_.shared_sha256, sha256_file(folder.parent_path() / "encoder_golden.py"));
}

/// The cases with intermediate states and a second size; open_clip's has the feature only.
class VisionBlocks : public VisionGolden {};

TEST_P(VisionBlocks, MatchTheGoldenOneByOne) {
  const VisionTower tower = load_tower(golden_.checkpoint);
  const at::Tensor& pixels = golden_.at("pixels");
  std::size_t compared = 0;
  const Observer compare = [&](std::string_view name, const at::Tensor& value) {
    at::Tensor expected = golden_.at(std::string(name));
    // The last block is computed at the class token only, where there is one.
    if (expected.dim() == 3 && value.dim() == 2) expected = expected.select(1, 0);
    EXPECT_LE(state_distance(value, expected), kStateTolerance) << name;
    ++compared;
  };
  static_cast<void>(
      run(tower, pixels, tower.positions_for(pixels.size(2), pixels.size(3)), compare));
  EXPECT_EQ(compared, tower.blocks.size() + 2);
}

TEST_P(VisionGolden, GivesTheSameFeature) {
  const auto encoder = load_image_encoder(golden_.checkpoint);
  const at::Tensor features = encoder->encode_images(golden_.at("pixels"));
  EXPECT_EQ(features.size(1), encoder->info().dim);
  EXPECT_LE(feature_distance(features, golden_.at("feature")), golden_.noise_tolerance());
  EXPECT_LE(golden_.noise_tolerance(), kFeatureTolerance);
}

TEST_P(VisionBlocks, StretchThePositionTableForPicturesOfAnotherSize) {
  const auto encoder = load_image_encoder(golden_.checkpoint);
  const at::Tensor features = encoder->encode_images(golden_.at("wide_pixels"));
  EXPECT_LE(feature_distance(features, golden_.at("wide_feature")), golden_.noise_tolerance());
}

TEST_P(VisionGolden, CountsTheOperationsOfItsMatrixProducts) {
  const VisionConfig config = parse_vision_config(golden_.checkpoint.config, "golden");
  const VisionTower tower = load_tower(golden_.checkpoint);
  const double side = static_cast<double>(config.image_size / config.patch_size);
  const double patches = side * side;
  const double tokens = patches + static_cast<double>(tower.tokens_before_patches());
  const auto product = [](const Linear& layer) {
    return 2.0 * static_cast<double>(layer.weight.numel());
  };
  double expected = patches * product(tower.patches.projection);
  for (std::size_t i = 0; i < tower.blocks.size(); ++i) {
    const Block& block = tower.blocks[i];
    const bool last = i + 1 == tower.blocks.size() && !tower.pooling;
    const double rows = last ? 1.0 : tokens;  // that queries, output projection and MLP run over
    const auto width = static_cast<double>(block.qkv.inputs());
    expected += product(block.qkv) / 3.0 * (rows + 2.0 * tokens);
    expected += 4.0 * rows * tokens * width;
    expected +=
        rows * (product(block.attention_out) + product(block.mlp_in) + product(block.mlp_out));
  }
  if (tower.projection) expected += product(*tower.projection);
  if (tower.pooling) {
    const AttentionPooling& head = *tower.pooling;
    expected += product(head.qkv) / 3.0 * (1.0 + 2.0 * tokens) +
                4.0 * tokens * static_cast<double>(head.qkv.inputs()) +
                product(head.attention_out) + product(head.mlp_in) + product(head.mlp_out);
  }
  EXPECT_DOUBLE_EQ(flops_per_image(config, config.image_size, config.image_size), expected);
}

INSTANTIATE_TEST_SUITE_P(Published, VisionBlocks,
                         ::testing::Values("clip/quick_gelu", "clip/gelu", "vit/dino",
                                           "vit/classifier", "dinov2/mlp", "dinov2/swiglu",
                                           "dinov2_registers/mlp", "dinov2_registers/swiglu",
                                           "dinov3/mlp", "dinov3/gated", "siglip/base",
                                           "siglip/so400m", "open_clip_hf/h14",
                                           "open_clip_hf/bigg14"));

INSTANTIATE_TEST_SUITE_P(Published, VisionGolden,
                         ::testing::Values("clip/quick_gelu", "clip/gelu", "vit/dino",
                                           "vit/classifier", "dinov2/mlp", "dinov2/swiglu",
                                           "open_clip/gelu", "dinov2_registers/mlp",
                                           "dinov2_registers/swiglu", "dinov3/mlp", "dinov3/gated",
                                           "siglip/base", "siglip/so400m", "open_clip_hf/h14",
                                           "open_clip_hf/bigg14"),
                         [](const auto& chosen) {
                           std::string name = chosen.param;
                           name[name.find('/')] = '_';
                           return name;
                         });

// Mistakes that give plausible features: each must be far outside the tolerance, so that the
// goldens would see it.
double distance_with(const char* name, const std::function<void(Json&)>& change) {
  EncoderGolden golden = read_encoder_golden(name);
  change(golden.checkpoint.config);
  const auto encoder = load_image_encoder(golden.checkpoint);
  return feature_distance(encoder->encode_images(golden.at("pixels")), golden.at("feature"));
}

TEST(VisionPitfalls, TheWrongActivationIsSeen) {
  const auto set = [](const char* name) {
    return [name](Json& config) { config["vision_config"]["hidden_act"] = name; };
  };
  EXPECT_GT(distance_with("clip/quick_gelu", set("gelu")), 10 * kFeatureTolerance);
  EXPECT_GT(distance_with("clip/gelu", set("quick_gelu")), 10 * kFeatureTolerance);
  EXPECT_GT(distance_with("clip/gelu", set("gelu_new")), 2 * kFeatureTolerance);
}

// An eps changes little; what sees it is the comparison at the golden's own noise
// (noise_tolerance()).
TEST(VisionPitfalls, TheWrongEpsIsSeen) {
  EXPECT_GT(distance_with("vit/dino", [](Json& config) { config["layer_norm_eps"] = 1e-6; }),
            2 * read_encoder_golden("vit/dino").noise_tolerance());
  EXPECT_GT(distance_with("dinov2/mlp", [](Json& config) { config["layer_norm_eps"] = 1e-5; }),
            2 * read_encoder_golden("dinov2/mlp").noise_tolerance());
}

TEST(VisionPitfalls, TheWrongBaseOfTheRotationIsSeen) {
  EXPECT_GT(distance_with("dinov3/mlp", [](Json& config) { config["rope_theta"] = 50.0; }),
            10 * kFeatureTolerance);
}

TEST(VisionPitfalls, ATableThatIsShrunkWithoutAntialiasIsSeen) {
  const EncoderGolden golden = read_encoder_golden("dinov2_registers/mlp");
  const InferenceScope scope;
  VisionTower tower = load_tower(golden.checkpoint);
  tower.stretch = PositionScale::by_size;
  const at::Tensor& pixels = golden.at("pixels");
  const at::Tensor feature =
      run(tower, pixels, tower.positions_for(pixels.size(2), pixels.size(3)));
  EXPECT_GT(feature_distance(feature, golden.at("feature")), 10 * kFeatureTolerance);
}

TEST(VisionPitfalls, TheWrongNumberOfHeadsIsSeen) {
  EXPECT_GT(distance_with("vit/dino", [](Json& config) { config["num_attention_heads"] = 4; }),
            10 * kFeatureTolerance);
}

}  // namespace
}  // namespace asbench::models
