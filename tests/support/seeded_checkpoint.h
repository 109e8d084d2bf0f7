#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "tools/tiny_generator/seeded_values.h"

namespace asbench::testing {

/// The float32 values of a tensor, [product of shape], row-major: offset + scale * z, computed in
/// double. By name: biases 0.2 z; norm weights and layer scales 1 + 0.2 z; tokens and embedding
/// tables 0.5 z; matrices and convolutions z / sqrt(fan in). So no term is zero and nothing
/// saturates.
[[nodiscard]] std::vector<float> seeded_tensor(const SeededTensor& tensor, std::uint64_t seed);

/// The tensors of a network as the hub's files have them, from its config.json (every field that is
/// needed must be there). model_type clip, vit, dinov2 or dreamsim; sorted by name.
[[nodiscard]] std::vector<SeededTensor> seeded_tensors(const Json& config);

/// Writes the tensors as one safetensors file.
void write_seeded_weights(const std::filesystem::path& path,
                          const std::vector<SeededTensor>& tensors, std::uint64_t seed);

enum class CheckpointSize {
  tiny,  ///< two narrow blocks, the real input size: a few MB, milliseconds to run
  real,  ///< ViT-B/32 CLIP and ViT-B/16: 950 MB; DreamSim: 1 GB
};

/// config.json of `id` (openai/clip-vit-base-patch32, facebook/dino-vitb16 or
/// ssundaram21/dreamsim-ensemble) in that size.
/// @throws UsageError for another id.
[[nodiscard]] Json seeded_config(std::string_view id, CheckpointSize size);

/// Writes one complete checkpoint in Hugging Face layout below `folder`/`id`: config.json,
/// model.safetensors, preprocessor_config.json and, for CLIP, vocab.json, merges.txt and
/// tokenizer_config.json. An existing one is overwritten.
/// @returns the checkpoint's folder.
std::filesystem::path write_seeded_checkpoint(const std::filesystem::path& folder,
                                              std::string_view id, CheckpointSize size,
                                              std::uint64_t seed = 1);

/// Both default checkpoints. @returns `folder`, usable as `--weights`.
std::filesystem::path write_seeded_checkpoints(const std::filesystem::path& folder,
                                               CheckpointSize size, std::uint64_t seed = 1);

/// vocab.json and merges.txt of CLIP's form: 512 byte symbols, 48894 merges, start and end token
/// last (49406, 49407). The merges spell the words of a small list, then pairs of letters.
void write_seeded_vocabulary(const std::filesystem::path& folder);

}  // namespace asbench::testing
