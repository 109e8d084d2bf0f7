#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace asbench::models {

/// Sizes of a CogVideoX VAE; the defaults are diffusers' (docs/design/animeshootergen.md 4.8, 7.2).
struct VaeConfig {
  std::vector<std::int64_t> block_out_channels = {128, 256, 256, 512};  ///< of the encoder's blocks
  std::int64_t latent_channels = 16;
  std::int64_t layers_per_block =
      3;  ///< resnets of a block of the encoder; the decoder's: one more
  std::int64_t norm_num_groups = 32;   ///< divides all block_out_channels
  double norm_eps = 1e-6;              ///< of the encoder's resnets only; 1e-6 everywhere else
  double scaling_factor = 1.15258426;  ///< latents of the transformer = the VAE's times this
  bool invert_scale_latents = false;   ///< of the image's latents (I2V): divided by it instead
  std::int64_t temporal_compression_ratio = 4;  ///< a power of two
  std::int64_t sample_height = 480;  ///< pixels; half of it is a tile's height in tiled decoding
  std::int64_t sample_width = 720;

  [[nodiscard]] std::int64_t blocks() const {
    return static_cast<std::int64_t>(block_out_channels.size());
  }
  /// Pixels of a latent's side: 8.
  [[nodiscard]] std::int64_t spatial_compression_ratio() const {
    return std::int64_t{1} << (blocks() - 1);
  }
  /// Blocks that halve or double time: log2 of temporal_compression_ratio.
  [[nodiscard]] std::int64_t temporal_levels() const;
};

/// Reads config.json of an AutoencoderKLCogVideoX.
/// @param id  what to call the checkpoint in messages
/// @throws BadInput naming the field and what is allowed, for values out of range and for what
/// isn't implemented: quant_conv, post_quant_conv, shift_factor, latents_mean, latents_std, other
/// blocks, other activations, anything but three colour channels.
[[nodiscard]] VaeConfig parse_vae_config(const Json& config, std::string_view id);

}  // namespace asbench::models
