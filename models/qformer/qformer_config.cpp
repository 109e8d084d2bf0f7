#include "models/qformer/qformer_config.h"

#include <fmt/format.h>

#include "models/encoders/config_reader.h"

namespace asbench::models {

QFormerConfig parse_qformer_config(const Json& config, std::string_view id) {
  const std::string file = fmt::format("config.json of {}", id);
  const ConfigReader root(config, file);
  const std::string type = root.text("model_type", "blip_2_qformer");
  if (type != "blip_2_qformer") {
    root.refuse("model_type", "the Q-Former that is supported is blip_2_qformer");
  }
  if (root.flag("use_qformer_text_input", false)) {
    root.refuse("use_qformer_text_input", "queries alone are supported, not text beside them");
  }
  if (root.text("position_embedding_type", "absolute") != "absolute") {
    root.refuse("position_embedding_type", "queries have no positions; expected \"absolute\"");
  }
  root.refuse_quantised();
  QFormerConfig sizes;
  sizes.width = root.size("hidden_size", sizes.width);
  sizes.inner = root.size("intermediate_size", sizes.inner);
  sizes.layers = root.size("num_hidden_layers", sizes.layers);
  sizes.heads = root.size("num_attention_heads", sizes.heads);
  sizes.frequency = root.size("cross_attention_frequency", sizes.frequency);
  if (root.find("encoder_hidden_size") != nullptr) {
    sizes.encoder_width = root.size("encoder_hidden_size", 1);
  }
  sizes.eps = root.number("layer_norm_eps", sizes.eps);
  if (sizes.width % sizes.heads != 0) {
    root.refuse("num_attention_heads", fmt::format("it must divide hidden_size, {}", sizes.width));
  }
  const auto activation = parse_activation(root.text("hidden_act", "gelu"));
  if (!activation) root.refuse("hidden_act", "supported are " + activation_names());
  sizes.activation = *activation;
  return sizes;
}

}  // namespace asbench::models
