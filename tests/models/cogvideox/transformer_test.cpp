// Properties of the transformer (docs/design/animeshootergen.md 10) on the tiny golden networks,
// with inputs of our own.
#include "models/cogvideox/transformer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "models/layers/runtime.h"
#include "models/weights/state_dict.h"
#include "tests/models/cogvideox/generator_golden.h"
#include "tests/models/weights/expect_error.h"

namespace asbench::models {
namespace {

using ::asbench::testing::expect_error;

/// Two orders of addition of float32 sums, relative to the largest value.
constexpr double kFloat32Distance = 1e-5;
/// The whole network in bfloat16 (docs/design/animeshootergen.md 10).
constexpr double kBfloat16Distance = 3e-2;

CogVideoXTransformer load(const std::string& name, const Placement& placement) {
  return load_cogvideox_transformer(golden_folder("cogvideox_transformer/" + name), {placement});
}

at::Tensor waves(at::IntArrayRef shape, double step) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return at::arange(count, at::kFloat).mul_(step).sin_().mul_(1.4).view(shape);
}

/// Enough tokens that samples are taken in several pieces, of other sizes: 10 + 700.
CogVideoXInput large_input(std::int64_t samples) {
  return {waves({samples, 5, 4, 20, 28}, 0.71), waves({samples, 10, 24}, 0.37),
          at::linspace(980, 20, samples, at::kFloat)};
}

class CogVideoX : public ::testing::Test {
 protected:
  static const CogVideoXTransformer& base() {
    static const CogVideoXTransformer network = load("base", c10::DeviceType::CPU);
    return network;
  }
  static const CogVideoXTransformer& i2v() {
    static const CogVideoXTransformer network = load("i2v", c10::DeviceType::CPU);
    return network;
  }

  InferenceScope scope_;
};

TEST_F(CogVideoX, ASampleDoesNotDependOnTheBatch) {
  const CogVideoXInput both = large_input(2);
  const at::Tensor together = run(base(), both);
  for (std::int64_t i = 0; i < 2; ++i) {
    const auto one = [&](const at::Tensor& x) { return x.narrow(0, i, 1); };
    const at::Tensor alone =
        run(base(), {one(both.hidden_states), one(both.encoder_hidden_states), one(both.timestep)});
    EXPECT_TRUE(alone.equal(one(together))) << i;
  }
  EXPECT_GT(relative_distance(together[0], together[1]), 0.1) << "the samples don't differ";
}

TEST_F(CogVideoX, TheNumberOfThreadsChangesNoBit) {
  const CogVideoXInput input = large_input(1);
  configure_runtime(1);
  const at::Tensor alone = run(base(), input);
  configure_runtime(2);
  const at::Tensor shared = run(base(), input);
  configure_runtime();
  EXPECT_TRUE(alone.equal(shared));
}

// Plain tensors through the matrix library instead of our own kernels: what a GPU runs in float32.
TEST_F(CogVideoX, TheWayOfAGpuGivesTheResultOfTheCpu) {
  Placement placement = c10::DeviceType::CPU;
  placement.own_kernels = false;
  const CogVideoXTransformer network = load("base", placement);
  EXPECT_FALSE(network.blocks.front().query.packed) << "this would be the CPU's way";
  const CogVideoXInput input = large_input(2);
  EXPECT_LE(relative_distance(run(network, input), run(base(), input)), kFloat32Distance);
}

TEST_F(CogVideoX, Bfloat16IsNearFloat32) {
  for (const char* const name : {"base", "i2v"}) {
    const CogVideoXTransformer exact = load(name, c10::DeviceType::CPU);
    const CogVideoXTransformer rounded =
        load(name, Placement(c10::DeviceType::CPU, Precision::bf16));
    EXPECT_EQ(rounded.blocks.front().query.weight.scalar_type(), at::kBFloat16);
    const CogVideoXInput input = {waves({2, 5, exact.config.in_channels, 4, 6}, 0.71),
                                  waves({2, 10, 24}, 0.37), at::tensor({999.0F, 20.0F})};
    const at::Tensor y = run(rounded, input);
    EXPECT_EQ(y.scalar_type(), at::kFloat);
    const at::Tensor expected = run(exact, input);
    const double distance = ((y - expected).norm() / expected.norm()).item<double>();
    EXPECT_LE(distance, kBfloat16Distance) << name;
    EXPECT_GT(distance, 1e-5) << name << ": nothing was rounded";
  }
}

// There is no mask and there are no places among the tokens of the text.
TEST_F(CogVideoX, TheOrderOfTheTextDoesNotMatter) {
  CogVideoXInput input = large_input(1);
  const at::Tensor before = run(base(), input);
  input.encoder_hidden_states = input.encoder_hidden_states.flip({1});
  EXPECT_LE(relative_distance(run(base(), input), before), kFloat32Distance);
  input.encoder_hidden_states = input.encoder_hidden_states.mul(2.0);
  EXPECT_GT(relative_distance(run(base(), input), before), 1e-3) << "the text has no effect";
}

// [frames, channels], not [channels, frames]: with as many frames as channels, only the numbers
// tell.
TEST_F(CogVideoX, FramesComeBeforeChannels) {
  const at::Tensor video = waves({1, 4, 4, 4, 6}, 0.71);
  const CogVideoXInput input = {video, waves({1, 10, 24}, 0.37), at::tensor({500.0F})};
  const CogVideoXInput exchanged = {video.transpose(1, 2), input.encoder_hidden_states,
                                    input.timestep};
  EXPECT_GT(relative_distance(run(base(), exchanged).transpose(1, 2), run(base(), input)), 0.1);
}

TEST_F(CogVideoX, InputsAreLeftAsTheyAre) {
  const CogVideoXInput input = large_input(1);
  const at::Tensor video = input.hidden_states.clone();
  const at::Tensor text = input.encoder_hidden_states.clone();
  static_cast<void>(run(base(), input));
  EXPECT_TRUE(input.hidden_states.equal(video));
  EXPECT_TRUE(input.encoder_hidden_states.equal(text));
}

TEST_F(CogVideoX, InputsMayHaveAnyStridesAndTypes) {
  const CogVideoXInput input = {waves({2, 5, 4, 4, 6}, 0.71), waves({2, 10, 24}, 0.37),
                                at::tensor({999.0F, 20.0F})};
  const CogVideoXInput strided = {
      input.hidden_states.transpose(1, 2).contiguous().transpose(1, 2).to(at::kDouble),
      input.encoder_hidden_states.transpose(1, 2).contiguous().transpose(1, 2),
      at::tensor({999, 20}, at::kLong)};
  EXPECT_TRUE(run(base(), strided).equal(run(base(), input)));
}

// A layer's memory can be given back and its weights brought again between passes.
TEST_F(CogVideoX, ABlockCanBeFreedAndLoadedAgain) {
  CogVideoXTransformer network = load("base", c10::DeviceType::CPU);
  const CogVideoXInput input = large_input(1);
  network.blocks[1] = {};
  const Checkpoint checkpoint =
      open_checkpoint(golden_folder("cogvideox_transformer/base").string(), {});
  StateDict weights = StateDict::load(checkpoint);
  network.blocks[1] = load_cogvideox_block(weights, "transformer_blocks.1.", network.config);
  move_to(network.blocks[1], network.placement);
  EXPECT_TRUE(run(network, input).equal(run(base(), input)));
}

TEST_F(CogVideoX, AWrongInputIsRefusedByName) {
  const CogVideoXInput right = {waves({2, 5, 4, 4, 6}, 0.71), waves({2, 10, 24}, 0.37),
                                at::tensor({999.0F, 20.0F})};
  const auto refused = [&](const CogVideoXInput& input, const CogVideoXTransformer& network,
                           const std::vector<std::string_view>& parts) {
    expect_error([&] { static_cast<void>(run(network, input)); }, parts);
  };
  CogVideoXInput input = right;
  input.hidden_states = waves({2, 4, 5, 4, 6}, 0.7);  // channels first
  refused(input, base(), {"hidden_states is [2, 4, 5, 4, 6]", "[samples, frames, 4,"});
  input.hidden_states = waves({2, 5, 4, 5, 6}, 0.7);
  refused(input, base(), {"hidden_states is [2, 5, 4, 5, 6]", "multiples of 2"});
  input.hidden_states = at::empty({2, 0, 4, 4, 6});
  refused(input, base(), {"hidden_states is [2, 0, 4, 4, 6]", "no axis empty"});
  input = right;
  input.encoder_hidden_states = waves({2, 9, 24}, 0.3);
  refused(input, base(),
          {"encoder_hidden_states is [2, 9, 24]", "[2, 10, 24]", "max_text_seq_length"});
  input.encoder_hidden_states = waves({1, 10, 24}, 0.3);
  refused(input, base(), {"encoder_hidden_states is [1, 10, 24]"});
  input = right;
  input.timestep = at::tensor({999.0F});
  refused(input, base(), {"timestep is [1]", "[2]"});
  input = right;
  input.hidden_states = waves({2, 5, 8, 6, 6}, 0.7);
  refused(input, i2v(), {"hidden_states is [2, 5, 8, 6, 6]", "[samples, 5, 8, 4, 6]"});
  input.hidden_states = waves({2, 4, 8, 4, 6}, 0.7);
  refused(input, i2v(), {"hidden_states is [2, 4, 8, 4, 6]", "table of positions"});
}

}  // namespace
}  // namespace asbench::models
