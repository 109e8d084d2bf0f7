#include "models/qwen2/qwen2_config.h"

#include <gtest/gtest.h>

#include "tests/models/weights/expect_error.h"

namespace asbench::models {
namespace {

using ::asbench::testing::expect_error;

Qwen2Config parse(const char* text) {
  return parse_qwen2_config(Json::parse(text), "some/llm");
}

TEST(Qwen2Config, ReadsBothSpellingsOfTheRotation) {
  EXPECT_EQ(parse(R"({"model_type": "qwen2", "rope_theta": 1000000.0})").rope_theta, 1e6);
  EXPECT_EQ(parse(R"({"model_type": "qwen2", "rope_scaling": null,
                      "rope_parameters": {"rope_theta": 1000000, "rope_type": "default"}})")
                .rope_theta,
            1e6);
  EXPECT_EQ(
      parse(R"({"model_type": "qwen2", "rope_theta": 5.0, "rope_parameters": {}})").rope_theta,
      5.0);
}

TEST(Qwen2Config, HasTheDefaultsOfTheClass) {
  const Qwen2Config config = parse(R"({"model_type": "qwen2"})");
  EXPECT_EQ(config.width, 4096);
  EXPECT_EQ(config.inner, 22016);
  EXPECT_EQ(config.layers, 32);
  EXPECT_EQ(config.heads, 32);
  EXPECT_EQ(config.key_heads, 32);
  EXPECT_EQ(config.eps, 1e-6);
  EXPECT_EQ(config.rope_theta, 10000.0);
  EXPECT_EQ(parse(R"({"model_type": "qwen2", "num_attention_heads": 16,
                      "num_key_value_heads": null})")
                .key_heads,
            16);
}

TEST(Qwen2Config, RefusesWhatIsNotComputedHere) {
  const std::vector<std::pair<const char*, std::vector<std::string_view>>> cases = {
      {R"({"model_type": "llama"})", {"some/llm", "model_type", "llama", "qwen2"}},
      {R"({})", {"model_type", "absent"}},
      {R"({"model_type": "qwen2", "hidden_act": "gelu"})", {"hidden_act", "gelu", "silu"}},
      {R"({"model_type": "qwen2", "use_sliding_window": true})", {"use_sliding_window"}},
      {R"({"model_type": "qwen2", "layer_types": ["full_attention", "sliding_attention"]})",
       {"layer_types", "full_attention"}},
      {R"({"model_type": "qwen2", "rope_scaling": {"type": "yarn"}})", {"rope_scaling", "yarn"}},
      {R"({"model_type": "qwen2", "rope_parameters": {"rope_type": "yarn"}})",
       {"rope_parameters.rope_type", "yarn", "default"}},
      {R"({"model_type": "qwen2", "rope_parameters": {"partial_rotary_factor": 0.5}})",
       {"rope_parameters.partial_rotary_factor"}},
      {R"({"model_type": "qwen2", "rope_theta": 1e4, "rope_parameters": {"rope_theta": 1e6}})",
       {"rope_theta", "must agree"}},
      {R"({"model_type": "qwen2", "rope_theta": 0.0})", {"rope_theta", "above 1"}},
      {R"({"model_type": "qwen2", "quantization_config": {}})", {"quantization_config"}},
      {R"({"model_type": "qwen2", "hidden_size": 100})", {"num_attention_heads", "100"}},
      {R"({"model_type": "qwen2", "num_key_value_heads": 5})", {"num_key_value_heads", "32"}},
      {R"({"model_type": "qwen2", "hidden_size": 96})", {"num_attention_heads", "even"}},
      {R"({"model_type": "qwen2", "head_dim": 64})", {"head_dim"}},
      {R"({"model_type": "qwen2", "num_hidden_layers": 0})", {"num_hidden_layers"}},
  };
  for (const auto& [text, parts] : cases) {
    SCOPED_TRACE(text);
    expect_error([text = text] { static_cast<void>(parse(text)); }, parts);
  }
}

}  // namespace
}  // namespace asbench::models
