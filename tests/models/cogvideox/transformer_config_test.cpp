#include "models/cogvideox/transformer_config.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/json.h"
#include "tests/models/weights/expect_error.h"

namespace asbench::models {
namespace {

using ::asbench::testing::expect_error;

CogVideoXTransformerConfig parse(const Json& config) {
  return parse_cogvideox_transformer_config(config, "MODEL");
}

TEST(CogVideoXConfig, DefaultsAreThe2BModel) {
  const CogVideoXTransformerConfig config = parse(Json::object());
  EXPECT_EQ(config.width(), 1920);
  EXPECT_EQ(config.latent_frames(), 13);
  EXPECT_EQ(config.text_tokens, 226);
  EXPECT_EQ(config.spatial_scale, 1.875);
  EXPECT_EQ(config.positions, VideoPositionForm::sines);
  EXPECT_TRUE(config.cosines_first);
}

TEST(CogVideoXConfig, FieldsAreTakenOver) {
  const CogVideoXTransformerConfig config = parse({{"num_attention_heads", 48},
                                                   {"attention_head_dim", 32},
                                                   {"in_channels", 32},
                                                   {"out_channels", 8},
                                                   {"num_layers", 42},
                                                   {"patch_size", 1},
                                                   {"patch_size_t", nullptr},
                                                   {"time_embed_dim", 256},
                                                   {"text_embed_dim", 1024},
                                                   {"max_text_seq_length", 64},
                                                   {"sample_width", 12},
                                                   {"sample_height", 10},
                                                   {"sample_frames", 17},
                                                   {"temporal_compression_ratio", 8},
                                                   {"spatial_interpolation_scale", 1.5},
                                                   {"temporal_interpolation_scale", 2},
                                                   {"norm_eps", 1e-6},
                                                   {"freq_shift", 1},
                                                   {"flip_sin_to_cos", false},
                                                   {"attention_bias", false},
                                                   {"patch_bias", false},
                                                   {"ofs_embed_dim", nullptr},
                                                   {"activation_fn", "gelu-approximate"},
                                                   {"timestep_activation_fn", "silu"},
                                                   {"use_rotary_positional_embeddings", true},
                                                   {"use_learned_positional_embeddings", true}});
  EXPECT_EQ(config.heads, 48);
  EXPECT_EQ(config.head_width, 32);
  EXPECT_EQ(config.in_channels, 32);
  EXPECT_EQ(config.out_channels, 8);
  EXPECT_EQ(config.layers, 42);
  EXPECT_EQ(config.patch, 1);
  EXPECT_EQ(config.time_width, 256);
  EXPECT_EQ(config.text_width, 1024);
  EXPECT_EQ(config.text_tokens, 64);
  EXPECT_EQ(config.sample_width, 12);
  EXPECT_EQ(config.sample_height, 10);
  EXPECT_EQ(config.latent_frames(), 3);
  EXPECT_EQ(config.spatial_scale, 1.5);
  EXPECT_EQ(config.temporal_scale, 2.0);
  EXPECT_EQ(config.eps, 1e-6);
  EXPECT_EQ(config.freq_shift, 1.0);
  EXPECT_FALSE(config.cosines_first);
  EXPECT_FALSE(config.attention_bias);
  EXPECT_FALSE(config.patch_bias);
  EXPECT_EQ(config.positions, VideoPositionForm::rotary_and_learned);
}

TEST(CogVideoXConfig, EveryValueThatIsNotImplementedIsRefusedByName) {
  const std::vector<std::pair<const char*, const char*>> wrong = {
      {R"({"_class_name": "HunyuanVideoTransformer3DModel"})", "_class_name"},
      {R"({"patch_size_t": 2})", "patch_size_t"},
      {R"({"quantization_config": {"bits": 8}})", "quantization_config"},
      {R"({"ofs_embed_dim": 512})", "ofs_embed_dim"},
      {R"({"activation_fn": "gelu"})", "activation_fn"},
      {R"({"timestep_activation_fn": "mish"})", "timestep_activation_fn"},
      {R"({"norm_elementwise_affine": false})", "norm_elementwise_affine"},
      {R"({"use_learned_positional_embeddings": true})", "use_learned_positional_embeddings"},
      {R"({"num_layers": 0})", "num_layers"},
      {R"({"num_layers": "30"})", "num_layers"},
      {R"({"num_attention_heads": 1, "attention_head_dim": 24})", "num_attention_heads"},
      {R"({"use_rotary_positional_embeddings": true, "attention_head_dim": 24})",
       "attention_head_dim"},
      {R"({"spatial_interpolation_scale": 0})", "spatial_interpolation_scale"},
      {R"({"temporal_interpolation_scale": -1})", "temporal_interpolation_scale"},
      {R"({"freq_shift": 960})", "freq_shift"},
      {R"({"sample_width": 91})", "patch_size"},
      {R"({"attention_bias": "yes"})", "attention_bias"},
  };
  for (const auto& [text, field] : wrong) {
    const std::string start = std::string("config.json of MODEL: ") + field + " is ";
    expect_error([text = text] { static_cast<void>(parse(parse_json(text, "a test"))); }, {start});
  }
}

// docs/design/animeshootergen.md 9: 47 linear and 73 attention; 5B-I2V 332 (section 12).
TEST(CogVideoXConfig, CountsTheOperationsOfTheRealModels) {
  EXPECT_NEAR(flops_per_sample(parse(Json::object()), 13, 60, 90) / 1e12, 120.0, 0.5);
  const Json i2v = {{"num_attention_heads", 48},
                    {"num_layers", 42},
                    {"in_channels", 32},
                    {"use_rotary_positional_embeddings", true}};
  EXPECT_NEAR(flops_per_sample(parse(i2v), 13, 60, 90) / 1e12, 332.0, 1.0);
}

}  // namespace
}  // namespace asbench::models
