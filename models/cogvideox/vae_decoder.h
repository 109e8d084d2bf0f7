#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "models/cogvideox/causal_convolution.h"
#include "models/cogvideox/spatial_norm.h"
#include "models/cogvideox/vae_config.h"
#include "models/cogvideox/vae_observer.h"
#include "models/cogvideox/vae_resnet.h"
#include "models/cogvideox/vae_upsampler.h"
#include "models/layers/placement.h"
#include "models/weights/checkpoint.h"

namespace asbench::models {

struct VaeUpBlock {
  std::vector<VaeResnet> resnets;
  std::optional<VaeUpsampler> upsampler;  ///< of all blocks but the last
};

/// Latents to frames: the decoder of diffusers' AutoencoderKLCogVideoX. Its keys begin with
/// "decoder."; members have the names of the keys. docs/design/animeshootergen.md 4.8.
struct VaeDecoder {
  VaeConfig config;
  std::string id;  ///< what to call the checkpoint in messages
  Placement placement = c10::kCPU;
  CausalConvolution conv_in;
  std::vector<VaeResnet> mid_block;
  std::vector<VaeUpBlock> up_blocks;
  SpatialNorm norm_out;
  CausalConvolution conv_out;
  std::size_t caches = 0;  ///< causal convolutions
};

/// @param checkpoint  of open_checkpoint(): config.json and diffusion_pytorch_model.safetensors, in
///        shards or not; the encoder's tensors in it are not looked at
/// @throws BadInput: parse_vae_config()'s; missing, unexpected and misshaped tensors with the
/// folder
///         and the keys (StateDict::finish).
[[nodiscard]] VaeDecoder load_vae_decoder(const Checkpoint& checkpoint, const Placement& placement);

/// To where it will run, as load_vae_decoder() does.
void move_to(VaeDecoder& decoder, const Placement& placement);

/// What decoding in one piece or in tiles gives is not the same: group normalisation sees a tile,
/// and tiles have seams.
enum class VaeTiling {
  off,
  on,  ///< where the latents are larger than a tile (tile_plan.h); else in one piece
};

/// All frames of a video: batches of latents one after another, caches from each to the next.
/// Thread-safe; uses all of LibTorch's threads.
/// @param latents  [B, C, T, h, w], divided by scaling_factor, T, h, w >= 1; any device and
///                 floating-point type
/// @param observer  sees the batches' intermediate results, but none of tiles
/// @returns [B, 3, T', 8 h, 8 w] float32 on the decoder's device, about [-1, 1]; T' is
///          decoded_frames(T)
/// @throws BadInput for latents of another shape and, with tiles, for tile sizes that don't fit
///         (plan_tiles()); DeviceOutOfMemory. How much memory it takes: vae_memory.h.
[[nodiscard]] at::Tensor decode_latents(const VaeDecoder& decoder, const at::Tensor& latents,
                                        VaeTiling tiling = VaeTiling::off,
                                        const VaeObserver& observer = {});

/// One batch. Frames depend on the batch that they are decoded in.
/// @param z  [B, t, h, w, C], contiguous, in the decoder's type and on its device
/// @param caches  of `decoder.caches` convolutions; begin with fresh ones for each video
/// @returns [B, t', 8 h, 8 w, 3], contiguous
[[nodiscard]] at::Tensor decode_batch(const VaeDecoder& decoder, const at::Tensor& z,
                                      FrameCaches& caches, const VaeObserver& observer = {});

}  // namespace asbench::models
