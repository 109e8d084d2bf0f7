#include "models/t5/t5_config.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "models/t5/t5_buckets.h"
#include "tests/models/weights/expect_error.h"

namespace asbench::models {
namespace {

using asbench::testing::expect_error;

TEST(T5Config, ReadsThePublishedFields) {
  const T5Config config = parse_t5_config(
      Json::parse(R"({"model_type": "t5", "d_model": 4096, "d_kv": 64, "d_ff": 10240,
                      "num_layers": 24, "num_heads": 64, "vocab_size": 32100,
                      "relative_attention_num_buckets": 16, "relative_attention_max_distance": 64,
                      "layer_norm_epsilon": 1e-5, "feed_forward_proj": "gated-gelu",
                      "is_gated_act": true, "dense_act_fn": "gelu_new", "dropout_rate": 0.1,
                      "torch_dtype": "bfloat16", "tie_word_embeddings": false})"),
      "config.json");
  EXPECT_EQ(config.vocabulary, 32100);
  EXPECT_EQ(config.width, 4096);
  EXPECT_EQ(config.head_width, 64);
  EXPECT_EQ(config.inner, 10240);
  EXPECT_EQ(config.layers, 24);
  EXPECT_EQ(config.heads, 64);
  EXPECT_EQ(config.buckets, 16);
  EXPECT_EQ(config.max_distance, 64);
  EXPECT_EQ(config.eps, 1e-5);
}

TEST(T5Config, TakesThePublishedDefaults) {
  const T5Config config =
      parse_t5_config(Json::parse(R"({"feed_forward_proj": "gated-gelu"})"), "config.json");
  EXPECT_EQ(config.vocabulary, 32128);
  EXPECT_EQ(config.width, 512);
  EXPECT_EQ(config.head_width, 64);
  EXPECT_EQ(config.inner, 2048);
  EXPECT_EQ(config.layers, 6);
  EXPECT_EQ(config.heads, 8);
  EXPECT_EQ(config.buckets, 32);
  EXPECT_EQ(config.max_distance, 128);
  EXPECT_EQ(config.eps, 1e-6);
}

TEST(T5Config, RefusesWhatIsNotSupportedAndNamesIt) {
  const std::vector<std::pair<std::string, Json>> cases = {
      {"model_type", "umt5"},
      {"feed_forward_proj", "relu"},
      {"feed_forward_proj", "gated-silu"},
      {"is_gated_act", false},
      {"dense_act_fn", "relu"},
      {"quantization_config", {{"bits", 8}}},
      {"d_model", 0},
      {"num_layers", "six"},
      {"relative_attention_num_buckets", 2},
      {"relative_attention_num_buckets", 31},
      {"relative_attention_max_distance", 8},
      {"layer_norm_epsilon", -1.0},
  };
  for (const auto& [field, value] : cases) {
    Json json = Json::parse(R"({"feed_forward_proj": "gated-gelu"})");
    json[field] = value;
    SCOPED_TRACE(field + " " + value.dump());
    expect_error([&] { (void)parse_t5_config(json, "config.json of X"); },
                 {"config.json of X", field, value.dump()});
  }
  expect_error([] { (void)parse_t5_config(Json::object(), "config.json of X"); },
               {"feed_forward_proj", "absent"});
}

/// The first distance of every bucket that keys before the query have.
std::vector<std::int64_t> first_distances(std::int64_t buckets, std::int64_t max_distance) {
  T5Config config;
  config.buckets = buckets;
  config.max_distance = max_distance;
  const at::Tensor rows = t5_buckets(400, 1, config);  // distances -399 .. 0
  std::vector<std::int64_t> first(static_cast<std::size_t>(buckets / 2), -1);
  for (std::int64_t n = 0; n < 400; ++n) {
    auto& place = first.at(static_cast<std::size_t>(rows[399 - n].item<std::int64_t>()));
    if (place < 0) place = n;
  }
  return first;
}

TEST(T5Buckets, BeginAtThePublishedDistances) {
  EXPECT_EQ(first_distances(32, 128),
            (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 23, 32, 46, 64, 91}));
  EXPECT_EQ(first_distances(16, 64), (std::vector<std::int64_t>{0, 1, 2, 3, 4, 8, 16, 32}));
}

TEST(T5Buckets, OfLaterKeysAreTheUpperHalf) {
  const at::Tensor rows = t5_buckets(200, 200, T5Config{});  // -199 .. 199
  ASSERT_EQ(rows.numel(), 399);
  for (std::int64_t n = 1; n < 200; ++n) {
    EXPECT_EQ(rows[199 + n].item<std::int64_t>(), rows[199 - n].item<std::int64_t>() + 16) << n;
  }
  EXPECT_EQ(rows[199].item<std::int64_t>(), 0);
  EXPECT_EQ(rows.max().item<std::int64_t>(), 31);
}

}  // namespace
}  // namespace asbench::models
