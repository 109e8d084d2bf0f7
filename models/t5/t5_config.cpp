#include "models/t5/t5_config.h"

#include <fmt/format.h>

#include "models/encoders/config_reader.h"

namespace asbench::models {

T5Config parse_t5_config(const Json& config, const std::string& where) {
  const ConfigReader reader(config, where);
  if (reader.text("model_type", "t5") != "t5") reader.refuse("model_type", "only t5 is supported");
  reader.refuse_quantised();
  if (reader.text("feed_forward_proj", "relu") != "gated-gelu") {
    reader.refuse(
        "feed_forward_proj",
        "only gated-gelu (T5 v1.1) is supported, and a file without this field means relu");
  }
  // What writers derive from feed_forward_proj, where they write it down.
  if (!reader.flag("is_gated_act", true)) {
    reader.refuse("is_gated_act", "feed_forward_proj says gated-gelu, so only true is supported");
  }
  if (reader.text("dense_act_fn", "gelu_new") != "gelu_new") {
    reader.refuse("dense_act_fn",
                  "feed_forward_proj says gated-gelu, so only gelu_new is supported");
  }
  T5Config result;
  result.vocabulary = reader.size("vocab_size", result.vocabulary);
  result.width = reader.size("d_model", result.width);
  result.head_width = reader.size("d_kv", result.head_width);
  result.inner = reader.size("d_ff", result.inner);
  result.layers = reader.size("num_layers", result.layers);
  result.heads = reader.size("num_heads", result.heads);
  result.buckets = reader.size("relative_attention_num_buckets", result.buckets);
  if (result.buckets < 4 || result.buckets % 2 != 0) {
    reader.refuse("relative_attention_num_buckets", "an even number of at least 4 is needed");
  }
  result.max_distance = reader.size("relative_attention_max_distance", result.max_distance);
  if (result.max_distance <= result.buckets / 4) {
    reader.refuse(
        "relative_attention_max_distance",
        fmt::format("a number above {}, a quarter of the buckets, is needed", result.buckets / 4));
  }
  result.eps = reader.number("layer_norm_epsilon", result.eps);
  return result;
}

}  // namespace asbench::models
