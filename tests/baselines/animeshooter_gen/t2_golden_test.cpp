// CogVideoX's transformer at the size T2 (docs/design/animeshootergen.md 9) against diffusers:
// tests/golden/cogvideox_t2.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "baselines/animeshooter_gen/tensor_file.h"
#include "core/hash.h"
#include "models/cogvideox/transformer.h"
#include "models/layers/runtime.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"
#include "tools/tiny_generator/tiny_generator.h"

namespace asbench::baselines {
namespace {

namespace fs = std::filesystem;
using asbench::testing::TemporaryFolder;

/// Of the largest value.
constexpr double kTolerance = 1e-5;
/// Of the states, every so many tokens are stored.
constexpr std::int64_t kEvery = 19;

fs::path golden_file() {
  return asbench::testing::source_folder() / "tests/golden/cogvideox_t2/expected.safetensors";
}

double distance(const at::Tensor& is, const at::Tensor& expected) {
  EXPECT_EQ(is.sizes(), expected.sizes());
  if (is.sizes() != expected.sizes()) return 1.0;
  const at::Tensor wide = expected.to(at::kDouble);
  return ((is.to(at::kDouble) - wide).abs().max() / wide.abs().max()).item<double>();
}

at::Tensor input(const std::string& name, const std::vector<std::int64_t>& shape) {
  at::Tensor values = at::empty(shape, at::kFloat);
  const std::uint64_t hash = asbench::testing::fnv1a(name);
  float* const first = values.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < values.numel(); ++i) {
    first[i] = static_cast<float>(
        asbench::testing::seeded_value(hash, /*seed=*/1, static_cast<std::uint64_t>(i)));
  }
  return values;
}

class T2Golden : public ::testing::Test {
 protected:
  T2Golden() : golden_(golden_file()) {
    asbench::testing::write_tiny_cogvideo(folder_ / "model",
                                          {.transformer = {{"num_attention_heads", 4},
                                                           {"attention_head_dim", 32},
                                                           {"in_channels", 16},
                                                           {"out_channels", 16},
                                                           {"num_layers", 4},
                                                           {"sample_width", 12},
                                                           {"sample_height", 8},
                                                           {"sample_frames", 49},
                                                           {"max_text_seq_length", 226}}});
    network_ =
        models::load_cogvideox_transformer(folder_ / "model/transformer", {.placement = c10::kCPU});
  }

  void expect_as_diffusers(const std::string& name, const std::vector<std::int64_t>& times) {
    std::set<std::string> seen;
    const auto expect = [&](const std::string& what, const at::Tensor& value, std::size_t axes) {
      seen.insert(what);
      const double apart =
          distance(value, golden_.take(name + "." + what, models::DType::f32, axes));
      RecordProperty(name + "." + what, std::to_string(apart * 1e9));
      EXPECT_LE(apart, kTolerance) << what;
    };
    const at::Tensor output = models::run(
        network_,
        {.hidden_states = input("hidden_states", {2, 13, 16, 8, 12}),
         .encoder_hidden_states = input("encoder_hidden_states", {2, 226, 24}),
         .timestep = at::tensor(times, at::kLong)},
        [&](std::string_view what, const at::Tensor& value) {
          expect(std::string(what), value.slice(1, 0, value.size(1), kEvery).contiguous(), 3);
        });
    expect("output", output, 5);
    EXPECT_EQ(seen, (std::set<std::string>{"patch_embed", "blocks.0", "blocks.1", "blocks.2",
                                           "blocks.3", "output"}));
  }

  const models::InferenceScope scope_;
  TemporaryFolder folder_;
  TensorReader golden_;
  models::CogVideoXTransformer network_;
};

TEST_F(T2Golden, IsOfTheScriptsThatLieThere) {
  const auto file = models::SafetensorsFile::open(golden_file());
  const fs::path golden = asbench::testing::source_folder() / "tests/golden";
  EXPECT_EQ(file.metadata().at("script"), sha256_file(golden / "cogvideox_t2/generate.py"));
  EXPECT_EQ(file.metadata().at("shared"), sha256_file(golden / "animeshootergen/generate.py"));
  EXPECT_LT(std::stod(file.metadata().at("fp32_fp64_distance")), kTolerance / 10);
}

TEST_F(T2Golden, TheTransformerIsDiffusers) {
  expect_as_diffusers("late", {19, 500});
  expect_as_diffusers("first", {999, 999});
}

}  // namespace
}  // namespace asbench::baselines
