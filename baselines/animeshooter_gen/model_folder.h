#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "baselines/animeshooter_gen/cost.h"
#include "baselines/animeshooter_gen/manifest.h"
#include "core/json.h"
#include "models/encoders/config.h"
#include "models/layers/placement.h"
#include "models/multimodal/multimodal_config.h"
#include "models/weights/checkpoint.h"

namespace asbench::baselines {

/// A part of a model folder. @throws BadInput as open_checkpoint(), and when there is no such
/// folder.
[[nodiscard]] models::Checkpoint open_part(const std::filesystem::path& folder);

/// What the top-level config.json of the multimodal model says, which lies above the language
/// model's folder, with the vision tower that it is about.
struct MultimodalFolder {
  models::Checkpoint vision_tower;
  models::MultimodalConfig config;
  models::VisionConfig vision;
};
/// @throws BadInput when one of the files is missing or refused.
[[nodiscard]] MultimodalFolder open_multimodal_folder(const Manifest::Paths& paths,
                                                      const std::filesystem::path& folder);

/// What a loader does with a part's tensors, as far as it takes memory. Patterns as in fnmatch(3).
struct TensorUse {
  std::vector<std::string> ignored = {};  ///< not read
  /// Looked up row by row: on the CPU it stays in the mapped file.
  std::string table = {};
  /// Neither factors of products nor of convolutions: as they are.
  std::vector<std::string> plain = {};
  /// float32 whatever is computed in.
  std::vector<std::string> wide = {};
};

/// What a part takes when its loader puts it on `placement`: from the headers of its files; on the
/// CPU with its matrices as models/kernels packs them.
[[nodiscard]] NetworkMemory memory_of(const std::string& name, const models::Checkpoint& part,
                                      const TensorUse& use, const models::Placement& placement);

/// SHA-256 over all files below a folder or of one file: of the sorted lines "<sha256>  <name>\n".
/// For parts that are no networks, and LoRAs.
[[nodiscard]] std::string content_sha256(const std::filesystem::path& path);

}  // namespace asbench::baselines
