#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/json.h"
#include "tools/tiny_generator/seeded_values.h"

namespace asbench::testing {

/// A complete generator of 3 MB (1.5 MB in bfloat16), model T1 of docs/design/animeshootergen.md 9:
/// all networks in their published form, weights that follow from names and a seed, shots of 17
/// frames of 48 x 32 pixels. Its videos are coloured noise; a second is enough for a story.
/// tests/golden/animeshootergen/generate.py makes the same weights.
struct TinyGenerator {
  std::uint64_t seed = 1;
  bool bf16 = false;                  ///< weights stored with 16 bits, which halves the folder
  Json manifest = Json::object();     ///< merged into the tiny model's manifest (JSON merge patch)
  Json transformer = Json::object();  ///< into its config.json, before the weights are made
  Json scheduler = Json::object();
  Json vae = Json::object();                  ///< as transformer
  Json text_encoder_config = Json::object();  ///< of T5, as transformer
  bool text_encoder = false;                  ///< also T5, which null_condition t5_empty needs
};

/// Writes the folder of an AnimeShooterGen-compatible model. @returns the folder
std::filesystem::path write_tiny_generator(const std::filesystem::path& folder,
                                           const TinyGenerator& options = {});

/// The folder of a CogVideoX text-to-video model, as diffusers writes it: transformer, vae,
/// scheduler, text_encoder, tokenizer. Its captions may have the characters that are printed in
/// ASCII.
std::filesystem::path write_tiny_cogvideo(const std::filesystem::path& folder,
                                          const TinyGenerator& options = {});

/// The folder of an image-to-video model in the form of CogVideoX-5B-I2V: as write_tiny_cogvideo(),
/// with latents of the first frame beside the noise, rotary positions and a stored table, snr shift
/// 1, DPM, scaling factor 0.7. tests/golden/keyframe_i2v/generate.py makes the same weights.
std::filesystem::path write_tiny_image_to_video(const std::filesystem::path& folder,
                                                const TinyGenerator& options = {});

/// A LoRA of rank 2 for two layers of the tiny transformer, as diffusers writes it, below `folder`.
void write_tiny_lora(const std::filesystem::path& folder, std::uint64_t seed = 1);

/// Values of a tensor of the tiny model, [product of shape]: offset + factor * seeded_value(), with
/// 0.2 z for biases, 1 + 0.2 z for other tensors of one axis (norms), z / sqrt(fan in) for all
/// others.
[[nodiscard]] std::vector<float> tiny_tensor(const SeededTensor& tensor, std::uint64_t seed);

}  // namespace asbench::testing
