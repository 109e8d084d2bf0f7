#include "models/qformer/qformer_config.h"

#include <gtest/gtest.h>

#include "tests/models/weights/expect_error.h"

namespace asbench::models {
namespace {

using ::asbench::testing::expect_error;

QFormerConfig parse(const char* text) {
  return parse_qformer_config(Json::parse(text), "some/qformer");
}

TEST(QFormerConfig, HasBlip2sDefaults) {
  const QFormerConfig config = parse("{}");
  EXPECT_EQ(config.width, 768);
  EXPECT_EQ(config.inner, 3072);
  EXPECT_EQ(config.layers, 12);
  EXPECT_EQ(config.heads, 12);
  EXPECT_EQ(config.frequency, 2);
  EXPECT_EQ(config.eps, 1e-12);
  EXPECT_EQ(config.activation, Activation::gelu);
  EXPECT_FALSE(config.encoder_width.has_value());
  EXPECT_EQ(parse(R"({"encoder_hidden_size": 3584})").encoder_width, 3584);
}

TEST(QFormerConfig, RefusesWhatIsNotComputedHere) {
  const std::vector<std::pair<const char*, std::vector<std::string_view>>> cases = {
      {R"({"model_type": "instructblip_qformer"})",
       {"some/qformer", "model_type", "blip_2_qformer"}},
      {R"({"use_qformer_text_input": true})", {"use_qformer_text_input"}},
      {R"({"position_embedding_type": "relative_key"})", {"position_embedding_type"}},
      {R"({"quantization_config": {}})", {"quantization_config"}},
      {R"({"hidden_act": "silu"})", {"hidden_act", "silu", "gelu"}},
      {R"({"num_attention_heads": 7})", {"num_attention_heads", "768"}},
      {R"({"cross_attention_frequency": 0})", {"cross_attention_frequency"}},
      {R"({"layer_norm_eps": -1})", {"layer_norm_eps"}},
  };
  for (const auto& [text, parts] : cases) {
    SCOPED_TRACE(text);
    expect_error([text = text] { static_cast<void>(parse(text)); }, parts);
  }
}

}  // namespace
}  // namespace asbench::models
