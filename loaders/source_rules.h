#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "loaders/annotations/shot_times.h"
#include "loaders/boundaries/boundary_rule.h"
#include "loaders/masks/reference_picture.h"

namespace asbench::loaders {

/// What becomes of annotations and their source videos when they are read (`--videos`,
/// `--boundaries`, `--range`, `--reference-masks`; docs/design/dataset.md 3, 4 and 15).
struct SourceRules {
  /// As SourceVideos takes it. Nothing: characters have no pictures, and frames of shots are those
  /// of the annotation.
  std::optional<std::string> videos;
  BoundaryRule boundaries;
  ShotPart part = ShotPart::whole;
  ReferenceChoice references = ReferenceChoice::largest;
  /// Folder for the reference pictures (reference_files.h). Nothing: `sources/` of the cache, in
  /// which what a video gave is found again as long as neither it nor its annotation changes.
  std::optional<std::filesystem::path> pictures;
  bool force = false;  ///< replace files of other content in `pictures`
  /// The feature store of the run. Nothing: the user's cache folder (core/cache_folder.h).
  std::optional<std::filesystem::path> cache;
  unsigned threads = 0;  ///< videos at the same time; 0: as many as there are cores

  /// Whether anything is asked for that only annotations have.
  [[nodiscard]] bool is_default() const {
    return !videos && boundaries == BoundaryRule() && part == ShotPart::whole &&
           references == ReferenceChoice::largest && !pictures;
  }
};

/// @throws UsageError for snap without videos, and for another rule than as-given with excerpts:
///   these were chosen by hand, and no cut is meant to be at their ends.
void check(const SourceRules& rules);

/// "whole", "extra". @throws UsageError.
[[nodiscard]] ShotPart parse_shot_part(std::string_view text);
[[nodiscard]] std::string_view to_string(ShotPart part);

}  // namespace asbench::loaders
