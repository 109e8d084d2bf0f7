#include "models/encoders/config.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/models/weights/expect_error.h"
#include "tests/support/paths.h"

namespace asbench::models {
namespace {

using ::asbench::testing::expect_error;

Json hub_config(const std::string& name) {
  const auto path =
      testing::source_folder() / ".." / "shared" / "data" / "hub-configs" / name / "config.json";
  return std::filesystem::exists(path) ? read_json_file(path) : Json();
}

#define ASBENCH_HUB_CONFIG(variable, name) \
  const Json variable = hub_config(name);  \
  if (variable.is_null()) GTEST_SKIP() << name << " is not beside the repository"

VisionConfig vision(const Json& config) {
  return parse_vision_config(config, "org/name");
}
TextConfig text(const Json& config) {
  return parse_text_config(config, "org/name");
}

void expect_clip_b(const Json& config, std::int64_t patch) {
  const VisionConfig v = vision(config);
  EXPECT_EQ(v.family, VisionFamily::clip);
  EXPECT_EQ(v.blocks.width, 768);
  EXPECT_EQ(v.blocks.inner, 3072);
  EXPECT_EQ(v.blocks.layers, 12);
  EXPECT_EQ(v.blocks.heads, 12);
  EXPECT_EQ(v.blocks.activation, Activation::quick_gelu);
  EXPECT_EQ(v.blocks.eps, 1e-5);
  EXPECT_EQ(v.image_size, 224);
  EXPECT_EQ(v.patch_size, patch);
  EXPECT_EQ(v.dim(), 512);
  const TextConfig t = text(config);
  EXPECT_EQ(t.blocks.width, 512);
  EXPECT_EQ(t.blocks.inner, 2048);
  EXPECT_EQ(t.blocks.layers, 12);
  EXPECT_EQ(t.blocks.heads, 8);
  EXPECT_EQ(t.blocks.activation, Activation::quick_gelu);
  EXPECT_EQ(t.vocabulary, 49408);
  EXPECT_EQ(t.positions, 77);
  EXPECT_EQ(t.projection, 512);
  EXPECT_FALSE(t.eos_token_id.has_value());  // the files say 2
}

TEST(EncoderConfig, ReadsTheFullDumpOfAnOldVersion) {
  ASBENCH_HUB_CONFIG(config, "openai--clip-vit-base-patch32");
  expect_clip_b(config, 32);
}

TEST(EncoderConfig, ReadsFilesThatLeaveOutEveryDefault) {
  ASBENCH_HUB_CONFIG(config, "resaved--clip-vit-base-patch32");
  expect_clip_b(config, 32);
  ASBENCH_HUB_CONFIG(patch16, "resaved--clip-vit-base-patch16");
  expect_clip_b(patch16, 16);
  expect_clip_b({{"model_type", "clip"}}, 32);
}

TEST(EncoderConfig, ReadsDinoInBothSpellings) {
  for (const char* name : {"facebook--dino-vitb16", "resaved--dino-vitb16"}) {
    ASBENCH_HUB_CONFIG(config, name);
    const VisionConfig v = vision(config);
    EXPECT_EQ(v.family, VisionFamily::vit);
    EXPECT_EQ(v.blocks.width, 768);
    EXPECT_EQ(v.blocks.eps, 1e-12);
    EXPECT_EQ(v.blocks.activation, Activation::gelu);
    EXPECT_TRUE(v.blocks.qkv_bias);
    EXPECT_EQ(v.table_patches(), 196);
    EXPECT_EQ(v.dim(), 768);
  }
  ASBENCH_HUB_CONFIG(small, "facebook--dino-vits16");
  EXPECT_EQ(vision(small).blocks.width, 384);
  EXPECT_EQ(vision(small).blocks.heads, 6);
}

TEST(EncoderConfig, KnowsTheDefaultsOfDinov2) {
  const VisionConfig v = vision({{"model_type", "dinov2"}, {"image_size", 518}});
  EXPECT_EQ(v.blocks.inner, 3072);
  EXPECT_EQ(v.blocks.eps, 1e-6);
  EXPECT_EQ(v.patch_size, 14);
  EXPECT_EQ(v.table_patches(), 37 * 37);
  EXPECT_FALSE(v.blocks.gated);
}

TEST(EncoderConfig, RoundsTheGatedMlpOfDinov2GiantAsPublished) {
  const VisionConfig v = vision({{"model_type", "dinov2"},
                                 {"hidden_size", 1536},
                                 {"num_attention_heads", 24},
                                 {"mlp_ratio", 4},
                                 {"use_swiglu_ffn", true}});
  EXPECT_EQ(v.blocks.inner, 4096);
  EXPECT_TRUE(v.blocks.gated);
}

TEST(EncoderConfig, KnowsTheDefaultsOfDinov2WithRegisters) {
  const VisionConfig v = vision({{"model_type", "dinov2_with_registers"}, {"patch_size", 14}});
  EXPECT_EQ(v.family, VisionFamily::dinov2_registers);
  EXPECT_EQ(v.blocks.eps, 1e-6);
  EXPECT_EQ(v.registers, 4);
  EXPECT_EQ(vision({{"model_type", "dinov2_with_registers"}, {"num_register_tokens", 0}}).registers,
            0);
}

TEST(EncoderConfig, KnowsTheDefaultsOfDinov3) {
  const VisionConfig v = vision({{"model_type", "dinov3_vit"}});
  EXPECT_EQ(v.blocks.width, 384);
  EXPECT_EQ(v.blocks.inner, 1536);
  EXPECT_EQ(v.blocks.heads, 6);
  EXPECT_EQ(v.blocks.eps, 1e-5);
  EXPECT_EQ(v.patch_size, 16);
  EXPECT_EQ(v.registers, 0);
  EXPECT_EQ(v.rope_theta, 100.0);
  EXPECT_TRUE(v.biases.query);
  EXPECT_FALSE(v.biases.key);
  const VisionConfig gated =
      vision({{"model_type", "dinov3_vit"}, {"use_gated_mlp", true}, {"hidden_act", "silu"}});
  EXPECT_TRUE(gated.blocks.gated);
  EXPECT_EQ(gated.blocks.inner, 1536);
}

TEST(EncoderConfig, KnowsTheDefaultsOfSiglip) {
  const VisionConfig v =
      vision({{"model_type", "siglip"}, {"vision_config", {{"patch_size", 14}}}});
  EXPECT_EQ(v.family, VisionFamily::siglip);
  EXPECT_EQ(v.blocks.activation, Activation::gelu_tanh);
  EXPECT_EQ(v.blocks.eps, 1e-6);
  EXPECT_EQ(v.blocks.width, 768);
  EXPECT_EQ(v.patch_size, 14);
  EXPECT_EQ(v.dim(), 768);
  EXPECT_FALSE(v.has_class_token());
}

TEST(EncoderConfig, LetsTheLegacyDictWinWithItsDefaults) {
  // CLIPConfig(text_config_dict=...) of old versions: its fields, and the class defaults for those
  // it leaves out, replace the section's.
  const Json config = {{"model_type", "clip"},
                       {"text_config", {{"hidden_size", 640}, {"num_attention_heads", 10}}},
                       {"text_config_dict", {{"hidden_size", 768}}},
                       {"vision_config", {{"patch_size", 14}}},
                       {"vision_config_dict", nullptr}};
  EXPECT_EQ(text(config).blocks.width, 768);
  EXPECT_EQ(text(config).blocks.heads, 8);
  EXPECT_EQ(vision(config).patch_size, 14);
}

TEST(EncoderConfig, TakesSidesAndSizesInEitherSpelling) {
  const VisionConfig v = vision({{"model_type", "vit"},
                                 {"image_size", {384, 384}},
                                 {"patch_size", 32},
                                 {"hidden_size", 768.0}});
  EXPECT_EQ(v.image_size, 384);
  EXPECT_EQ(v.table_patches(), 144);
}

TEST(EncoderConfig, BelievesTheEndTokenOnlyOfAnotherVocabulary) {
  const auto with = [](Json section) {
    return text({{"model_type", "clip"}, {"text_config", std::move(section)}}).eos_token_id;
  };
  EXPECT_EQ(with({{"vocab_size", 60}, {"eos_token_id", 59}}), 59);
  EXPECT_EQ(with({{"vocab_size", 60}, {"eos_token_id", 2}}), std::nullopt);
  EXPECT_EQ(with({{"eos_token_id", 49407}}), std::nullopt);
  EXPECT_EQ(with({{"vocab_size", 49500}}), 49407);
}

TEST(EncoderConfig, RefusesWhatItDoesNotComputeByTheFieldsName) {
  struct Case {
    Json config;
    std::vector<std::string_view> parts;
  };
  const std::vector<Case> cases = {
      {{{"model_type", "swin"}}, {"model_type", "swin", "clip, vit, dinov2", "siglip"}},
      {{{"model_type", "siglip2"}},
       {"model_type", "siglip2", "NaFlex", "siglip2-base-patch16-224"}},
      {{{"model_type", "siglip"}, {"vision_config", {{"vision_use_head", false}}}},
       {"vision_config.vision_use_head", "pooling"}},
      {{{"model_type", "dinov3_vit"}, {"use_gated_mlp", true}}, {"hidden_act", "silu"}},
      {{{"model_type", "dinov3_vit"}, {"hidden_act", "silu"}}, {"hidden_act", "silu"}},
      {{{"model_type", "dinov3_vit"}, {"rope_theta", 0}}, {"rope_theta", "above 0"}},
      {{{"model_type", "dinov3_vit"}, {"hidden_size", 66}, {"num_attention_heads", 11}},
       {"num_attention_heads", "4 divides"}},
      {{{"model_type", "dinov2_with_registers"}, {"num_register_tokens", 1.5}},
       {"num_register_tokens", "1.5"}},
      {{{"hidden_size", 768}}, {"model_type", "absent"}},
      {{{"model_type", "vit"}, {"hidden_act", "relu"}}, {"hidden_act", "relu", "quick_gelu"}},
      {{{"model_type", "clip"}, {"vision_config", {{"hidden_act", "swish"}}}},
       {"vision_config.hidden_act", "swish"}},
      {{{"model_type", "vit"}, {"num_attention_heads", 7}}, {"num_attention_heads", "7", "768"}},
      {{{"model_type", "vit"}, {"image_size", {224, 336}}}, {"image_size", "squares"}},
      {{{"model_type", "vit"}, {"num_channels", 1}}, {"num_channels", "1", "3"}},
      {{{"model_type", "vit"}, {"hidden_size", "768"}}, {"hidden_size", "integer"}},
      {{{"model_type", "vit"}, {"hidden_size", 768.5}}, {"hidden_size", "768.5"}},
      {{{"model_type", "vit"}, {"num_hidden_layers", 0}}, {"num_hidden_layers", "0"}},
      {{{"model_type", "vit"}, {"num_hidden_layers", 1e300}}, {"num_hidden_layers"}},
      {{{"model_type", "vit"}, {"layer_norm_eps", -1}}, {"layer_norm_eps", "-1"}},
      {{{"model_type", "vit"}, {"qkv_bias", "yes"}}, {"qkv_bias", "true or false"}},
      {{{"model_type", "vit"}, {"patch_size", 512}}, {"patch_size", "224"}},
      {{{"model_type", "vit"}, {"pruned_heads", {{"0", {1}}}}}, {"pruned_heads"}},
      {{{"model_type", "vit"}, {"quantization_config", {{"bits", 4}}}}, {"quantization_config"}},
      {{{"model_type", "dinov2"}, {"num_register_tokens", 4}}, {"num_register_tokens"}},
      {{{"model_type", "dinov2"}, {"mlp_ratio", 0}}, {"mlp_ratio"}},
      {{{"model_type", "clip"}, {"vision_config", 3}}, {"vision_config", "object"}},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.config.dump());
    std::vector<std::string_view> parts = one.parts;
    parts.push_back("config.json of org/name");
    expect_error([&] { static_cast<void>(vision(one.config)); }, parts);
  }
  expect_error([&] { static_cast<void>(text({{"model_type", "vit"}})); }, {"model_type", "vit"});
  expect_error(
      [&] {
        static_cast<void>(text({{"model_type", "siglip"}}));
      },
      {"model_type", "siglip", "SentencePiece", "clip checkpoint"});
  expect_error(
      [&] {
        static_cast<void>(text(
            {{"model_type", "clip"}, {"text_config", {{"vocab_size", 60}, {"eos_token_id", 60}}}}));
      },
      {"text_config.eos_token_id", "60"});
}

}  // namespace
}  // namespace asbench::models
