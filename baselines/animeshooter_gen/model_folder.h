#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "baselines/animeshooter_gen/manifest.h"
#include "core/json.h"
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
};
/// @throws BadInput when one of the files is missing or refused.
[[nodiscard]] MultimodalFolder open_multimodal_folder(const Manifest::Paths& paths,
                                                      const std::filesystem::path& folder);

/// Values that a part's weights hold, from the files' headers.
/// @param prefix  only of tensors whose names begin so; a pickle file is counted whole
[[nodiscard]] std::int64_t count_values(const models::Checkpoint& part,
                                        std::string_view prefix = "");

/// SHA-256 over all files below a folder or of one file: of the sorted lines "<sha256>  <name>\n".
/// For parts that are no networks, and LoRAs.
[[nodiscard]] std::string content_sha256(const std::filesystem::path& path);

}  // namespace asbench::baselines
