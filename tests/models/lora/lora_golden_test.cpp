// Merged weights against diffusers 0.42.1 and peft 0.21.2 (tests/golden/lora), and a forward pass
// of the transformer that they adapt.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "models/cogvideox/transformer.h"
#include "models/lora/lora.h"
#include "tests/models/cogvideox/generator_golden.h"

namespace asbench::models {
namespace {

/// Weights are of order 1, and the update is a sum of four products: rounding alone.
constexpr double kMergedTolerance = 1e-6;
/// The manifest's scale with which the goldens were made.
constexpr double kScale = 0.7;

constexpr const char* kBase = "cogvideox_transformer/base";

StateDict base_weights(const std::string& folder) {
  return StateDict::load(open_checkpoint(golden_folder(folder).string(), {}));
}

/// Compares every merged weight of the golden; the output of a network is left out.
void expect_merged(StateDict weights, const Lora& lora, const GeneratorGolden& golden,
                   std::size_t targets) {
  StateDict before = weights;
  merge_lora(weights, lora);
  std::size_t compared = 0;
  for (const auto& [key, expected] : golden.tensors()) {
    if (key == "output") continue;
    const at::Tensor merged = weights.take(key, expected.sizes());
    EXPECT_LE((merged - expected).abs().max().item<double>(), kMergedTolerance) << key;
    EXPECT_GT((merged - before.take(key, expected.sizes())).abs().max().item<double>(), 0.05)
        << key << " is hardly changed: the golden tests nothing";
    ++compared;
  }
  EXPECT_EQ(compared, targets);
  EXPECT_EQ(lora.updates.size(), targets);
}

class DiffusersLora : public ::testing::TestWithParam<const char*> {
 protected:
  DiffusersLora() : golden_("lora/" + name() + "/expected.safetensors") {}
  [[nodiscard]] static std::string name() { return GetParam(); }
  [[nodiscard]] static std::filesystem::path file() {
    return golden_folder("lora/" + name() + "/pytorch_lora_weights.safetensors");
  }

  GeneratorGolden golden_;
};

TEST_P(DiffusersLora, IsWhatItsScriptWrites) {
  expect_written_by(golden_, "lora/generate.py");
}

TEST_P(DiffusersLora, MergedWeightsMatch) {
  expect_merged(base_weights(kBase), read_lora(file(), "transformer", kScale), golden_, 8);
}

TEST_P(DiffusersLora, TheAdaptedTransformerMatches) {
  const GeneratorGolden inputs(std::string(kBase) + "/expected.safetensors");
  CogVideoXTransformerOptions options;
  options.loras = {read_lora(file().parent_path(), "transformer", kScale)};
  const CogVideoXTransformer network = load_cogvideox_transformer(golden_folder(kBase), options);
  const at::Tensor output =
      run(network, {inputs.at("default.hidden_states"), inputs.at("default.encoder_hidden_states"),
                    inputs.at("default.timestep")});
  EXPECT_LE(relative_distance(output, golden_.at("output")), kStateTolerance);
  EXPECT_GT(relative_distance(inputs.at("default.output"), golden_.at("output")), 1e-2);
}

INSTANTIATE_TEST_SUITE_P(Files, DiffusersLora, ::testing::Values("plain", "metadata"),
                         [](const auto& chosen) { return std::string(chosen.param); });

TEST(PeftLora, MergedWeightsOfALanguageModelMatch) {
  const GeneratorGolden golden("lora/peft/expected.safetensors");
  expect_written_by(golden, "lora/generate.py");
  const Lora lora = read_lora(golden_folder("lora/peft/adapter"), "transformer", 1.0);
  EXPECT_EQ(lora.updates.begin()->second.scale, 6.0 / 2.0) << "alpha / sqrt(rank)";
  expect_merged(base_weights("lora/peft/base"), lora, golden, 6);
}

}  // namespace
}  // namespace asbench::models
