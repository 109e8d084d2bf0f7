// The transformer against diffusers 0.42.1 (tests/golden/cogvideox_transformer), block by block,
// and the mistakes that those numbers must see.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "models/cogvideox/transformer.h"
#include "models/layers/runtime.h"
#include "models/weights/state_dict.h"
#include "tests/models/cogvideox/generator_golden.h"

namespace asbench::models {
namespace {

/// What a mistake must exceed to be seen for sure.
constexpr double kSeen = 10 * kStateTolerance;

struct Case {
  const char* folder;
  const char* name;
  std::int64_t text_tokens;  ///< 0: as config.json says
};

/// What may be changed before a network is loaded.
using ChangeWeights = std::function<void(StateDict&)>;

CogVideoXTransformer load(const std::string& folder, std::int64_t text_tokens = 0,
                          const ChangeWeights& change = {},
                          const std::function<void(CogVideoXTransformerConfig&)>& adjust = {}) {
  const Checkpoint checkpoint =
      open_checkpoint(golden_folder("cogvideox_transformer/" + folder).string(), {});
  CogVideoXTransformerConfig config = parse_cogvideox_transformer_config(checkpoint.config, folder);
  if (text_tokens != 0) config.text_tokens = text_tokens;
  if (adjust) adjust(config);
  StateDict weights = StateDict::load(checkpoint);
  if (change) change(weights);
  CogVideoXTransformer network = load_cogvideox_transformer(weights, config, c10::DeviceType::CPU);
  weights.finish();
  return network;
}

GeneratorGolden golden_of(const std::string& folder) {
  return GeneratorGolden("cogvideox_transformer/" + folder + "/expected.safetensors");
}

CogVideoXInput input_of(const GeneratorGolden& golden, const std::string& name) {
  return {golden.at(name + ".hidden_states"), golden.at(name + ".encoder_hidden_states"),
          golden.at(name + ".timestep")};
}

class CogVideoXGolden : public ::testing::TestWithParam<Case> {};

TEST_P(CogVideoXGolden, EveryStateAndTheOutputMatch) {
  const Case& chosen = GetParam();
  const GeneratorGolden golden = golden_of(chosen.folder);
  const CogVideoXTransformer network = load(chosen.folder, chosen.text_tokens);
  std::set<std::string> seen;
  const std::string prefix = std::string(chosen.name) + ".";
  const at::Tensor output = run(
      network, input_of(golden, chosen.name), [&](std::string_view name, const at::Tensor& value) {
        seen.emplace(name);
        const double distance = relative_distance(value, golden.at(prefix + std::string(name)));
        RecordProperty(std::string(name), std::to_string(distance * 1e9));
        EXPECT_LE(distance, kStateTolerance) << name;
      });
  EXPECT_EQ(seen, (std::set<std::string>{"patch_embed", "blocks.0", "blocks.1"}));
  const double distance = relative_distance(output, golden.at(prefix + "output"));
  RecordProperty("output", std::to_string(distance * 1e9));
  EXPECT_LE(distance, kStateTolerance);
  EXPECT_EQ(output.scalar_type(), at::kFloat);
}

INSTANTIATE_TEST_SUITE_P(Diffusers, CogVideoXGolden,
                         ::testing::Values(Case{"base", "default", 0}, Case{"base", "size", 0},
                                           Case{"base", "length", 13}, Case{"i2v", "default", 0},
                                           Case{"i2v", "late", 0}),
                         [](const auto& chosen) {
                           return std::string(chosen.param.folder) + "_" + chosen.param.name;
                         });

TEST(CogVideoXGoldens, AreWhatTheirScriptWritesAndOfTheSizeThatTheDesignNames) {
  for (const char* const folder : {"base", "i2v"}) {
    const GeneratorGolden golden = golden_of(folder);
    expect_written_by(golden, "cogvideox_transformer/generate.py");
    EXPECT_LE(std::stod(golden.metadata("fp32_fp64_distance")), kStateTolerance / 5) << folder;
  }
  EXPECT_EQ(golden_of("base").metadata("parameters"), "42480");
}

TEST(CogVideoXGoldens, TimestepsMayBeIntegers) {
  const GeneratorGolden golden = golden_of("base");
  CogVideoXInput input = input_of(golden, "default");
  input.timestep = at::tensor({999, 500}, at::kLong);
  EXPECT_LE(relative_distance(run(load("base"), input), golden.at("default.output")),
            kStateTolerance);
}

// Mistakes that give plausible results (docs/design/animeshootergen.md 10): each is made on
// purpose.

double distance_of(const CogVideoXTransformer& network, const std::string& folder = "base") {
  const GeneratorGolden golden = golden_of(folder);
  return relative_distance(run(network, input_of(golden, "default")), golden.at("default.output"));
}

/// Parts `a` and `b` of a layer's outputs exchanged.
ChangeWeights exchange(const std::string& layer, std::int64_t parts, std::int64_t a,
                       std::int64_t b) {
  return [=](StateDict& weights) {
    for (const char* const ending : {".weight", ".bias"}) {
      weights.amend(layer + ending, [=](const at::Tensor& stored) {
        std::vector<at::Tensor> pieces = stored.chunk(parts);
        std::swap(pieces[static_cast<std::size_t>(a)], pieces[static_cast<std::size_t>(b)]);
        return at::cat(pieces);
      });
    }
  };
}

TEST(CogVideoXPitfalls, TheExactGeluIsSeen) {
  CogVideoXTransformer network = load("base");
  for (CogVideoXBlock& block : network.blocks) block.activation = Activation::gelu;
  EXPECT_GT(distance_of(network), 3 * kStateTolerance);  // the forms differ by 5e-4 at most
}

TEST(CogVideoXPitfalls, AnotherEpsOfTheNormsIsSeen) {
  const auto set = [](CogVideoXTransformerConfig& config) { config.eps = 1e-6; };
  EXPECT_GT(distance_of(load("base", 0, {}, set)), kSeen);
}

TEST(CogVideoXPitfalls, AnotherEpsOfQueriesAndKeysIsSeen) {
  CogVideoXTransformer network = load("base");
  EXPECT_EQ(network.blocks[1].query_norm.eps, 1e-6);
  network.blocks[1].query_norm.eps = 1e-5;
  network.blocks[1].key_norm.eps = 1e-5;
  EXPECT_GT(distance_of(network), kSeen);
}

TEST(CogVideoXPitfalls, TheOrderOfAModulationIsSeen) {
  const std::string norm1 = "transformer_blocks.0.norm1.linear";
  EXPECT_GT(distance_of(load("base", 0, exchange(norm1, 6, 0, 1))), kSeen) << "scale, shift";
  EXPECT_GT(distance_of(load("base", 0, exchange(norm1, 6, 1, 2))), kSeen) << "gate, scale";
  EXPECT_GT(distance_of(load("base", 0, exchange(norm1, 6, 0, 3))), kSeen) << "text before video";
  EXPECT_GT(distance_of(load("base", 0, exchange("norm_out.linear", 2, 0, 1))), kSeen);
}

TEST(CogVideoXPitfalls, SinesBeforeCosinesOfTheTimestepAreSeen) {
  const auto set = [](CogVideoXTransformerConfig& config) { config.cosines_first = false; };
  EXPECT_GT(distance_of(load("base", 0, {}, set)), kSeen);
}

TEST(CogVideoXPitfalls, AnotherInterpolationIsSeen) {
  const auto space = [](CogVideoXTransformerConfig& config) { config.spatial_scale = 1.0; };
  const auto time = [](CogVideoXTransformerConfig& config) { config.temporal_scale = 1.875; };
  EXPECT_GT(distance_of(load("base", 0, {}, space)), kSeen);
  EXPECT_GT(distance_of(load("base", 0, {}, time)), kSeen);
}

TEST(CogVideoXPitfalls, AMissingTableAndMissingRotationsAreSeen) {
  const InferenceScope scope;
  CogVideoXTransformer network = load("i2v");
  network.learned_positions.narrow(0, 0, network.config.text_tokens).zero_();
  EXPECT_GT(distance_of(network, "i2v"), kSeen) << "the table has rows for the text too";
  network = load("i2v");
  network.config.positions = VideoPositionForm::rotary;
  EXPECT_GT(distance_of(network, "i2v"), kSeen) << "without the table";
  network.config.positions = VideoPositionForm::sines;
  EXPECT_GT(distance_of(network, "i2v"), kSeen) << "as the 2B model has it";
}

}  // namespace
}  // namespace asbench::models
