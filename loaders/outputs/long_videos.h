#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "loaders/outputs/finders.h"

// One long video a story, and where its shots are. Not for other modules.
namespace asbench::loaders {

/// What `--cuts` says.
struct Cuts {
  enum class Kind {
    list,   ///< a cut list: `cuts.json` in the outputs folder, or the file
    equal,  ///< equal parts of each video, one a shot (ShotSource::in_video_of)
    detect  ///< between the strongest cuts of each video (docs/design/dataset.md 14)
  };
  Kind kind = Kind::list;
  std::optional<std::filesystem::path> file = {};  ///< of the list, where the option names one
  bool is_default = true;                          ///< nobody asked for long videos
};

/// @throws UsageError for what it can't be.
[[nodiscard]] Cuts cuts_of(const std::string& option);

/// Whether the cuts can be made: with a list, when that is there.
[[nodiscard]] bool can_be_cut(const Cuts& cuts, const FolderIndex& index);

/// The videos under a template without {shot}, cut as the option says. Findings: those of
/// apply_cuts(), or `missing_shot` for each shot of a video that is not there and
/// `zero_based_numbering` or `one_based_numbering`. @throws BadInput for a cut list.
[[nodiscard]] LayoutFit find_long_videos(const Split& split, const FolderIndex& index,
                                         const LayoutTemplate& layout, Match match,
                                         const Cuts& cuts);

}  // namespace asbench::loaders
