#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "models/layers/placement.h"
#include "models/preprocess/clip_profile.h"
#include "models/weights/checkpoint.h"

namespace asbench::models {

// "Clip" is a stretch of video here; CLIP, the network, has its encoders in encoder.h.

/// A video network on disk: a TorchScript file with I3D's calling form, or a VideoMAE checkpoint in
/// Hugging Face layout. Plain data.
struct ClipCheckpoint {
  std::string id;                     ///< as asked for: a file's path or a hub name
  std::filesystem::path torchscript;  ///< empty: `checkpoint`
  std::optional<Checkpoint> checkpoint;
  [[nodiscard]] bool is_torchscript() const { return !torchscript.empty(); }
};

/// @param id  a .pt or .torchscript file (as given, or below one of the folders), else as
/// open_checkpoint()
/// @throws BadInput when it isn't there: what was searched. UsageError for an impossible name.
/// Thread-safe.
[[nodiscard]] ClipCheckpoint open_clip_checkpoint(std::string_view id,
                                                  const WeightFolders& folders);

/// SHA-256 of the TorchScript file, or weights_sha256() of the checkpoint.
[[nodiscard]] std::string clip_weights_sha256(const ClipCheckpoint& checkpoint);

/// The profile of the variant that the network was published with: `stylegan-v` for TorchScript,
/// `cd-videomae` for VideoMAE; `name` overrides, `hf` being the checkpoint's own
/// preprocessor_config.json.
/// @throws UsageError for an unknown name; BadInput when `hf` has no file to follow.
[[nodiscard]] ClipProfile resolve_clip_profile(const ClipCheckpoint& checkpoint,
                                               const std::optional<std::string>& name = {});

/// What the feature depends on besides weights and profile, for store keys: the calling form, or
/// the config.json.
[[nodiscard]] std::string clip_architecture(const ClipCheckpoint& checkpoint);

/// Frames that the network takes; docs/design/metrics.md 3.5 and 3.6.
struct ClipLength {
  int least = 10;  ///< I3D reduces time 8-fold and pools 2 deep
  int most = 0;    ///< 0: no limit
};
[[nodiscard]] ClipLength clip_length(const ClipCheckpoint& checkpoint);

/// A network that gives a stretch of video one feature. Immutable after loading. Clips are computed
/// one by one: each is work enough for a device, and no clip's feature can depend on its neighbours
/// in a batch.
class ClipEncoder {
 public:
  virtual ~ClipEncoder() = default;
  /// @param clip  [3, T, H, W] float32 on the CPU, preprocessed by the profile it was loaded for
  /// @returns [1, D] float32 on the CPU, not normalised
  /// @throws BadInput naming a wrong shape, a network that fails on it or returns something else,
  /// or when memory runs out.
  [[nodiscard]] virtual at::Tensor encode_clip(const at::Tensor& clip) const = 0;
};

/// TorchScript is called `network(x[1, 3, T, H, W], rescale=b, resize=b, return_features=True)`, b
/// true for profile `stylegan-v` (levels in, the graph rescales and resizes) and false for the
/// others. A TorchScript file is a program: load only those you trust.
/// @throws BadInput: unreadable or no such calling form; missing, unexpected or misshaped tensors
/// (all listed). UsageError: bfloat16 for a TorchScript network, whose arithmetic is its own.
/// DeviceOutOfMemory.
[[nodiscard]] std::unique_ptr<ClipEncoder> load_clip_encoder(
    const ClipCheckpoint& checkpoint, const ClipProfile& profile,
    const Placement& placement = c10::kCPU);

}  // namespace asbench::models
