#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "baselines/animeshooter_gen/manifest.h"
#include "core/image.h"
#include "core/json.h"
#include "loaders/split.h"
#include "models/cogvideox/vae_encoder.h"

namespace asbench::baselines {

/// The pictures that shots begin with (`--keyframes DIR`), made by a program of the user's:
/// DIR/<story>/shot_01.png, or .jpg, .jpeg, .webp. Thread-safe.
class Keyframes {
 public:
  /// Looks where the keyframes of a split are; reads none.
  /// @throws BadInput when there is no such folder, and for a shot with two of them.
  Keyframes(const std::filesystem::path& folder, const loaders::Split& split);

  /// @throws BadInput naming the first shot of `part` that has none, the paths tried and how many
  ///         others have none.
  void require(const loaders::Split& part) const;
  /// @returns 3 channels; what is transparent is black, as in references
  /// @throws BadInput as loaders::read_image(), and when there is none.
  [[nodiscard]] Image read(std::string_view story, int shot) const;
  /// SHA-256 of every keyframe of the split that is there, by "<story>/<shot>". Not of a part of
  /// the split alone, so that parts may be made one after another into one folder.
  [[nodiscard]] Json hashes() const;

 private:
  std::filesystem::path folder_;
  std::map<std::string, std::filesystem::path> files_;  ///< by "<story>/<shot>"
};

/// What the VAE's encoder takes of a keyframe: resized to the clip's size, aspect not kept, by
/// Pillow's Lanczos filter on bytes, then 2 (x / 255) - 1, as diffusers' VideoProcessor does.
/// @param keyframe  3 channels
/// @returns [1, 3, 1, H, W] float32 on the CPU, in [-1, 1]
[[nodiscard]] at::Tensor pixels_of_keyframe(const Image& keyframe, const ClipSettings& clip);

/// What the transformer takes beside the noise (docs/design/animeshootergen.md 12): latents of the
/// keyframe, sampled and scaled (models::scaled_sample), then zeros for the other frames.
/// @param pixels  pixels_of_keyframe()'s
/// @param noise   [1, C, 1, h, w] standard normal
/// @param frames  F, of the shot's latents
/// @returns [1, F, C, h, w] float32, on the encoder's device
[[nodiscard]] at::Tensor latents_of_keyframe(const models::VaeEncoder& encoder,
                                             const at::Tensor& pixels, const at::Tensor& noise,
                                             std::int64_t frames);

}  // namespace asbench::baselines
