// transformers' T5EncoderModel. tests/golden/t5/README.md says how the data was made.
#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/hash.h"
#include "models/layers/relative_attention.h"
#include "models/layers/runtime.h"
#include "models/t5/t5_buckets.h"
#include "models/t5/t5_encoder.h"
#include "tests/models/encoders/encoder_golden.h"
#include "tests/support/paths.h"

namespace asbench::models {
namespace {

/// docs/design/animeshootergen.md 10, relative to the largest value.
constexpr double kTolerance = 2e-5;
/// bfloat16 against float32 of the same engine.
constexpr double kBfloat16Tolerance = 3e-2;
/// Of another order of additions.
constexpr double kThreadsTolerance = 1e-5;

class T5Golden : public ::testing::TestWithParam<const char*> {
 protected:
  T5Golden() : golden_(read_encoder_golden(std::string("t5/") + GetParam())) {}

  const InferenceScope scope_;
  EncoderGolden golden_;
};

TEST_P(T5Golden, WasMadeByTheScriptBesideIt) {
  const auto golden = asbench::testing::source_folder() / "tests/golden";
  EXPECT_EQ(golden_.script_sha256, sha256_file(golden / "t5/generate.py"));
  EXPECT_EQ(golden_.shared_sha256, sha256_file(golden / "encoder_golden.py"));
  EXPECT_LE(golden_.noise_tolerance(), kTolerance);
}

TEST_P(T5Golden, OutputAndBlocksAgree) {
  const T5Encoder encoder = load_t5_encoder(golden_.checkpoint);
  std::size_t seen = 0;
  const at::Tensor out =
      run(encoder, golden_.at("ids"), [&](std::string_view name, const at::Tensor& value) {
        const auto wanted = golden_.expected.find(std::string(name));
        if (wanted == golden_.expected.end()) return;
        ++seen;
        EXPECT_LE(state_distance(value.narrow(0, 0, 1), wanted->second), kTolerance) << name;
      });
  EXPECT_EQ(seen, encoder.layers.size());  // the embeddings, and all blocks but the last
  ASSERT_EQ(out.sizes(), golden_.at("out").sizes());
  const double distance = state_distance(out, golden_.at("out"));
  RecordProperty("distance", fmt::format("{:.2e}", distance));
  EXPECT_LE(distance, kTolerance);
}

TEST_P(T5Golden, BucketTableAgrees) {
  const T5Config config = parse_t5_config(golden_.checkpoint.config, "config.json");
  EXPECT_TRUE(t5_buckets(301, 301, config).equal(golden_.at("buckets")));
}

TEST_P(T5Golden, ATextsResultIsItsOwnWhateverTheBatch) {
  const T5Encoder encoder = load_t5_encoder(golden_.checkpoint);
  const at::Tensor& ids = golden_.at("ids");
  const at::Tensor together = run(encoder, ids);
  for (std::int64_t i = 0; i < ids.size(0); ++i) {
    EXPECT_TRUE(run(encoder, ids.narrow(0, i, 1)).equal(together.narrow(0, i, 1))) << i;
  }
}

TEST_P(T5Golden, PaddingIsSeen) {
  // docs/design/animeshootergen.md 10, pitfall 15: without a mask a shorter padding is another
  // text.
  const T5Encoder encoder = load_t5_encoder(golden_.checkpoint);
  const at::Tensor& ids = golden_.at("ids");
  const std::int64_t length = ids.size(1) - 6;  // cuts padding alone
  ASSERT_EQ(ids.narrow(1, length, 6).abs().max().item<std::int64_t>(), 0);
  const at::Tensor whole = run(encoder, ids).narrow(1, 0, length);
  EXPECT_GT(state_distance(run(encoder, ids.narrow(1, 0, length)), whole), 1e-3);
}

TEST_P(T5Golden, OneAndTwoThreadsAgree) {
  const T5Encoder encoder = load_t5_encoder(golden_.checkpoint);
  const int before = thread_count();
  configure_runtime(1);
  const at::Tensor one = run(encoder, golden_.at("ids"));
  configure_runtime(2);
  const at::Tensor two = run(encoder, golden_.at("ids"));
  configure_runtime(before);
  EXPECT_LE(state_distance(two, one), kThreadsTolerance);
}

// Mistakes that give plausible vectors: each must be far outside the tolerance, so that the golden
// would see it.

/// The encoder by its parts, with either shape of GELU.
at::Tensor run_with_gelu(const T5Encoder& encoder, const at::Tensor& ids, const char* shape) {
  const std::int64_t length = ids.size(1);
  const std::int64_t width = encoder.config.heads * encoder.config.head_width;
  const at::Tensor buckets = t5_buckets(length, length, encoder.config);
  const at::Tensor bias = encoder.distances.index_select(0, buckets).t().contiguous();
  at::Tensor x = at::embedding(encoder.tokens, ids);
  for (const T5Layer& layer : encoder.layers) {
    const at::Tensor qkv = linear(rms_norm(x, layer.attention_norm), layer.qkv);
    const auto part = [&](std::int64_t i) { return qkv.narrow(2, i * width, width); };
    const at::Tensor mixed =
        relative_attention(part(0), part(1), part(2), encoder.config.heads, bias);
    x = x + linear(mixed, layer.attention_out);
    const at::Tensor normed = rms_norm(x, layer.mlp_norm);
    const at::Tensor gate = at::gelu(linear(normed, layer.gate), shape);
    x = x + linear(gate * linear(normed, layer.up), layer.down);
  }
  return rms_norm(x, encoder.final_norm);
}

TEST_P(T5Golden, TheExactGeluIsSeen) {
  const T5Encoder encoder = load_t5_encoder(golden_.checkpoint);
  const at::Tensor& ids = golden_.at("ids");
  EXPECT_LE(state_distance(run_with_gelu(encoder, ids, "tanh"), golden_.at("out")), kTolerance);
  EXPECT_GT(state_distance(run_with_gelu(encoder, ids, "none"), golden_.at("out")), 5 * kTolerance);
}

TEST_P(T5Golden, TheWrongEpsIsSeen) {
  Checkpoint wrong = golden_.checkpoint;
  const bool usual = wrong.config.at("layer_norm_epsilon") == 1e-6;
  wrong.config["layer_norm_epsilon"] = usual ? 1e-5 : 1e-6;
  EXPECT_GT(state_distance(run(load_t5_encoder(wrong), golden_.at("ids")), golden_.at("out")),
            10 * kTolerance);
}

TEST_P(T5Golden, LibTorchsProductsAndBfloat16AreNear) {
  Placement products(c10::kCPU);
  products.own_kernels = false;
  const at::Tensor& wanted = golden_.at("out");
  EXPECT_LE(
      state_distance(run(load_t5_encoder(golden_.checkpoint, products), golden_.at("ids")), wanted),
      kTolerance);
  const T5Encoder narrow =
      load_t5_encoder(golden_.checkpoint, Placement(c10::kCPU, Precision::bf16));
  const at::Tensor out = run(narrow, golden_.at("ids"));
  EXPECT_EQ(out.scalar_type(), at::kBFloat16);
  const at::Tensor error = out.to(at::kFloat) - wanted;
  EXPECT_LE((error.norm() / wanted.norm()).item<double>(), kBfloat16Tolerance);
}

INSTANTIATE_TEST_SUITE_P(Cases, T5Golden, ::testing::Values("b32", "b16"),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
}  // namespace asbench::models
