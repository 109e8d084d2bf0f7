#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/json.h"
#include "loaders/outputs.h"
#include "loaders/outputs/layout_template.h"

// The three ways to find outputs, behind find_outputs(). Not for other modules.
namespace asbench::loaders {

/// Name of the cut list in an outputs folder.
inline constexpr const char* kCutListName = "cuts.json";

/// One file or folder a shot.
[[nodiscard]] Outputs find_shot_files(const Split& split, const std::filesystem::path& folder,
                                      const LayoutTemplate& layout);

/// One long video a story and `cuts.json`. @throws BadInput when there is no readable cut list.
[[nodiscard]] Outputs find_cuts(const Split& split, const std::filesystem::path& folder,
                                const LayoutTemplate& layout);

/// The same on a parsed cut list; `where` names it in messages.
[[nodiscard]] Outputs apply_cuts(const Split& split, const std::filesystem::path& folder,
                                 const LayoutTemplate& layout, const Json& cuts,
                                 const std::string& where);

/// A CSV manifest. @throws BadInput.
[[nodiscard]] Outputs find_listed(const Split& split, const std::filesystem::path& folder,
                                  const std::filesystem::path& csv);

/// What is at the path: a file, a folder of frames, or nothing. For a video file that is not
/// there, the folder of its name without the ending.
[[nodiscard]] std::optional<ShotSource> source_at(const std::filesystem::path& path);

}  // namespace asbench::loaders
