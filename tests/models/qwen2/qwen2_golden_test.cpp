// The decoder against transformers' Qwen2Model, state by state. tests/golden/qwen2/README.md says
// how the data was made.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <map>

#include "core/hash.h"
#include "models/layers/rotary.h"
#include "models/layers/runtime.h"
#include "models/qwen2/qwen2.h"
#include "tests/models/encoders/encoder_golden.h"
#include "tests/support/paths.h"

namespace asbench::models {
namespace {

namespace fs = std::filesystem;

/// Relative to the largest value of a state: docs/design/animeshootergen.md 10.
constexpr double kGoldenTolerance = 2e-5;
/// bfloat16 keeps 8 bits (docs/design/animeshootergen.md 10).
constexpr double kBfloat16Tolerance = 3e-2;
/// cos and sin of float32 angles, the same in every bit but for the last of the functions.
constexpr double kRotationTolerance = 2e-7;

fs::path folder() {
  return testing::source_folder() / "tests" / "golden" / "qwen2";
}

/// Where a GPU's path runs on the CPU: LibTorch's products instead of our own.
Placement without_own_kernels() {
  Placement placement(c10::kCPU);
  placement.own_kernels = false;
  return placement;
}

class Qwen2Golden : public ::testing::TestWithParam<const char*> {
 protected:
  Qwen2Golden() : golden_(read_encoder_golden(GetParam())) {}

  [[nodiscard]] Qwen2 load(const Placement& placement = c10::kCPU) const {
    return load_qwen2(golden_.checkpoint, placement);
  }

  void expect_states(const at::Tensor& states, const at::Tensor& expected) const {
    ASSERT_EQ(states.sizes(), expected.sizes());
    for (std::int64_t i = 0; i < expected.size(0); ++i) {
      EXPECT_LE(state_distance(states[i], expected[i]), kGoldenTolerance) << "h_" << i;
    }
  }

  EncoderGolden golden_;
};

TEST_P(Qwen2Golden, IsWhatItsScriptWrites) {
  EXPECT_EQ(golden_.script_sha256, sha256_file(folder() / "generate.py"));
  EXPECT_EQ(golden_.shared_sha256, sha256_file(folder().parent_path() / "mllm_golden.py"));
  EXPECT_LE(golden_.noise_tolerance(), kGoldenTolerance);
}

TEST_P(Qwen2Golden, GivesEveryHiddenState) {
  for (const Placement& placement : {Placement(c10::kCPU), without_own_kernels()}) {
    const Qwen2 model = load(placement);
    KeyValueCache cache(model.config);
    expect_states(hidden_states(model, golden_.at("inputs_embeds"), cache),
                  golden_.at("hidden_states"));
  }
}

TEST_P(Qwen2Golden, GivesThemInPieces) {
  const Qwen2 model = load();
  const at::Tensor& embeds = golden_.at("inputs_embeds");
  KeyValueCache cache(model.config);
  std::vector<at::Tensor> parts;
  std::int64_t first = 0;
  for (std::int64_t i = 0; i < golden_.at("split").size(0); ++i) {
    const auto length = golden_.at("split")[i].item<std::int64_t>();
    parts.push_back(hidden_states(model, embeds.narrow(1, first, length), cache));
    first += length;
    EXPECT_EQ(cache.length(), first);
  }
  const InferenceScope scope;
  expect_states(at::cat(parts, 2), golden_.at("hidden_states"));
}

TEST_P(Qwen2Golden, EmbedsTokens) {
  const Qwen2 model = load();
  EXPECT_TRUE(at::equal(embed_tokens(model, golden_.at("input_ids")), golden_.at("inputs_embeds")));
}

TEST_P(Qwen2Golden, GivesTheChosenState) {
  const Qwen2 model = load();
  const at::Tensor& embeds = golden_.at("inputs_embeds");
  const at::Tensor& states = golden_.at("hidden_states");
  const std::int64_t layers = model.config.layers;
  const auto chosen = [&](std::int64_t layer, bool final_norm) {
    KeyValueCache cache(model.config);
    return hidden_state(model, embeds, cache, {layer, final_norm});
  };
  EXPECT_LE(state_distance(chosen(-1, true), states[layers]), kGoldenTolerance);
  EXPECT_LE(state_distance(chosen(layers, true), states[layers]), kGoldenTolerance);
  EXPECT_LE(state_distance(chosen(-1, false), golden_.at("last_without_norm")), kGoldenTolerance);
  EXPECT_LE(state_distance(chosen(1, false), states[1]), kGoldenTolerance);
  EXPECT_TRUE(at::equal(chosen(0, false), embeds));
  EXPECT_LE(state_distance(chosen(1, true), rms_norm(states[1], model.final_norm)),
            kGoldenTolerance);
}

TEST_P(Qwen2Golden, InBfloat16StaysNear) {
  const Qwen2 model = load(Placement(c10::kCPU, Precision::bf16));
  const at::Tensor& embeds = golden_.at("inputs_embeds");
  KeyValueCache cache(model.config);
  const at::Tensor beginning = hidden_state(model, embeds.narrow(1, 0, 5), cache);
  EXPECT_EQ(beginning.scalar_type(), at::kBFloat16);
  const at::Tensor rest = hidden_state(model, embeds.narrow(1, 5, embeds.size(1) - 5), cache);
  const InferenceScope scope;
  const at::Tensor expected = golden_.at("hidden_states")[model.config.layers];
  const at::Tensor value = at::cat({beginning, rest}, 1).to(at::kFloat);
  EXPECT_LE(((value - expected).norm() / expected.norm()).item<double>(), kBfloat16Tolerance);
}

INSTANTIATE_TEST_SUITE_P(Published, Qwen2Golden, ::testing::Values("qwen2/t1", "qwen2/gqa3"),
                         [](const auto& chosen) { return std::string(chosen.param).substr(6); });

TEST(Qwen2Rotation, IsThePublishedTableUpToLatePositions) {
  const std::map<std::string, at::Tensor> expected =
      read_tensors(folder() / "rotation.safetensors");
  const at::Tensor& positions = expected.at("positions");
  for (std::int64_t i = 0; i < positions.size(0); ++i) {
    const at::Tensor table = rotation_of_positions(positions[i].item<std::int64_t>(), 1, 128, 1e6);
    EXPECT_LE((table[0][0] - expected.at("cosines")[i]).abs().max().item<double>(),
              kRotationTolerance)
        << positions[i].item<std::int64_t>();
    EXPECT_LE((table[1][0] - expected.at("sines")[i]).abs().max().item<double>(),
              kRotationTolerance)
        << positions[i].item<std::int64_t>();
  }
}

// Mistakes that give plausible states: each must be far outside the tolerance, so that the goldens
// would see it.
double distance_with(const char* name, const std::function<void(Json&)>& change) {
  EncoderGolden golden = read_encoder_golden(name);
  change(golden.checkpoint.config);
  const Qwen2 model = load_qwen2(golden.checkpoint, c10::kCPU);
  KeyValueCache cache(model.config);
  const at::Tensor states = hidden_states(model, golden.at("inputs_embeds"), cache);
  return state_distance(states, golden.at("hidden_states"));
}

TEST(Qwen2Pitfalls, TheWrongEpsIsSeen) {
  EXPECT_GT(distance_with("qwen2/gqa3", [](Json& config) { config["rms_norm_eps"] = 1e-6; }),
            10 * kGoldenTolerance);
  EXPECT_GT(distance_with("qwen2/t1", [](Json& config) { config["rms_norm_eps"] = 1e-5; }),
            10 * kGoldenTolerance);
}

TEST(Qwen2Pitfalls, TheWrongBaseOfTheRotationIsSeen) {
  EXPECT_GT(distance_with("qwen2/gqa3", [](Json& config) { config["rope_theta"] = 1e6; }),
            10 * kGoldenTolerance);
}

}  // namespace
}  // namespace asbench::models
