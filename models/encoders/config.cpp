#include "models/encoders/config.h"

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "models/encoders/config_reader.h"

namespace asbench::models {
namespace {

constexpr std::int64_t kClipVocabulary = 49408;
constexpr std::int64_t kWrongEos = 2;

std::string where(std::string_view id) {
  return fmt::format("config.json of {}", id);
}

// Fields that would change the network and that no supported class has: better refused than
// overlooked.
void refuse_unsupported(const ConfigReader& reader) {
  if (const Json* pruned = reader.find("pruned_heads"); pruned != nullptr && !pruned->empty()) {
    reader.refuse("pruned_heads", "pruned networks are not supported");
  }
  reader.refuse_quantised();
  if (reader.flag("add_cross_attention", false)) {
    reader.refuse("add_cross_attention", "cross-attention is not supported");
  }
}

void read_picture(const ConfigReader& reader, std::int64_t patch_size, VisionConfig& vision) {
  vision.image_size = reader.side("image_size", 224);
  vision.patch_size = reader.side("patch_size", patch_size);
  if (reader.size("num_channels", 3) != 3) reader.refuse("num_channels", "pictures have 3");
  if (vision.patch_size > vision.image_size) {
    reader.refuse("patch_size", fmt::format("image_size is only {}", vision.image_size));
  }
}

// A number of tokens, which may be 0.
std::int64_t read_registers(const ConfigReader& reader, std::int64_t fallback) {
  constexpr double kMost = 1024.0;
  const double count = reader.number("num_register_tokens", static_cast<double>(fallback));
  if (count != std::floor(count) || count > kMost) {
    reader.refuse("num_register_tokens", "an integer from 0 to 1024 is needed");
  }
  return static_cast<std::int64_t>(count);
}

// `vision_config` or `text_config`, with what the `…_config_dict` that old files have beside it
// says: every field of that one wins, and so do the class defaults of fields that it leaves out
// (`CLIPConfig.__post_init__`). Nearly always it is null.
Json tower_config(const ConfigReader& root, const std::string& name) {
  const std::string legacy = name + "_dict";
  if (const Json* dict = root.find(legacy.c_str())) return *dict;
  const Json* const section = root.find(name.c_str());
  return section == nullptr ? Json::object() : *section;
}

VisionConfig clip_vision(const Json& config, const std::string& file) {
  const ConfigReader root(config, file);
  const Json section = tower_config(root, "vision_config");
  const ConfigReader reader(section, file, "vision_config.");
  VisionConfig vision;
  vision.family = VisionFamily::clip;
  vision.blocks = parse_blocks(reader, {768, 3072, 12, 12, "quick_gelu", 1e-5});
  vision.projection = root.size("projection_dim", 512);
  read_picture(reader, 32, vision);
  return vision;
}

VisionConfig vit(const ConfigReader& root) {
  VisionConfig vision;
  vision.family = VisionFamily::vit;
  vision.blocks = parse_blocks(root, {768, 3072, 12, 12, "gelu", 1e-12});
  vision.blocks.qkv_bias = root.flag("qkv_bias", true);
  read_picture(root, 16, vision);
  return vision;
}

VisionConfig dinov2(const ConfigReader& root, VisionFamily family) {
  VisionConfig vision;
  vision.family = family;
  vision.blocks = parse_blocks(root, {768, 3072, 12, 12, "gelu", 1e-6});
  vision.blocks.qkv_bias = root.flag("qkv_bias", true);
  vision.blocks.gated = root.flag("use_swiglu_ffn", false);
  // There is no intermediate_size here; the gated MLP keeps two thirds, rounded up to a multiple of
  // 8 (`Dinov2SwiGLUFFN`).
  const double ratio = root.number("mlp_ratio", 4.0);
  const auto inner = static_cast<std::int64_t>(static_cast<double>(vision.blocks.width) * ratio);
  if (inner < 1) root.refuse("mlp_ratio", "the MLP would be empty");
  vision.blocks.inner =
      vision.blocks.gated
          ? (static_cast<std::int64_t>(static_cast<double>(inner) * 2.0 / 3.0) + 7) / 8 * 8
          : inner;
  const bool has_registers = family == VisionFamily::dinov2_registers;
  vision.registers = read_registers(root, has_registers ? 4 : 0);
  if (!has_registers && vision.registers > 0) {
    root.refuse("num_register_tokens",
                "variants with registers have the model_type dinov2_with_registers");
  }
  read_picture(root, has_registers ? 16 : 14, vision);
  return vision;
}

VisionConfig dinov3(const ConfigReader& root) {
  VisionConfig vision;
  vision.family = VisionFamily::dinov3;
  const bool gated = root.flag("use_gated_mlp", false);
  vision.blocks = parse_blocks(root, {384, 1536, 12, 6, gated ? nullptr : "gelu", 1e-5});
  if (gated && root.text("hidden_act", "gelu") != "silu") {
    root.refuse("hidden_act", "the gated MLP is supported with silu");
  }
  vision.blocks.gated = gated;
  vision.registers = read_registers(root, 0);
  vision.rope_theta = root.number("rope_theta", 100.0);
  if (vision.rope_theta == 0.0) root.refuse("rope_theta", "a number above 0 is needed");
  if (vision.blocks.width / vision.blocks.heads % 4 != 0) {
    root.refuse("num_attention_heads",
                fmt::format("heads of hidden_size {} must have a width that 4 divides, because "
                            "positions rotate a quarter of it by rows and columns",
                            vision.blocks.width));
  }
  vision.biases = {.query = root.flag("query_bias", true),
                   .key = root.flag("key_bias", false),
                   .value = root.flag("value_bias", true),
                   .attention_out = root.flag("proj_bias", true),
                   .mlp = root.flag("mlp_bias", true)};
  read_picture(root, 16, vision);
  return vision;
}

VisionConfig siglip_vision(const ConfigReader& root, const std::string& file) {
  const Json* const given = root.find("vision_config");
  const Json section = given == nullptr ? Json::object() : *given;
  const ConfigReader reader(section, file, "vision_config.");
  VisionConfig vision;
  vision.family = VisionFamily::siglip;
  vision.blocks = parse_blocks(reader, {768, 3072, 12, 12, "gelu_pytorch_tanh", 1e-6});
  if (!reader.flag("vision_use_head", true)) {
    reader.refuse("vision_use_head", "the feature is that of the attention-pooling head");
  }
  read_picture(reader, 16, vision);
  return vision;
}

}  // namespace

BlocksConfig parse_blocks(const ConfigReader& reader, const BlockDefaults& defaults) {
  refuse_unsupported(reader);
  BlocksConfig blocks;
  blocks.width = reader.size("hidden_size", defaults.width);
  blocks.inner = reader.size("intermediate_size", defaults.inner);
  blocks.layers = reader.size("num_hidden_layers", defaults.layers);
  blocks.heads = reader.size("num_attention_heads", defaults.heads);
  blocks.eps = reader.number("layer_norm_eps", defaults.eps);
  if (blocks.width % blocks.heads != 0) {
    reader.refuse("num_attention_heads",
                  fmt::format("it must divide hidden_size, {}", blocks.width));
  }
  if (const std::int64_t head = reader.size("head_dim", blocks.width / blocks.heads);
      head * blocks.heads != blocks.width) {
    reader.refuse("head_dim", "only hidden_size / num_attention_heads is supported");
  }
  if (defaults.activation == nullptr) return blocks;
  const auto activation = parse_activation(reader.text("hidden_act", defaults.activation));
  if (!activation) reader.refuse("hidden_act", "supported are " + activation_names());
  blocks.activation = *activation;
  return blocks;
}

VisionConfig parse_vision_config(const Json& config, std::string_view id) {
  const std::string file = where(id);
  const ConfigReader root(config, file);
  const std::string type = root.text("model_type", "");
  refuse_unsupported(root);
  if (type == "clip") return clip_vision(config, file);
  if (type == "vit") return vit(root);
  if (type == "dinov2") return dinov2(root, VisionFamily::dinov2);
  if (type == "dinov2_with_registers") return dinov2(root, VisionFamily::dinov2_registers);
  if (type == "dinov3_vit") return dinov3(root);
  if (type == "siglip") return siglip_vision(root, file);
  if (type == "siglip2") {
    root.refuse("model_type",
                "SigLIP 2's NaFlex checkpoints take patches of any number and are not supported. "
                "Those of one resolution are, as google/siglip2-base-patch16-224");
  }
  root.refuse("model_type",
              "image encoders that are supported: clip, vit, dinov2, dinov2_with_registers, "
              "dinov3_vit, siglip, dreamsim");
}

TextConfig parse_text_config(const Json& config, std::string_view id) {
  const std::string file = where(id);
  const ConfigReader root(config, file);
  if (root.text("model_type", "") == "siglip") {
    root.refuse("model_type",
                "of SigLIP the image encoder is supported, not the text encoder: its SentencePiece "
                "vocabulary is not read. Give captions to a clip checkpoint");
  }
  if (root.text("model_type", "") != "clip") {
    root.refuse("model_type", "only clip checkpoints have a text encoder that is supported");
  }
  refuse_unsupported(root);
  const Json section = tower_config(root, "text_config");
  const ConfigReader reader(section, file, "text_config.");
  TextConfig text;
  text.blocks = parse_blocks(reader, {512, 2048, 12, 8, "quick_gelu", 1e-5});
  text.vocabulary = reader.size("vocab_size", kClipVocabulary);
  text.positions = reader.size("max_position_embeddings", 77);
  text.projection = root.size("projection_dim", 512);
  if (text.vocabulary != kClipVocabulary) {
    const Json* const eos = reader.find("eos_token_id");
    const std::int64_t eos_id =
        eos == nullptr ? kClipVocabulary - 1 : reader.size("eos_token_id", 0);
    if (eos_id != kWrongEos) {
      if (eos_id >= text.vocabulary) {
        reader.refuse("eos_token_id", fmt::format("vocab_size is {}", text.vocabulary));
      }
      text.eos_token_id = eos_id;
    }
  }
  return text;
}

}  // namespace asbench::models
