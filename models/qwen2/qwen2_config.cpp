#include "models/qwen2/qwen2_config.h"

#include <fmt/format.h>

#include <string>

#include "models/encoders/config_reader.h"

namespace asbench::models {
namespace {

// Without a window every layer attends to everything before it; newer files say so layer by layer.
void refuse_windows(const ConfigReader& root) {
  if (root.flag("use_sliding_window", false)) {
    root.refuse("use_sliding_window", "attention over a window is not supported");
  }
  const Json* const kinds = root.find("layer_types");
  if (kinds == nullptr) return;
  if (!kinds->is_array()) root.refuse("layer_types", "a list is needed");
  for (const Json& kind : *kinds) {
    if (kind != "full_attention") {
      root.refuse("layer_types", "only \"full_attention\" is supported");
    }
  }
}

double read_rope_theta(const ConfigReader& root, const std::string& file, double fallback) {
  if (root.find("rope_scaling") != nullptr) {
    root.refuse("rope_scaling", "stretched positions are not supported; expected null");
  }
  const double old_theta = root.number("rope_theta", fallback);
  double theta = old_theta;
  if (const Json* const parameters = root.find("rope_parameters")) {
    const ConfigReader rope(*parameters, file, "rope_parameters.");
    if (rope.text("rope_type", "default") != "default") {
      rope.refuse("rope_type", "only \"default\" is supported");
    }
    if (rope.number("partial_rotary_factor", 1.0) != 1.0) {
      rope.refuse("partial_rotary_factor", "every channel of a head is rotated; expected 1");
    }
    theta = rope.number("rope_theta", old_theta);
    if (root.find("rope_theta") != nullptr && theta != old_theta) {
      root.refuse("rope_theta",
                  fmt::format("rope_parameters.rope_theta is {}; they must agree", theta));
    }
  }
  if (!(theta > 1.0)) root.refuse("rope_theta", "a number above 1 is needed");
  return theta;
}

}  // namespace

Qwen2Config parse_qwen2_config(const Json& config, std::string_view id) {
  const std::string file = fmt::format("config.json of {}", id);
  const ConfigReader root(config, file);
  if (root.text("model_type", "") != "qwen2") {
    root.refuse("model_type", "the language model that is supported is qwen2");
  }
  root.refuse_quantised();
  if (root.text("hidden_act", "silu") != "silu") {
    root.refuse("hidden_act", "the gated MLP is supported with silu");
  }
  refuse_windows(root);
  Qwen2Config sizes;
  sizes.width = root.size("hidden_size", sizes.width);
  sizes.inner = root.size("intermediate_size", sizes.inner);
  sizes.layers = root.size("num_hidden_layers", sizes.layers);
  sizes.heads = root.size("num_attention_heads", sizes.heads);
  sizes.key_heads =
      root.find("num_key_value_heads") == nullptr && config.contains("num_key_value_heads")
          ? sizes.heads  // null: as many as queries
          : root.size("num_key_value_heads", sizes.key_heads);
  sizes.eps = root.number("rms_norm_eps", sizes.eps);
  sizes.rope_theta = read_rope_theta(root, file, sizes.rope_theta);
  if (sizes.width % sizes.heads != 0) {
    root.refuse("num_attention_heads", fmt::format("it must divide hidden_size, {}", sizes.width));
  }
  if (sizes.heads % sizes.key_heads != 0) {
    root.refuse("num_key_value_heads",
                fmt::format("it must divide num_attention_heads, {}", sizes.heads));
  }
  if (sizes.head_width() % 2 != 0) {
    root.refuse("num_attention_heads",
                fmt::format("heads of hidden_size {} must have an even width, because positions "
                            "rotate one half of it against the other",
                            sizes.width));
  }
  if (root.size("head_dim", sizes.head_width()) != sizes.head_width()) {
    root.refuse("head_dim", "only hidden_size / num_attention_heads is supported");
  }
  return sizes;
}

}  // namespace asbench::models
