// The vision tower against transformers' SiglipVisionModel; tiles, projector and whole pictures
// against the plain NumPy of tests/golden/multimodal/generate.py.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/hash.h"
#include "models/layers/runtime.h"
#include "models/multimodal/image_reader.h"
#include "models/multimodal/tile_maps.h"
#include "models/weights/safetensors.h"
#include "tests/models/editable_checkpoint.h"
#include "tests/models/encoders/encoder_golden.h"
#include "tests/support/paths.h"

namespace asbench::models {
namespace {

namespace fs = std::filesystem;

/// Relative to the largest value: docs/design/animeshootergen.md 10.
constexpr double kGoldenTolerance = 2e-5;
/// bfloat16 keeps 8 bits (docs/design/animeshootergen.md 10).
constexpr double kBfloat16Tolerance = 3e-2;

Placement without_own_kernels() {
  Placement placement(c10::kCPU);
  placement.own_kernels = false;
  return placement;
}

class MultimodalGolden : public ::testing::TestWithParam<const char*> {
 protected:
  MultimodalGolden()
      : folder_(testing::source_folder() / "tests/golden/multimodal" / GetParam()),
        tensors_(read_tensors(folder_ / "expected.safetensors")) {}

  [[nodiscard]] Checkpoint part(const char* name) const {
    return open_checkpoint((folder_ / name).string(), {});
  }
  [[nodiscard]] VisionFeatures vision(std::int64_t layer = -2,
                                      const Placement& placement = c10::kCPU) const {
    return load_vision_features(part("vision_tower"), layer, placement);
  }
  [[nodiscard]] Projector projector(const Placement& placement = c10::kCPU) const {
    return load_projector(part("mm_projector"), placement);
  }
  [[nodiscard]] TileOptions tiles() const {
    const int tile = static_cast<int>(at("pixel_values").size(3));
    return {tile, {tile, 2 * tile, 3 * tile}, 12};
  }
  [[nodiscard]] const at::Tensor& at(const std::string& name) const { return tensors_.at(name); }
  [[nodiscard]] Image picture(const std::string& name) const {
    const at::Tensor& bytes = at(name + ".picture");
    Image image(static_cast<int>(bytes.size(0)), static_cast<int>(bytes.size(1)), 3);
    std::copy_n(bytes.const_data_ptr<std::uint8_t>(), image.bytes.size(), image.bytes.begin());
    return image;
  }

  fs::path folder_;
  std::map<std::string, at::Tensor> tensors_;
};

TEST_P(MultimodalGolden, IsWhatItsScriptWrites) {
  const auto metadata = SafetensorsFile::open(folder_ / "expected.safetensors").metadata();
  EXPECT_EQ(metadata.at("script_sha256"), sha256_file(folder_.parent_path() / "generate.py"));
  EXPECT_EQ(metadata.at("shared_sha256"),
            sha256_file(folder_.parent_path().parent_path() / "mllm_golden.py"));
  EXPECT_LE(kTimesNoise * std::stod(metadata.at("fp32_fp64_distance")), kGoldenTolerance);
}

TEST_P(MultimodalGolden, VisionFeaturesAreTheSelectedLayers) {
  for (const Placement& placement : {Placement(c10::kCPU), without_own_kernels()}) {
    const at::Tensor features = run(vision(-2, placement), at("pixel_values"));
    ASSERT_EQ(features.sizes(), at("features").sizes());
    EXPECT_LE(state_distance(features, at("features")), kGoldenTolerance);
  }
  EXPECT_LE(state_distance(run(vision(-1), at("pixel_values")), at("last")), kGoldenTolerance);
  EXPECT_LE(state_distance(run(vision(0), at("pixel_values")), at("embeddings")), kGoldenTolerance);
}

TEST_P(MultimodalGolden, ProjectorMakesOneTokenOfFour) {
  for (const Placement& placement : {Placement(c10::kCPU), without_own_kernels()}) {
    const at::Tensor embeds = run(projector(placement), at("projector_features"));
    ASSERT_EQ(embeds.sizes(), at("projector_embeds").sizes());
    EXPECT_LE(state_distance(embeds, at("projector_embeds")), kGoldenTolerance);
  }
}

TEST_P(MultimodalGolden, ReadsWholePictures) {
  const ImageReader reader(vision(), projector(), tiles());
  int compared = 0;
  for (const std::string shape : {"wide", "tall", "square"}) {
    for (const Tiling tiling : {Tiling::single, Tiling::dynamic_s2}) {
      const std::string name =
          shape + (tiling == Tiling::single ? ".single" : ".dynamic") + ".tokens";
      if (!tensors_.contains(name)) continue;
      const at::Tensor tokens = reader.read(picture(shape), tiling);
      ASSERT_EQ(tokens.sizes(), at(name).sizes()) << name;
      EXPECT_LE(state_distance(tokens, at(name)), kGoldenTolerance) << name;
      ++compared;
    }
  }
  EXPECT_GE(compared, 5);
}

TEST_P(MultimodalGolden, CutsTilesAsPillowDoes) {
  if (!tensors_.contains("wide.dynamic.tiles")) GTEST_SKIP() << "kept for the small tiles only";
  for (const std::string shape : {"wide", "tall", "square"}) {
    const at::Tensor& levels = at(shape + ".dynamic.tiles");
    const PictureTiles cut = cut_tiles(picture(shape), Tiling::dynamic_s2, tiles());
    ASSERT_EQ(cut.pixels.sizes(), levels.sizes());
    EXPECT_TRUE(at::equal(((cut.pixels + 1.0) * 127.5).round().to(at::kByte), levels)) << shape;
  }
}

TEST_P(MultimodalGolden, InBfloat16StaysNear) {
  const Placement placement(c10::kCPU, Precision::bf16);
  const at::Tensor features = run(vision(-2, placement), at("pixel_values"));
  EXPECT_EQ(features.scalar_type(), at::kBFloat16);
  EXPECT_LE(
      ((features.to(at::kFloat) - at("features")).norm() / at("features").norm()).item<double>(),
      kBfloat16Tolerance);
}

INSTANTIATE_TEST_SUITE_P(Published, MultimodalGolden, ::testing::Values("t1", "odd"),
                         [](const auto& chosen) { return std::string(chosen.param); });

// Mistakes that give plausible tokens.
class MultimodalPitfalls : public MultimodalGolden {
 protected:
  [[nodiscard]] double features_with(const std::function<void(Json&)>& change) const {
    Checkpoint changed = part("vision_tower");
    change(changed.config);
    return state_distance(run(load_vision_features(changed, -2, c10::kCPU), at("pixel_values")),
                          at("features"));
  }
};

TEST_P(MultimodalPitfalls, TheExactGeluIsSeenInTheTower) {
  EXPECT_GT(features_with([](Json& config) { config["hidden_act"] = "gelu"; }),
            2 * kGoldenTolerance);
}

TEST_P(MultimodalPitfalls, TheWrongEpsIsSeenInTheTower) {
  EXPECT_GT(features_with([](Json& config) { config["layer_norm_eps"] = 1e-5; }),
            3 * kGoldenTolerance);
}

TEST_P(MultimodalPitfalls, TheProjectorsEpsIsSeen) {
  Projector wrong = projector();
  wrong.norm.eps = 1e-6;
  EXPECT_GT(state_distance(run(wrong, at("projector_features")), at("projector_embeds")),
            10 * kGoldenTolerance);
}

// The projector's GELU is exact: the tanh-shaped one is visible in its output.
TEST_P(MultimodalPitfalls, TheProjectorsGeluIsExact) {
  const Projector model = projector(without_own_kernels());
  const InferenceScope scope;
  const at::Tensor normed = layer_norm(squares_of_tokens(at("projector_features")), model.norm);
  const auto with = [&](const char* shape) {
    return linear(at::gelu(linear(normed, model.in), shape), model.out);
  };
  EXPECT_LE(state_distance(with("none"), at("projector_embeds")), kGoldenTolerance);
  EXPECT_GT(state_distance(with("tanh"), at("projector_embeds")), 2 * kGoldenTolerance);
}

INSTANTIATE_TEST_SUITE_P(Published, MultimodalPitfalls, ::testing::Values("t1", "odd"),
                         [](const auto& chosen) { return std::string(chosen.param); });

}  // namespace
}  // namespace asbench::models
