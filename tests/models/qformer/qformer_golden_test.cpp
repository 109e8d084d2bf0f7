// The Q-Former against transformers' Blip2QFormerModel, and its projection.
// tests/golden/qformer/README.md says how the data was made.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "core/hash.h"
#include "models/layers/runtime.h"
#include "models/qformer/qformer.h"
#include "tests/models/encoders/encoder_golden.h"
#include "tests/support/paths.h"

namespace asbench::models {
namespace {

/// Relative to the largest value: docs/design/animeshootergen.md 10.
constexpr double kGoldenTolerance = 2e-5;
/// bfloat16 keeps 8 bits (docs/design/animeshootergen.md 10).
constexpr double kBfloat16Tolerance = 3e-2;

Placement without_own_kernels() {
  Placement placement(c10::kCPU);
  placement.own_kernels = false;
  return placement;
}

class QFormerGolden : public ::testing::TestWithParam<const char*> {
 protected:
  QFormerGolden()
      : golden_(read_encoder_golden(GetParam())),
        options_(qformer_options_of(golden_.checkpoint)),
        states_(golden_.at("encoder_hidden_states")) {}

  EncoderGolden golden_;
  QFormerOptions options_;
  at::Tensor states_;
};

TEST_P(QFormerGolden, IsWhatItsScriptWrites) {
  const auto folder = testing::source_folder() / "tests" / "golden";
  EXPECT_EQ(golden_.script_sha256, sha256_file(folder / "qformer" / "generate.py"));
  EXPECT_EQ(golden_.shared_sha256, sha256_file(folder / "mllm_golden.py"));
  EXPECT_LE(golden_.noise_tolerance(), kGoldenTolerance);
}

TEST_P(QFormerGolden, GivesTheLastStateAndTheCondition) {
  for (const Placement& placement : {Placement(c10::kCPU), without_own_kernels()}) {
    const QFormer model = load_qformer(golden_.checkpoint, options_, placement);
    const at::Tensor last = run(model, states_);
    ASSERT_EQ(last.sizes(), golden_.at("last_hidden_state").sizes());
    EXPECT_LE(state_distance(last, golden_.at("last_hidden_state")), kGoldenTolerance);
    const at::Tensor condition = project_condition(model, last);
    ASSERT_EQ(condition.sizes(), golden_.at("condition").sizes());
    EXPECT_LE(state_distance(condition, golden_.at("condition")), kGoldenTolerance);
    EXPECT_EQ(model.condition_length(), condition.size(1));
  }
}

// layers[0] is the normalised queries.
TEST_P(QFormerGolden, GivesEveryLayer) {
  QFormer model = load_qformer(golden_.checkpoint, options_, c10::kCPU);
  const at::Tensor& layers = golden_.at("layers");
  ASSERT_EQ(layers.size(0), model.config.layers + 1);
  for (std::int64_t i = model.config.layers; i >= 0; --i) {
    model.layers.resize(static_cast<std::size_t>(i));
    EXPECT_LE(state_distance(run(model, states_), layers[i]), kGoldenTolerance) << i;
  }
}

TEST_P(QFormerGolden, InBfloat16StaysNear) {
  const QFormer model =
      load_qformer(golden_.checkpoint, options_, Placement(c10::kCPU, Precision::bf16));
  const at::Tensor condition = project_condition(model, run(model, states_));
  EXPECT_EQ(condition.scalar_type(), at::kBFloat16);
  const at::Tensor& expected = golden_.at("condition");
  EXPECT_LE(((condition.to(at::kFloat) - expected).norm() / expected.norm()).item<double>(),
            kBfloat16Tolerance);
}

INSTANTIATE_TEST_SUITE_P(Published, QFormerGolden,
                         ::testing::Values("qformer/t1", "qformer/every_layer", "qformer/llm"),
                         [](const auto& chosen) { return std::string(chosen.param).substr(8); });

TEST(QFormerOptionsOf, ReadsThemFromTheTensors) {
  const auto options = [](const char* name) {
    return qformer_options_of(read_encoder_golden(name).checkpoint);
  };
  EXPECT_EQ(options("qformer/t1").projection, ConditionProjection::linear);
  EXPECT_EQ(options("qformer/t1").query_source, QuerySource::own);
  EXPECT_FALSE(options("qformer/t1").trailing_layer_norm);
  EXPECT_EQ(options("qformer/every_layer").projection, ConditionProjection::mlp);
  EXPECT_TRUE(options("qformer/every_layer").trailing_layer_norm);
  EXPECT_EQ(options("qformer/llm").projection, ConditionProjection::none);
  EXPECT_EQ(options("qformer/llm").query_source, QuerySource::llm);
}

// Mistakes that give plausible conditions.
double distance_with(const char* name, const std::function<void(Json&)>& change) {
  EncoderGolden golden = read_encoder_golden(name);
  change(golden.checkpoint.config);
  const QFormer model =
      load_qformer(golden.checkpoint, qformer_options_of(golden.checkpoint), c10::kCPU);
  return state_distance(run(model, golden.at("encoder_hidden_states")),
                        golden.at("last_hidden_state"));
}

TEST(QFormerPitfalls, TheTanhShapedGeluIsSeen) {
  EXPECT_GT(distance_with("qformer/t1", [](Json& config) { config["hidden_act"] = "gelu_new"; }),
            2 * kGoldenTolerance);
}

// The GELU between the projection's two layers is exact, too.
TEST(QFormerPitfalls, TheTanhShapedGeluIsSeenInTheProjection) {
  const EncoderGolden golden = read_encoder_golden("qformer/every_layer");
  const QFormer model =
      load_qformer(golden.checkpoint, qformer_options_of(golden.checkpoint), without_own_kernels());
  const InferenceScope scope;
  const auto with = [&](const char* shape) {
    const at::Tensor inner =
        at::gelu(linear(golden.at("last_hidden_state"), model.projection.at(0)), shape);
    return layer_norm(linear(inner, model.projection.at(1)), model.projection_norm.value());
  };
  EXPECT_LE(state_distance(with("none"), golden.at("condition")), kGoldenTolerance);
  EXPECT_GT(state_distance(with("tanh"), golden.at("condition")), 5 * kGoldenTolerance);
}

// The queries are small: the first norm sees the eps.
TEST(QFormerPitfalls, TheWrongEpsIsSeen) {
  EXPECT_GT(distance_with("qformer/t1", [](Json& config) { config["layer_norm_eps"] = 1e-5; }),
            5 * kGoldenTolerance);
}

TEST(QFormerPitfalls, TheWrongNumberOfHeadsIsSeen) {
  EXPECT_GT(distance_with("qformer/t1", [](Json& config) { config["num_attention_heads"] = 8; }),
            10 * kGoldenTolerance);
}

}  // namespace
}  // namespace asbench::models
