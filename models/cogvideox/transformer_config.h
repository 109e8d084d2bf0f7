#pragma once

#include <cstdint>
#include <string_view>

#include "core/json.h"

namespace asbench::models {

/// How the transformer learns where a patch lies.
enum class VideoPositionForm {
  sines,               ///< a table of sines is added to the video's tokens: 2B
  rotary,              ///< queries and keys are turned: 5B
  rotary_and_learned,  ///< and a table that is in the weights is added to all tokens: 5B-I2V
};

/// Sizes of a CogVideoX transformer, from its config.json (docs/design/animeshootergen.md 7.2). The
/// defaults are those of diffusers, which are the 2B model's.
struct CogVideoXTransformerConfig {
  std::int64_t heads = 30;          ///< num_attention_heads
  std::int64_t head_width = 64;     ///< attention_head_dim
  std::int64_t layers = 30;         ///< num_layers
  std::int64_t in_channels = 16;    ///< of the latents; 5B-I2V: and of the image's
  std::int64_t out_channels = 16;   ///< of the latents
  std::int64_t patch = 2;           ///< patch_size, latents a side
  std::int64_t time_width = 512;    ///< time_embed_dim
  std::int64_t text_width = 4096;   ///< text_embed_dim
  std::int64_t text_tokens = 226;   ///< max_text_seq_length
  std::int64_t sample_height = 60;  ///< latents; with sample_width and sample_frames the own size
  std::int64_t sample_width = 90;   ///< latents
  std::int64_t sample_frames = 49;  ///< of the video, not of the latents
  std::int64_t temporal_compression = 4;  ///< temporal_compression_ratio
  double spatial_scale = 1.875;           ///< spatial_interpolation_scale
  double temporal_scale = 1.0;            ///< temporal_interpolation_scale
  double eps = 1e-5;                      ///< norm_eps; queries' and keys' norms have 1e-6, always
  double freq_shift = 0.0;                ///< of the timestep embedding
  bool cosines_first = true;              ///< flip_sin_to_cos, of the timestep embedding
  bool attention_bias = true;             ///< of queries, keys and values
  bool patch_bias = true;                 ///< of the patch embedding
  VideoPositionForm positions = VideoPositionForm::sines;

  /// Channels of a token.
  [[nodiscard]] std::int64_t width() const { return heads * head_width; }
  /// Latent frames of sample_frames.
  [[nodiscard]] std::int64_t latent_frames() const {
    return (sample_frames - 1) / temporal_compression + 1;
  }
};

/// @param where  what to call the network in messages: "config.json of WHERE: …"
/// @throws BadInput naming a field whose value is not as it must be or not implemented:
///         `patch_size_t` and `ofs_embed_dim` must be null, activations and norms as in the
///         published models, learned positions only together with rotary ones.
[[nodiscard]] CogVideoXTransformerConfig parse_cogvideox_transformer_config(const Json& config,
                                                                            std::string_view where);

/// Floating-point operations of one forward pass for one sample of `frames` x `height` x `width`
/// latents, a multiply-add as two: 120e12 for the 2B model at its own size
/// (docs/design/animeshootergen.md 9).
[[nodiscard]] double flops_per_sample(const CogVideoXTransformerConfig& config, std::int64_t frames,
                                      std::int64_t height, std::int64_t width);

}  // namespace asbench::models
