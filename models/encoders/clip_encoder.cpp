#include "models/encoders/clip_encoder.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "core/error.h"
#include "core/hash.h"
#include "models/encoders/strict_loading.h"
#include "models/encoders/torchscript_clip_encoder.h"
#include "models/encoders/torchscript_network.h"
#include "models/encoders/videomae.h"
#include "models/layers/runtime.h"

namespace asbench::models {
namespace {

class VideoMaeEncoder : public ClipEncoder {
 public:
  VideoMaeEncoder(std::string id, VideoMaeConfig config, VideoMae network,
                  const Placement& placement)
      : id_(std::move(id)), config_(config), network_(std::move(network)), placement_(placement) {}

  [[nodiscard]] at::Tensor encode_clip(const at::Tensor& clip) const override {
    const InferenceScope scope;
    const std::array<std::int64_t, 4> wanted{3, config_.frames, config_.image_size,
                                             config_.image_size};
    if (clip.sizes() != at::IntArrayRef(wanted)) {
      throw BadInput(fmt::format("{} takes clips of [3, {}, {}, {}], not [{}]", id_, config_.frames,
                                 config_.image_size, config_.image_size,
                                 fmt::join(clip.sizes(), ", ")));
    }
    try {
      const at::Tensor there = clip.unsqueeze(0).to(placement_.device, placement_.dtype);
      return run(network_, config_, there).to(at::kFloat).cpu();
    } catch (...) {
      rethrow_torch_error(fmt::format("{} on {}", id_, placement_.device.str()));
    }
  }

 private:
  std::string id_;
  VideoMaeConfig config_;
  VideoMae network_;
  Placement placement_;
};

}  // namespace

ClipCheckpoint open_clip_checkpoint(std::string_view id, const WeightFolders& folders) {
  ClipCheckpoint found;
  found.id = std::string(id);
  if (!names_torchscript(id)) {
    found.checkpoint = open_checkpoint(id, folders);
    return found;
  }
  auto file = find_torchscript(id, folders,
                               "Name its path with --encoder video=PATH. docs/distribution.md says "
                               "where the published networks are.");
  found.id = std::move(file.id);
  found.torchscript = std::move(file.path);
  return found;
}

std::string clip_weights_sha256(const ClipCheckpoint& checkpoint) {
  return checkpoint.is_torchscript() ? sha256_file(checkpoint.torchscript)
                                     : weights_sha256(*checkpoint.checkpoint);
}

ClipProfile resolve_clip_profile(const ClipCheckpoint& checkpoint,
                                 const std::optional<std::string>& name) {
  if (!name || *name != "hf") {
    ClipProfile profile = named_clip_profile(name                          ? *name
                                             : checkpoint.is_torchscript() ? "stylegan-v"
                                                                           : "cd-videomae");
    // 224 in all published networks; another VideoMAE takes what its config.json says.
    if (!checkpoint.is_torchscript() && profile.geometry != ClipProfile::Geometry::native) {
      profile.side = static_cast<int>(
          parse_videomae_config(checkpoint.checkpoint->config, checkpoint.id).image_size);
    }
    return profile;
  }
  if (checkpoint.is_torchscript() || !checkpoint.checkpoint->preprocessor) {
    throw BadInput(fmt::format(
        "{} has no preprocessor_config.json for --preprocess video=hf to follow", checkpoint.id));
  }
  ClipProfile profile;
  profile.name = "hf";
  profile.picture = profile_from_preprocessor_config(
      *checkpoint.checkpoint->preprocessor,
      fmt::format("preprocessor_config.json of {}", checkpoint.id));
  return profile;
}

std::string clip_architecture(const ClipCheckpoint& checkpoint) {
  return checkpoint.is_torchscript() ? "torchscript-i3d"
                                     : sha256_hex(checkpoint.checkpoint->config.dump());
}

ClipLength clip_length(const ClipCheckpoint& checkpoint) {
  if (checkpoint.is_torchscript()) return {};
  const int frames =
      static_cast<int>(parse_videomae_config(checkpoint.checkpoint->config, checkpoint.id).frames);
  return {frames, frames};
}

std::unique_ptr<ClipEncoder> load_clip_encoder(const ClipCheckpoint& checkpoint,
                                               const ClipProfile& profile,
                                               const Placement& placement) {
  if (checkpoint.is_torchscript()) {
    if (placement.precision == Precision::bf16) {
      throw UsageError(
          fmt::format("--precision bf16: {} is a TorchScript network, which computes in the types "
                      "that it was saved with\n  Use fp32 or tf32.",
                      checkpoint.id));
    }
    return load_torchscript_clip_encoder(
        checkpoint.torchscript,
        profile.geometry == ClipProfile::Geometry::native && !profile.picture, placement.device);
  }
  const VideoMaeConfig config = parse_videomae_config(checkpoint.checkpoint->config, checkpoint.id);
  VideoMae network =
      load_strictly(*checkpoint.checkpoint, config.blocks.layers, ignorable_videomae_keys(),
                    [&](StateDict& weights) { return load_videomae(weights, config); });
  place(network, checkpoint.id, placement);
  return std::make_unique<VideoMaeEncoder>(checkpoint.id, config, std::move(network), placement);
}

}  // namespace asbench::models
