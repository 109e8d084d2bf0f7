// DreamSim against the dreamsim package 0.2.1 and peft (tests/golden/dreamsim): a released archive
// read by the package on one side, converted by tools/convert_dreamsim on the other.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "core/hash.h"
#include "models/encoders/dreamsim.h"
#include "models/encoders/encoder.h"
#include "models/layers/runtime.h"
#include "models/preprocess/preprocess.h"
#include "tests/models/encoders/encoder_golden.h"
#include "tests/models/preprocess/pictures.h"
#include "tests/support/paths.h"

namespace asbench::models {
namespace {

/// Of the largest expected value: what the project promises.
constexpr double kTolerance = 2e-5;
/// A merged weight is one rounding away from peft's, which adds in double here and rounds too.
constexpr double kMergedTolerance = 2e-7;

const std::filesystem::path kFolder = testing::source_folder() / "tests/golden/dreamsim";

/// 1 - cosine of rows of two matrices, in double, by a plain loop.
double distance(const at::Tensor& a, const at::Tensor& b) {
  double product = 0.0;
  double first = 0.0;
  double second = 0.0;
  for (std::int64_t i = 0; i < a.size(0); ++i) {
    const auto x = a[i].item<double>();
    const auto y = b[i].item<double>();
    product += x * y;
    first += x * x;
    second += y * y;
  }
  return 1.0 - product / std::sqrt(first * second);
}

class DreamSimGolden : public ::testing::Test {
 protected:
  DreamSimGolden() : golden_(read_encoder_golden("dreamsim/tiny")) {}

  [[nodiscard]] at::Tensor embedding() const {
    return load_image_encoder(golden_.checkpoint)->encode_images(golden_.at("pixels"));
  }

  EncoderGolden golden_;
  InferenceScope scope_;
};

TEST_F(DreamSimGolden, IsWhatItsScriptWrites) {
  EXPECT_EQ(golden_.script_sha256, sha256_file(kFolder / "generate.py"));
  EXPECT_EQ(golden_.shared_sha256, sha256_file(kFolder.parent_path() / "encoder_golden.py"));
}

TEST_F(DreamSimGolden, TheConvertedWeightsAreThoseThatPeftMerges) {
  StateDict weights = StateDict::load(golden_.checkpoint);
  int compared = 0;
  for (const auto& [name, expected] : golden_.expected) {
    constexpr std::string_view kMerged = "merged.";
    if (!name.starts_with(kMerged)) continue;
    const at::Tensor found = weights.take(name.substr(kMerged.size()), expected.sizes());
    EXPECT_LE(state_distance(found, expected), kMergedTolerance) << name;
    ++compared;
  }
  EXPECT_EQ(compared, 3);
}

TEST_F(DreamSimGolden, EachBranchGivesThePublishedFeature) {
  const DreamSimConfig config = parse_dreamsim_config(golden_.checkpoint.config, "golden");
  StateDict weights = StateDict::load(golden_.checkpoint);
  const DreamSim network = load_dreamsim(weights, config);
  weights.finish();
  ASSERT_EQ(network.branches.size(), 3U);
  for (std::size_t i = 0; i < network.branches.size(); ++i) {
    const DreamSim::Branch& branch = network.branches[i];
    const at::Tensor input = normalised(branch, golden_.at("pixels"));
    const at::Tensor feature = run(branch.tower, input, branch.tower.positions_for(16, 16));
    EXPECT_LE(state_distance(feature, golden_.at("feature." + std::to_string(i))), kStateTolerance)
        << i;
  }
}

TEST_F(DreamSimGolden, GivesThePublishedEmbedding) {
  const at::Tensor features = embedding();
  EXPECT_EQ(features.size(1), 8 + 12 + 12);
  EXPECT_LE(state_distance(features, golden_.at("embedding")), kTolerance);
  EXPECT_LE(feature_distance(features, golden_.at("embedding")), golden_.noise_tolerance());
  EXPECT_LE(golden_.noise_tolerance(), kFeatureTolerance);
}

TEST_F(DreamSimGolden, ItsDistanceIsThePublishedOne) {
  const at::Tensor features = embedding();
  const at::Tensor& expected = golden_.at("distance");
  ASSERT_EQ(expected.size(0), 2);
  for (std::int64_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(distance(features[i], features[i + 2]), expected[i].item<double>(),
                kTolerance * expected.max().item<double>());
  }
}

TEST_F(DreamSimGolden, LevelsGoThroughTheSameNetwork) {
  const auto encoder = load_image_encoder(golden_.checkpoint);
  const at::Tensor levels = at::arange(2 * 16 * 16 * 3, at::kInt)
                                .mul_(37)
                                .remainder_(251)
                                .to(at::kByte)
                                .view({2, 16, 16, 3});
  const at::Tensor pixels =
      levels.to(at::kDouble).mul_(1.0 / 255.0).to(at::kFloat).permute({0, 3, 1, 2}).contiguous();
  EXPECT_TRUE(at::equal(encoder->encode_levels(levels), encoder->encode_images(pixels)));
}

// Mistakes that give plausible distances: each must be far outside the tolerance.
TEST_F(DreamSimGolden, PlausibleMistakesAreSeen) {
  const auto distance_with = [&](const std::function<void(Json&)>& change) {
    Checkpoint checkpoint = golden_.checkpoint;
    change(checkpoint.config["branches"]);
    const at::Tensor features = load_image_encoder(checkpoint)->encode_images(golden_.at("pixels"));
    return state_distance(features, golden_.at("embedding"));
  };
  EXPECT_GT(distance_with([](Json& branches) { branches[1]["hidden_act"] = "gelu"; }),
            10 * kTolerance);
  EXPECT_GT(distance_with([](Json& branches) { branches[2]["hidden_act"] = "quick_gelu"; }),
            10 * kTolerance);
  EXPECT_GT(distance_with([](Json& branches) {
              branches[0]["image_mean"] = branches[1]["image_mean"];
              branches[0]["image_std"] = branches[1]["image_std"];
            }),
            10 * kTolerance);
  EXPECT_GT(distance_with([](Json& branches) { branches[1]["num_attention_heads"] = 4; }),
            10 * kTolerance);
  const at::Tensor& expected = golden_.at("embedding");
  const at::Tensor joined =
      at::cat({golden_.at("feature.0"), golden_.at("feature.1"), golden_.at("feature.2")}, 1);
  EXPECT_LE(state_distance(centred_unit_rows(joined), expected), kTolerance);
  const at::Tensor uncentred = unit_rows(joined).to(at::kFloat);
  EXPECT_GT(state_distance(uncentred, expected), 100 * kTolerance) << "mean not subtracted";
}

TEST(DreamSimPreprocessing, HasTheValuesOfThePublishedFunction) {
  const Json golden = read_json_file(kFolder / "preprocess.json");
  EXPECT_EQ(golden["generator_sha256"], sha256_file(kFolder / "generate.py"));
  ASSERT_EQ(golden["cases"].size(), 4U);
  for (const Json& one : golden["cases"]) {
    const Image image = asbench::testing::picture(one["kind"].get<std::string>(), one["height"],
                                                  one["width"], 3, one["seed"]);
    Preprocessor preprocessor(dreamsim_profile());
    std::vector<float> values(std::size_t{3} * 224 * 224);
    preprocessor.run(image, values);
    for (std::size_t c = 0; c < 3; ++c) {
      EXPECT_EQ(values[c * 224 * 224], one["corner"][c].get<float>()) << one.dump();
    }
    EXPECT_EQ(Sha256().update(std::as_bytes(std::span<const float>(values))).hex_digest(),
              one["values_sha256"])
        << one.dump();
  }
}

}  // namespace
}  // namespace asbench::models
