#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "models/cogvideox/causal_convolution.h"
#include "models/cogvideox/spatial_norm.h"
#include "models/cogvideox/vae_config.h"
#include "models/cogvideox/vae_downsampler.h"
#include "models/cogvideox/vae_observer.h"
#include "models/cogvideox/vae_resnet.h"
#include "models/layers/placement.h"
#include "models/weights/checkpoint.h"

namespace asbench::models {

struct VaeDownBlock {
  std::vector<VaeResnet> resnets;
  std::optional<VaeDownsampler> downsampler;  ///< of all blocks but the last
};

/// Frames to latents: the encoder of diffusers' AutoencoderKLCogVideoX. Its keys begin with
/// "encoder."; members have the names of the keys. docs/design/animeshootergen.md 4.9.
struct VaeEncoder {
  VaeConfig config;
  std::string id;  ///< what to call the checkpoint in messages
  Placement placement = c10::kCPU;
  CausalConvolution conv_in;
  std::vector<VaeDownBlock> down_blocks;
  std::vector<VaeResnet> mid_block;
  SpatialNorm norm_out;  ///< without latents, as all norms of the encoder
  CausalConvolution conv_out;
  std::size_t caches = 0;  ///< causal convolutions
};

/// Normal distribution of a video's latents, each [B, C, T', h, w] float32.
struct VaePosterior {
  at::Tensor mean;
  at::Tensor logvar;  ///< logarithm of the variance, in [-30, 20]
};

/// @param checkpoint  as of load_vae_decoder(); the decoder's tensors in it are not looked at
/// @throws as load_vae_decoder()
[[nodiscard]] VaeEncoder load_vae_encoder(const Checkpoint& checkpoint, const Placement& placement);

/// To where it will run, as load_vae_encoder() does.
void move_to(VaeEncoder& encoder, const Placement& placement);

/// Batches of frames one after another, caches from each to the next. Thread-safe; uses all of
/// LibTorch's threads.
/// @param frames  [B, 3, T, H, W] in [-1, 1], T >= 1, H and W >= 8; any device and floating-point
///                type
/// @param observer  "conv_in", "down_blocks.0", …, "mid_block", "norm_out", "conv_out"
/// @returns T' is encoded_frames(T); h, w are H / 8, W / 8, rounded down
/// @throws BadInput for frames of another shape; DeviceOutOfMemory
[[nodiscard]] VaePosterior encode_frames(const VaeEncoder& encoder, const at::Tensor& frames,
                                         const VaeObserver& observer = {});

/// What the transformer takes: (mean + exp(logvar / 2) noise) times the scaling factor, divided by
/// it where the configuration says invert_scale_latents.
/// @param noise  like mean, standard normal
/// @throws BadInput when the noise has another shape
[[nodiscard]] at::Tensor scaled_sample(const VaePosterior& posterior, const at::Tensor& noise,
                                       const VaeConfig& config);

}  // namespace asbench::models
