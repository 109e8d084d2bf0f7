#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <vector>

#include "models/cogvideox/transformer_block.h"
#include "models/cogvideox/transformer_config.h"
#include "models/encoders/vision_tower.h"
#include "models/layers/linear.h"
#include "models/layers/norm.h"
#include "models/layers/patch_embedding.h"
#include "models/layers/placement.h"
#include "models/lora/lora.h"

namespace asbench::models {

/// The diffusion transformer of CogVideoX (docs/design/animeshootergen.md 4.7; 5B-I2V: 12). Plain
/// data: blocks may be moved, freed and loaded again one by one. run() may be called by several
/// threads at the same time.
struct CogVideoXTransformer {
  CogVideoXTransformerConfig config;
  Placement placement = c10::DeviceType::CPU;
  PatchEmbedding patches;
  Linear text_projection;
  at::Tensor learned_positions;  ///< [text + video tokens, D] float32; undefined but in 5B-I2V
  Linear time_in, time_out;      ///< time_embedding.linear_1, linear_2
  std::vector<CogVideoXBlock> blocks;
  LayerNorm final_norm;
  AdaptiveNorm output_norm;  ///< two parts: shift, scale
  Linear output;             ///< to patches, whose values are in the order channel, row, column
};

struct CogVideoXTransformerOptions {
  Placement placement = c10::DeviceType::CPU;
  std::vector<Lora> loras = {};  ///< merged into the weights, in this order
};

/// @param folder  as diffusers writes it: config.json and diffusion_pytorch_model.safetensors, or
///        its shards with their index. Weights may be F32, F16 or BF16; one block at a time is in
///        memory in two forms.
/// @throws BadInput: what open_checkpoint(), parse_cogvideox_transformer_config() and merge_lora()
///         refuse; missing, unexpected and misshaped keys, all at once, with the folder.
[[nodiscard]] CogVideoXTransformer load_cogvideox_transformer(
    const std::filesystem::path& folder, const CogVideoXTransformerOptions& options = {});

/// The same from tensors that are there, ready to run() on `placement`. What `weights` lacks is
/// told by its finish().
[[nodiscard]] CogVideoXTransformer load_cogvideox_transformer(
    StateDict& weights, const CogVideoXTransformerConfig& config, const Placement& placement);

/// Of any type and on any device.
struct CogVideoXInput {
  at::Tensor hidden_states;          ///< [B, F, C, H, W]: frames before channels
  at::Tensor encoder_hidden_states;  ///< [B, L, text width], L = config.text_tokens
  at::Tensor timestep;               ///< [B]
};

/// One forward pass.
/// @param observer  shown "patch_embed" and "blocks.N", each [B, L + video tokens, D]
/// @returns [B, F, out channels, H, W] float32, on the device where the network runs
/// @throws BadInput naming a tensor of another shape, and for 5B-I2V, whose table of positions is
///         that of one size, another size; DeviceOutOfMemory (models/layers/device_errors.h).
[[nodiscard]] at::Tensor run(const CogVideoXTransformer& transformer, const CogVideoXInput& input,
                             const Observer& observer = {});

}  // namespace asbench::models
