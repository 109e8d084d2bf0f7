#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/encoders/config.h"
#include "models/layers/attention_pooling.h"
#include "models/layers/block.h"
#include "models/layers/patch_embedding.h"
#include "models/layers/position_table.h"
#include "models/weights/state_dict.h"

namespace asbench::models {

/// Shown every intermediate result by name, for parity tests: "embeddings", "blocks.0", …,
/// "feature". Tensors are only valid during the call.
using Observer = std::function<void(std::string_view name, const at::Tensor& value)>;

/// The network that all image encoders here share: patches times a matrix, a class token and
/// registers before them, positions added or turned in, blocks, a norm on the class token and
/// perhaps a projection; SigLIP pools all patches instead. What differs is which parts there are,
/// the numbers in them and the names in checkpoints.
struct VisionTower {
  PatchEmbedding patches;
  at::Tensor class_token;  ///< [D]; undefined: SigLIP
  at::Tensor registers;    ///< [R, D] between class token and patches, without positions
  at::Tensor positions;    ///< [1 + G * G, D], without a class token [G * G, D]; DINOv3 has none
  PositionScale stretch = PositionScale::by_size;  ///< of the table to another grid
  double rope_theta = 0.0;                         ///< DINOv3: base of the rotation by place
  std::optional<LayerNorm> pre_norm;               ///< CLIP only
  std::vector<Block> blocks;
  std::optional<LayerNorm> final_norm;      ///< absent: the class token as it leaves the last block
  std::optional<Linear> projection;         ///< CLIP only, without bias
  std::optional<AttentionPooling> pooling;  ///< SigLIP only

  [[nodiscard]] int dim() const;
  /// Class token and registers.
  [[nodiscard]] std::int64_t tokens_before_patches() const;
  /// Tokens of a picture of H x W pixels.
  [[nodiscard]] std::int64_t tokens(std::int64_t height, std::int64_t width) const;
  /// What run() needs for pictures of H x W pixels: the table of positions, stretched where the
  /// grid is another one, or the rotation_table().
  [[nodiscard]] at::Tensor positions_for(std::int64_t height, std::int64_t width) const;
};

/// @param pixels  [N, 3, H, W]; @param positions  positions_for(H, W)
/// @returns [N, dim]
[[nodiscard]] at::Tensor run(const VisionTower& tower, const at::Tensor& pixels,
                             const at::Tensor& positions, const Observer& observer = {});

/// All tokens as they leave block `blocks` (0: as they enter the first), before any norm: hidden
/// state `blocks` of the published implementations.
/// @param blocks  0 to the tower's blocks
/// @returns [N, T, D]
[[nodiscard]] at::Tensor run_blocks(const VisionTower& tower, const at::Tensor& pixels,
                                    const at::Tensor& positions, std::int64_t blocks);

/// Floating-point operations of run() for one picture, from the configuration alone.
[[nodiscard]] double flops_per_image(const VisionConfig& config, std::int64_t height,
                                     std::int64_t width);

/// Every tensor of the tower to where it will run, matrices packed on the CPU: what a loaded tower
/// needs before run(). Nothing of it lies in the checkpoint's mapped file afterwards.
void move_to(VisionTower& tower, const Placement& placement);

/// CLIP: keys `vision_model.*` and `visual_projection.weight` (HF `modeling_clip.py`). What
/// `weights` lacks is told by its finish().
[[nodiscard]] VisionTower load_clip_vision(StateDict& weights, const VisionConfig& config);
/// ViT and DINO: keys `embeddings.*`, `encoder.layer.*`, `layernorm.*`, perhaps after `vit.` (HF
/// `modeling_vit.py`, checkpoint spelling).
[[nodiscard]] VisionTower load_vit(StateDict& weights, const VisionConfig& config);
/// DINOv2: the same with layer scales and `mlp.*`, perhaps after `dinov2.` (HF
/// `modeling_dinov2.py`, checkpoint spelling).
[[nodiscard]] VisionTower load_dinov2(StateDict& weights, const VisionConfig& config);
/// DINOv2 with registers: the same with `embeddings.register_tokens`, perhaps after
/// `dinov2_with_registers.` (HF `modeling_dinov2_with_registers.py`, checkpoint spelling).
[[nodiscard]] VisionTower load_dinov2_registers(StateDict& weights, const VisionConfig& config);
/// DINOv3 ViT: keys `embeddings.*`, `layer.*`, `norm.*` (HF `modeling_dinov3_vit.py`).
[[nodiscard]] VisionTower load_dinov3(StateDict& weights, const VisionConfig& config);
/// SigLIP, and SigLIP 2 of one resolution: keys `vision_model.*` (HF `modeling_siglip.py`).
[[nodiscard]] VisionTower load_siglip_vision(StateDict& weights, const VisionConfig& config);
/// The same without the pooling head, for those who read its tokens: run_blocks().
/// @param prefix  of its keys: "vision_model.", or "" as newer writers have it
[[nodiscard]] VisionTower load_siglip_tokens(StateDict& weights, const VisionConfig& config,
                                             const std::string& prefix);
/// Dispatches on config.family.
[[nodiscard]] VisionTower load_vision_tower(StateDict& weights, const VisionConfig& config);

/// Keys that a checkpoint of this family may hold and that no feature needs (docs/design/metrics.md
/// 3), as patterns for StateDict::finish().
[[nodiscard]] std::vector<std::string> ignorable_keys(VisionFamily family);

/// One block from the keys that begin with `name`, as "encoder.layer.3.".
using BlockLoader = Block (*)(StateDict& weights, const std::string& name,
                              const BlocksConfig& config);

/// What ViT and DINOv2 spell alike: `embeddings.*`, `encoder.layer.N.`, `layernorm.*`.
/// @param root  classifiers keep the network below it: "vit.", "dinov2."
[[nodiscard]] VisionTower load_vit_layout(StateDict& weights, const VisionConfig& config,
                                          const std::string& root, BlockLoader load_block);

/// `name`.weight [out, in] and `name`.bias [out].
[[nodiscard]] Linear take_linear(StateDict& weights, const std::string& name, std::int64_t out,
                                 std::int64_t in, bool bias = true);
[[nodiscard]] LayerNorm take_norm(StateDict& weights, const std::string& name, std::int64_t width,
                                  double eps);

}  // namespace asbench::models
