#include "models/cogvideox/vae_config.h"

#include <fmt/format.h>

#include <bit>
#include <string>

#include "models/encoders/config_reader.h"

namespace asbench::models {
namespace {

constexpr std::int64_t kMostBlocks = 8;
constexpr std::int64_t kMostChannels = 65536;
constexpr std::int64_t kColours = 3;

void refuse_unless_absent(const ConfigReader& reader, const char* field) {
  if (reader.find(field) != nullptr) {
    reader.refuse(field, "only null is supported: latents are scaled by scaling_factor alone");
  }
}

void refuse_unless_false(const ConfigReader& reader, const char* field) {
  if (reader.flag(field, false)) {
    reader.refuse(field, "only false is supported: published CogVideoX VAEs have no such layer");
  }
}

void check_blocks(const ConfigReader& reader, const char* field, const std::string& kind,
                  std::int64_t count) {
  const Json* const value = reader.find(field);
  if (value == nullptr) return;
  bool fits = value->is_array() && static_cast<std::int64_t>(value->size()) == count;
  if (fits) {
    for (const Json& name : *value) {
      fits = fits && name.is_string() && name.get<std::string>() == kind;
    }
  }
  if (!fits) {
    reader.refuse(field, fmt::format("{} times {} is supported, one for each of "
                                     "block_out_channels",
                                     count, kind));
  }
}

std::vector<std::int64_t> channels(const ConfigReader& reader, const VaeConfig& defaults) {
  constexpr const char* kField = "block_out_channels";
  const Json* const value = reader.find(kField);
  if (value == nullptr) return defaults.block_out_channels;
  const std::string expected =
      fmt::format("a list of 1 to {} integers from 1 to {} is needed", kMostBlocks, kMostChannels);
  if (!value->is_array() || value->empty() ||
      static_cast<std::int64_t>(value->size()) > kMostBlocks) {
    reader.refuse(kField, expected);
  }
  std::vector<std::int64_t> result;
  for (const Json& entry : *value) {
    const std::int64_t count = entry.is_number_integer() ? entry.get<std::int64_t>() : 0;
    if (count < 1 || count > kMostChannels) reader.refuse(kField, expected);
    result.push_back(count);
  }
  return result;
}

void check_temporal_ratio(const ConfigReader& reader, const VaeConfig& config) {
  const auto ratio = static_cast<std::uint64_t>(config.temporal_compression_ratio);
  if (!std::has_single_bit(ratio) || config.temporal_levels() >= config.blocks()) {
    reader.refuse(
        "temporal_compression_ratio",
        fmt::format("a power of two up to {} is needed: all but the last of {} blocks can "
                    "halve time",
                    config.spatial_compression_ratio(), config.blocks()));
  }
}

}  // namespace

std::int64_t VaeConfig::temporal_levels() const {
  const auto ratio = static_cast<std::uint64_t>(temporal_compression_ratio);
  return static_cast<std::int64_t>(std::bit_width(ratio)) - 1;
}

VaeConfig parse_vae_config(const Json& config, std::string_view id) {
  const ConfigReader reader(config, fmt::format("config.json of {}", id));
  constexpr const char* kClass = "AutoencoderKLCogVideoX";
  if (reader.text("_class_name", kClass) != kClass) {
    reader.refuse("_class_name", fmt::format("{} is supported", kClass));
  }
  reader.refuse_quantised();
  VaeConfig vae;
  vae.block_out_channels = channels(reader, vae);
  vae.latent_channels = reader.size("latent_channels", vae.latent_channels);
  vae.layers_per_block = reader.size("layers_per_block", vae.layers_per_block);
  vae.norm_num_groups = reader.size("norm_num_groups", vae.norm_num_groups);
  vae.norm_eps = reader.number("norm_eps", vae.norm_eps);
  vae.scaling_factor = reader.number("scaling_factor", vae.scaling_factor);
  vae.invert_scale_latents = reader.flag("invert_scale_latents", false);
  vae.temporal_compression_ratio =
      reader.size("temporal_compression_ratio", vae.temporal_compression_ratio);
  vae.sample_height = reader.size("sample_height", vae.sample_height);
  vae.sample_width = reader.size("sample_width", vae.sample_width);

  for (const char* const field : {"in_channels", "out_channels"}) {
    if (reader.size(field, kColours) != kColours) reader.refuse(field, "only 3 is supported");
  }
  if (vae.scaling_factor == 0.0) reader.refuse("scaling_factor", "it must not be 0");
  for (const std::int64_t count : vae.block_out_channels) {
    if (count % vae.norm_num_groups != 0) {
      reader.refuse("norm_num_groups",
                    fmt::format("it must divide all block_out_channels, also {}", count));
    }
  }
  check_temporal_ratio(reader, vae);
  check_blocks(reader, "down_block_types", "CogVideoXDownBlock3D", vae.blocks());
  check_blocks(reader, "up_block_types", "CogVideoXUpBlock3D", vae.blocks());
  const std::string activation = reader.text("act_fn", "silu");
  if (activation != "silu" && activation != "swish") {
    reader.refuse("act_fn", "silu (also called swish) is supported");
  }
  refuse_unless_false(reader, "use_quant_conv");
  refuse_unless_false(reader, "use_post_quant_conv");
  refuse_unless_absent(reader, "shift_factor");
  refuse_unless_absent(reader, "latents_mean");
  refuse_unless_absent(reader, "latents_std");
  return vae;
}

}  // namespace asbench::models
