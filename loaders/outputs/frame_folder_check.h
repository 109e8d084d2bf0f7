#pragma once

#include "loaders/outputs.h"

// Looks at folders of frames before anything is decoded. Not for other modules.
namespace asbench::loaders {

/// Findings about one folder, from the names of its files and the headers of its pictures:
/// `frame_numbers` (gaps, repeats, no common numbering), `mixed_frames` (several formats),
/// `mixed_frame_sizes`, `stray_file` (no frame, or a picture whose name doesn't fit).
/// @throws SystemFault when the folder or a file can't be read. Thread-safe.
[[nodiscard]] Findings frame_folder_findings(const ShotKey& shot,
                                             const std::filesystem::path& folder);

/// Adds those of every folder of frames to the outputs. A shot with `mixed_frame_sizes` is taken
/// out of them: it can't be decoded.
void check_frame_folders(Outputs& outputs);

}  // namespace asbench::loaders
