// Vision tower and projector: properties, and what they refuse.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "models/layers/runtime.h"
#include "models/multimodal/image_reader.h"
#include "tests/models/editable_checkpoint.h"
#include "tests/models/encoders/encoder_golden.h"
#include "tests/models/weights/expect_error.h"
#include "tests/support/paths.h"

namespace asbench::models {
namespace {

using ::asbench::testing::EditableCheckpoint;
using ::asbench::testing::expect_error;
using ::asbench::testing::TemporaryFolder;

constexpr double kThreadsTolerance = 1e-5;

Checkpoint part(const std::string& name) {
  return open_checkpoint((testing::source_folder() / "tests/golden/multimodal" / name).string(),
                         {});
}

at::Tensor pictures(std::int64_t count) {
  return at::arange(count * 3 * 56 * 56, at::kFloat).mul_(0.013).sin_().view({count, 3, 56, 56});
}

TEST(VisionFeatures, KeepsOnlyTheLayersThatAreRun) {
  EXPECT_EQ(load_vision_features(part("t1/vision_tower"), -2, c10::kCPU).tower.blocks.size(), 2U);
  EXPECT_EQ(load_vision_features(part("t1/vision_tower"), 3, c10::kCPU).tower.blocks.size(), 3U);
}

TEST(VisionFeatures, OfATileDoNotDependOnTheOthers) {
  const VisionFeatures model = load_vision_features(part("t1/vision_tower"), -2, c10::kCPU);
  const at::Tensor many = pictures(7);
  const at::Tensor together = run(model, many);
  for (std::int64_t i = 0; i < 7; ++i) {
    EXPECT_TRUE(at::equal(run(model, many.narrow(0, i, 1)), together.narrow(0, i, 1))) << i;
  }
}

TEST(VisionFeatures, OfOneAndTwoThreadsAgree) {
  const VisionFeatures model = load_vision_features(part("t1/vision_tower"), -2, c10::kCPU);
  const int before = thread_count();
  configure_runtime(1);
  const at::Tensor one = run(model, pictures(3));
  configure_runtime(2);
  const at::Tensor two = run(model, pictures(3));
  configure_runtime(before);
  EXPECT_LE(state_distance(two, one), kThreadsTolerance);
}

TEST(VisionFeatures, ReadsBothSpellingsOfKeysButNoMix) {
  const Checkpoint original = part("t1/vision_tower");
  const std::string prefix = "vision_model.";
  const at::Tensor expected = run(load_vision_features(original, -2, c10::kCPU), pictures(1));
  EditableCheckpoint bare(original);
  for (const auto& [name, tensor] : EditableCheckpoint(original).tensors) {
    ASSERT_TRUE(name.starts_with(prefix)) << name;
    bare.rename(name, name.substr(prefix.size()));
  }
  const TemporaryFolder folder;
  EXPECT_TRUE(at::equal(run(load_vision_features(bare.write(folder), -2, c10::kCPU), pictures(1)),
                        expected));
  bare.rename("post_layernorm.weight", prefix + "post_layernorm.weight");
  const TemporaryFolder mixed;
  const Checkpoint checkpoint = bare.write(mixed);
  expect_error(
      [&] { static_cast<void>(load_vision_features(checkpoint, -2, c10::kCPU)); },
      {"missing", "post_layernorm.weight", "unexpected", "vision_model.post_layernorm.weight"});
}

/// Of the smallest tower, 18 x 18 pixels, which is stored as float32.
at::Tensor small_features(const Checkpoint& checkpoint) {
  return run(load_vision_features(checkpoint, -2, c10::kCPU),
             at::arange(3 * 18 * 18, at::kFloat).mul_(0.013).sin_().view({1, 3, 18, 18}));
}

/// Of the smallest projector, which is stored as float32.
at::Tensor small_tokens(const Checkpoint& checkpoint) {
  return run(load_projector(checkpoint, c10::kCPU),
             at::arange(2 * 9 * 24, at::kFloat).mul_(0.7).sin_().view({2, 9, 24}));
}

void expect_shards_give_what_one_file_gives(const Checkpoint& stored,
                                            at::Tensor (*output)(const Checkpoint&)) {
  const TemporaryFolder sharded;
  EXPECT_TRUE(at::equal(output(EditableCheckpoint(stored).write_shards(sharded)), output(stored)));
}

void expect_half_precision_is_upcast(const Checkpoint& stored,
                                     at::Tensor (*output)(const Checkpoint&)) {
  for (const at::ScalarType type : {at::kHalf, at::kBFloat16}) {
    const TemporaryFolder narrow;
    const TemporaryFolder wide;
    EditableCheckpoint edited(stored);
    edited.round_to(type);
    const at::Tensor exact = output(edited.write(wide));
    EXPECT_TRUE(at::equal(output(edited.write(narrow, type)), exact)) << type;
    EXPECT_FALSE(at::equal(exact, output(stored))) << type;
  }
}

TEST(VisionFeatures, OfShardsAreThoseOfOneFile) {
  expect_shards_give_what_one_file_gives(part("odd/vision_tower"), small_features);
}

TEST(VisionFeatures, OfHalfPrecisionFilesAreThoseOfTheValuesThatTheyHold) {
  expect_half_precision_is_upcast(part("odd/vision_tower"), small_features);
}

TEST(VisionFeatures, ReadsAConfigurationInASection) {
  const TemporaryFolder folder;
  EditableCheckpoint edited(part("t1/vision_tower"));
  Json section = edited.config;
  section.erase("model_type");
  edited.config = {{"model_type", "siglip"}, {"vision_config", section}};
  EXPECT_TRUE(
      at::equal(run(load_vision_features(edited.write(folder), -2, c10::kCPU), pictures(1)),
                run(load_vision_features(part("t1/vision_tower"), -2, c10::kCPU), pictures(1))));
}

TEST(VisionFeatures, ListsMissingUnexpectedAndMisshapedTensors) {
  const TemporaryFolder folder;
  EditableCheckpoint edited(part("t1/vision_tower"));
  // Of the layer that is not run, too: a file that lacks it is not what it says it is.
  edited.tensors.erase("vision_model.encoder.layers.2.mlp.fc1.bias");
  edited.tensors["vision_model.surplus"] = at::zeros({1});
  edited.tensors["vision_model.embeddings.position_embedding.weight"] = at::zeros({9, 32});
  for (auto found = edited.tensors.begin(); found != edited.tensors.end();) {
    // The pooling head may be absent.
    found = found->first.starts_with("vision_model.head.") ? edited.tensors.erase(found)
                                                           : std::next(found);
  }
  const Checkpoint checkpoint = edited.write(folder);
  expect_error([&] { static_cast<void>(load_vision_features(checkpoint, -2, c10::kCPU)); },
               {folder.path().string(), "1 missing", "vision_model.encoder.layers.2.mlp.fc1.bias",
                "1 unexpected", "vision_model.surplus", "1 misshaped",
                "vision_model.embeddings.position_embedding.weight", "[16, 32]"});
}

TEST(VisionFeatures, RefusesOtherLayersModelsAndPictures) {
  const Checkpoint tower = part("t1/vision_tower");
  for (const std::int64_t layer : {-5, 4}) {
    expect_error([&] { static_cast<void>(load_vision_features(tower, layer, c10::kCPU)); },
                 {"mm_vision_select_layer", std::to_string(layer), "3 layers"});
  }
  const auto with = [&](const char* field, const Json& value) {
    return [=] {
      Checkpoint changed = tower;
      changed.config[field] = value;
      static_cast<void>(load_vision_features(changed, -2, c10::kCPU));
    };
  };
  expect_error(with("model_type", "clip_vision_model"), {"model_type", "siglip_vision_model"});
  expect_error(with("hidden_act", "silu"), {"hidden_act"});
  expect_error(with("num_channels", 4), {"num_channels"});
  expect_error(with("patch_size", 57), {"patch_size", "56"});
  expect_error(with("num_attention_heads", 5), {"num_attention_heads", "5", "32"});
  expect_error(with("layer_norm_eps", -1.0), {"layer_norm_eps", "-1"});
  expect_error(with("hidden_size", 32.5), {"hidden_size", "32.5"});
  const VisionFeatures model = load_vision_features(tower, -2, c10::kCPU);
  expect_error(
      [&] {
        static_cast<void>(run(model, at::zeros({1, 3, 56, 57})));
      },
      {"pixel_values", "[1, 3, 56, 57]", "56"});
}

TEST(Projector, TakesSquaresOfTokensInRows) {
  // 4 x 4 tokens of one channel, numbered.
  const at::Tensor squares = squares_of_tokens(at::arange(16, at::kFloat).view({1, 16, 1}));
  ASSERT_EQ(squares.sizes().vec(), (std::vector<std::int64_t>{1, 4, 4}));
  EXPECT_TRUE(at::equal(squares[0][0], at::tensor({0.F, 1.F, 4.F, 5.F})));
  EXPECT_TRUE(at::equal(squares[0][1], at::tensor({2.F, 3.F, 6.F, 7.F})));
  EXPECT_TRUE(at::equal(squares[0][2], at::tensor({8.F, 9.F, 12.F, 13.F})));
}

TEST(Projector, FillsOddMapsUpWithZerosAtTheEnd) {
  const at::Tensor squares = squares_of_tokens(at::arange(1, 10, at::kFloat).view({1, 9, 1}));
  ASSERT_EQ(squares.sizes().vec(), (std::vector<std::int64_t>{1, 4, 4}));
  EXPECT_TRUE(at::equal(squares[0][0], at::tensor({1.F, 2.F, 4.F, 5.F})));
  EXPECT_TRUE(at::equal(squares[0][1], at::tensor({3.F, 0.F, 6.F, 0.F})));
  EXPECT_TRUE(at::equal(squares[0][2], at::tensor({7.F, 8.F, 0.F, 0.F})));
  EXPECT_TRUE(at::equal(squares[0][3], at::tensor({9.F, 0.F, 0.F, 0.F})));
}

TEST(Projector, IsTheSameUnderBothNamesAndRefusesOthers) {
  Checkpoint checkpoint = part("odd/mm_projector");
  const at::Tensor features = at::arange(9 * 24, at::kFloat).mul_(0.7).sin_().view({1, 9, 24});
  const at::Tensor expected = run(load_projector(checkpoint, c10::kCPU), features);
  checkpoint.config["mm_projector_type"] = "mlp_downsample_2x2_fix";
  EXPECT_TRUE(at::equal(run(load_projector(checkpoint, c10::kCPU), features), expected));
  for (const char* type : {"mlp_downsample_3x3_fix", "linear", "mlp2x_gelu"}) {
    checkpoint.config["mm_projector_type"] = type;
    expect_error([&] { static_cast<void>(load_projector(checkpoint, c10::kCPU)); },
                 {"mm_projector_type", type, "mlp_downsample_2x2_fix"});
  }
  Checkpoint quantised = part("odd/mm_projector");
  quantised.config["quantization_config"] = {{"bits", 8}};
  expect_error([&] { static_cast<void>(load_projector(quantised, c10::kCPU)); },
               {"quantization_config", "not supported"});
  checkpoint.config.erase("mm_projector_type");
  expect_error([&] { static_cast<void>(load_projector(checkpoint, c10::kCPU)); },
               {"mm_projector_type", "absent"});
}

TEST(Projector, ListsMissingUnexpectedAndMisshapedTensors) {
  const TemporaryFolder folder;
  EditableCheckpoint edited(part("odd/mm_projector"));
  edited.tensors.erase("layers.1.bias");
  edited.tensors["layers.0.weight"] = at::zeros({1});
  edited.tensors["layers.4.weight"] = at::zeros({13, 12});
  const Checkpoint checkpoint = edited.write(folder);
  expect_error([&] { static_cast<void>(load_projector(checkpoint, c10::kCPU)); },
               {folder.path().string(), "1 missing", "layers.1.bias", "1 unexpected",
                "layers.0.weight", "1 misshaped", "layers.4.weight", "[12, 12]"});
  const TemporaryFolder other;
  EditableCheckpoint narrow(part("odd/mm_projector"));
  narrow.tensors["layers.2.weight"] = at::zeros({12, 94});
  const Checkpoint misshaped = narrow.write(other);
  expect_error([&] { static_cast<void>(load_projector(misshaped, c10::kCPU)); },
               {"misshaped", "layers.2.weight"});
}

TEST(Projector, OfShardsIsThatOfOneFile) {
  expect_shards_give_what_one_file_gives(part("odd/mm_projector"), small_tokens);
}

TEST(Projector, OfHalfPrecisionFilesIsThatOfTheValuesThatTheyHold) {
  expect_half_precision_is_upcast(part("odd/mm_projector"), small_tokens);
}

TEST(Projector, OfOneAndTwoThreadsAgrees) {
  const Projector model = load_projector(part("t1/mm_projector"), c10::kCPU);
  const at::Tensor features =
      at::arange(30 * 16 * 96, at::kFloat).mul_(0.7).sin_().view({30, 16, 96});
  const int before = thread_count();
  configure_runtime(1);
  const at::Tensor one = run(model, features);
  configure_runtime(2);
  const at::Tensor two = run(model, features);
  configure_runtime(before);
  EXPECT_LE(state_distance(two, one), kThreadsTolerance);
}

TEST(Projector, RefusesFeaturesOfAnotherShape) {
  const Projector model = load_projector(part("odd/mm_projector"), c10::kCPU);
  expect_error(
      [&] {
        static_cast<void>(run(model, at::zeros({1, 9, 8})));
      },
      {"features", "[1, 9, 8]", "24"});
  expect_error([&] { static_cast<void>(run(model, at::zeros({1, 8, 24}))); }, {"8 tokens"});
}

TEST(ImageReader, RefusesPartsThatDoNotFit) {
  const TileOptions tiles{56, {56, 112, 168}, 12};
  const auto vision = [] { return load_vision_features(part("t1/vision_tower"), -2, c10::kCPU); };
  expect_error(
      [&] {
        const ImageReader reader(vision(), load_projector(part("odd/mm_projector"), c10::kCPU),
                                 tiles);
      },
      {"24 channels", "has 32", "3 scales", "96"});
  expect_error(
      [&] {
        const ImageReader reader(vision(), load_projector(part("t1/mm_projector"), c10::kCPU), {});
      },
      {"448", "56"});
}

}  // namespace
}  // namespace asbench::models
