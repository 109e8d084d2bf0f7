#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>

#include "baselines/animeshooter_gen/tensor_file.h"
#include "core/files.h"
#include "core/json.h"
#include "models/samplers/shot_noise.h"

namespace asbench::testing {

/// An adaptation of one layer of the tiny language model, as PEFT writes it.
inline void write_llm_lora(const std::filesystem::path& folder) {
  make_folders(folder);
  const std::string module = "base_model.model.model.layers.0.self_attn.q_proj.";
  baselines::write_tensors(folder / "adapter_model.safetensors",
                           {{module + "lora_A.weight", models::ShotNoise(4).draw({2, 64})},
                            {module + "lora_B.weight", models::ShotNoise(5).draw({64, 2})}});
  const Json config = {
      {"peft_type", "LORA"}, {"r", 2}, {"lora_alpha", 2}, {"target_modules", {"q_proj"}}};
  write_json_file(folder / "adapter_config.json", config);
}

}  // namespace asbench::testing
