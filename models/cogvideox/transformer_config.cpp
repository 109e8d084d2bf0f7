#include "models/cogvideox/transformer_config.h"

#include <fmt/format.h>

#include "models/encoders/config_reader.h"

namespace asbench::models {
namespace {

// Fields that change the network in ways that no published model of this form has.
void refuse_other_networks(const ConfigReader& reader) {
  constexpr const char* kClass = "CogVideoXTransformer3DModel";
  if (reader.text("_class_name", kClass) != kClass)
    reader.refuse("_class_name", fmt::format("a {} is needed", kClass));
  for (const char* const field : {"patch_size_t", "ofs_embed_dim"}) {
    if (reader.find(field) != nullptr)
      reader.refuse(field, "it must be null: networks of CogVideoX 1.5 are not supported");
  }
  if (reader.text("activation_fn", "gelu-approximate") != "gelu-approximate")
    reader.refuse("activation_fn", "only gelu-approximate is supported");
  if (reader.text("timestep_activation_fn", "silu") != "silu")
    reader.refuse("timestep_activation_fn", "only silu is supported");
  if (!reader.flag("norm_elementwise_affine", true))
    reader.refuse("norm_elementwise_affine", "only true is supported");
}

VideoPositionForm position_form(const ConfigReader& reader) {
  const bool learned = reader.flag("use_learned_positional_embeddings", false);
  if (!reader.flag("use_rotary_positional_embeddings", false)) {
    if (learned)
      reader.refuse("use_learned_positional_embeddings",
                    "it needs use_rotary_positional_embeddings too");
    return VideoPositionForm::sines;
  }
  return learned ? VideoPositionForm::rotary_and_learned : VideoPositionForm::rotary;
}

double positive(const ConfigReader& reader, const char* field, double fallback) {
  const double value = reader.number(field, fallback);
  if (!(value > 0.0)) reader.refuse(field, "a number above 0 is needed");
  return value;
}

void check_divisions(const ConfigReader& reader, const CogVideoXTransformerConfig& sizes) {
  constexpr std::int64_t kWidest = 1 << 20;
  if (sizes.heads > kWidest / sizes.head_width) {
    reader.refuse("num_attention_heads", fmt::format("times attention_head_dim, {}, it is over {}",
                                                     sizes.head_width, kWidest));
  }
  if (sizes.positions == VideoPositionForm::sines && sizes.width() % 16 != 0) {
    reader.refuse("num_attention_heads",
                  fmt::format("times attention_head_dim, {}, it must be a multiple of 16, for the "
                              "table of positions",
                              sizes.head_width));
  }
  if (sizes.positions != VideoPositionForm::sines && sizes.head_width % 16 != 0)
    reader.refuse("attention_head_dim", "rotary positions need a multiple of 16");
  if (sizes.width() % 2 != 0)
    reader.refuse("attention_head_dim", "the timestep embedding needs an even number of channels");
  if (!(sizes.freq_shift < static_cast<double>(sizes.width() / 2)))
    reader.refuse("freq_shift", fmt::format("a number below {} is needed", sizes.width() / 2));
  if (sizes.sample_height % sizes.patch != 0 || sizes.sample_width % sizes.patch != 0) {
    reader.refuse("patch_size",
                  fmt::format("it must divide sample_height, {}, and sample_width, {}",
                              sizes.sample_height, sizes.sample_width));
  }
}

}  // namespace

CogVideoXTransformerConfig parse_cogvideox_transformer_config(const Json& config,
                                                              std::string_view where) {
  const ConfigReader reader(config, fmt::format("config.json of {}", where));
  reader.refuse_quantised();
  refuse_other_networks(reader);
  CogVideoXTransformerConfig sizes;
  const auto read = [&](std::int64_t& size, const char* field) { size = reader.size(field, size); };
  read(sizes.heads, "num_attention_heads");
  read(sizes.head_width, "attention_head_dim");
  read(sizes.layers, "num_layers");
  read(sizes.in_channels, "in_channels");
  read(sizes.out_channels, "out_channels");
  read(sizes.patch, "patch_size");
  read(sizes.time_width, "time_embed_dim");
  read(sizes.text_width, "text_embed_dim");
  read(sizes.text_tokens, "max_text_seq_length");
  read(sizes.sample_height, "sample_height");
  read(sizes.sample_width, "sample_width");
  read(sizes.sample_frames, "sample_frames");
  read(sizes.temporal_compression, "temporal_compression_ratio");
  sizes.spatial_scale = positive(reader, "spatial_interpolation_scale", sizes.spatial_scale);
  sizes.temporal_scale = positive(reader, "temporal_interpolation_scale", sizes.temporal_scale);
  sizes.eps = reader.number("norm_eps", sizes.eps);
  sizes.freq_shift = reader.number("freq_shift", sizes.freq_shift);
  sizes.cosines_first = reader.flag("flip_sin_to_cos", sizes.cosines_first);
  sizes.attention_bias = reader.flag("attention_bias", sizes.attention_bias);
  sizes.patch_bias = reader.flag("patch_bias", sizes.patch_bias);
  sizes.positions = position_form(reader);
  check_divisions(reader, sizes);
  return sizes;
}

double flops_per_sample(const CogVideoXTransformerConfig& config, std::int64_t frames,
                        std::int64_t height, std::int64_t width) {
  const auto d = static_cast<double>(config.width());
  const auto text = static_cast<double>(config.text_tokens);
  const auto patch_values = static_cast<double>(config.patch * config.patch);
  const auto video = static_cast<double>(frames * (height / config.patch) * (width / config.patch));
  const double tokens = text + video;
  const auto time_width = static_cast<double>(config.time_width);
  const double attention = 4.0 * tokens * tokens * d;
  const double products = tokens * 24.0 * d * d;
  const double modulation = 2.0 * 12.0 * d * time_width;  // of both norms of a block
  const double embedding =
      2.0 * video * patch_values * static_cast<double>(config.in_channels) * d +
      2.0 * text * static_cast<double>(config.text_width) * d + 2.0 * time_width * (d + time_width);
  const double output = 2.0 * video * patch_values * static_cast<double>(config.out_channels) * d +
                        4.0 * d * time_width;
  return embedding + static_cast<double>(config.layers) * (attention + products + modulation) +
         output;
}

}  // namespace asbench::models
