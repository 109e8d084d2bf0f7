#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "models/weights/state_dict.h"

namespace asbench::models {

/// What is added to one weight: scale * (up down).
struct LowRankUpdate {
  at::Tensor down;     ///< A, [rank, in] float32
  at::Tensor up;       ///< B, [out, rank] float32
  double scale = 1.0;  ///< of the caller, times alpha / rank (or alpha / sqrt(rank))
};

/// A low-rank adaptation (LoRA) of a network (docs/design/animeshootergen.md 7.4). Plain data.
struct Lora {
  std::filesystem::path path;                    ///< of the file, for messages
  std::map<std::string, LowRankUpdate> updates;  ///< by the key of the weight that they change
};

/// Reads a file as diffusers writes it (`COMPONENT.MODULE.lora_A.weight`, `.lora_B.weight`), or a
/// folder: with adapter_config.json one as PEFT writes it (`base_model.model.MODULE.…` in
/// adapter_model.safetensors), else the folder's pytorch_lora_weights.safetensors.
///
/// alpha is, in a file of diffusers: `COMPONENT.MODULE.alpha` for every module; or in the file's
/// metadata (`lora_adapter_metadata`); or absent, and then alpha / rank is 1. PEFT has it in
/// adapter_config.json.
/// @param component  what the file calls the network: "transformer". PEFT's folders don't name it
/// @param scale      >= 0, of the whole adaptation
/// @throws BadInput naming the file and the tensor or field: keys of another network or of another
///         kind (DoRA, biases, older spellings), a module with A or B alone, shapes that don't go
///         together, alpha told twice or for some modules only, ranks that differ and no alpha, a
///         setting of PEFT that isn't implemented. SystemFault for files that can't be read.
[[nodiscard]] Lora read_lora(const std::filesystem::path& path, std::string_view component,
                             double scale);

/// Whatever is taken of `weights` from now on has the updates in it: W + scale * (B A), in float32,
/// computed when W is taken. A scale of 0 leaves every bit as it is.
/// @throws BadInput naming every target that `weights` lack or that has other sizes; `weights` is
///         then as before.
void merge_lora(StateDict& weights, const Lora& lora);

}  // namespace asbench::models
