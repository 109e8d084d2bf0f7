#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/finding.h"
#include "core/json.h"
#include "loaders/annotations/annotation.h"
#include "loaders/boundaries/boundary_rule.h"
#include "loaders/frame_range.h"
#include "loaders/source_rules.h"
#include "loaders/source_videos.h"

// An annotated video together with its file: the frames of its shots and the pictures of its
// characters (docs/design/dataset.md 3, 4, 14 and 15).
namespace asbench::loaders {

/// A picture of a character, as a file.
struct JoinedReference {
  std::string character;
  std::filesystem::path file;
  std::string sha256;  ///< of its bytes
  int frame = 0;       ///< of the video file
  bool operator==(const JoinedReference&) const = default;
};

/// What became of a segment.
struct JoinedSegment {
  int index = 0;  ///< AnnotatedSegment::index
  /// Of each of the segment's shots, in the file at hand (without one, in that of the annotation):
  /// nothing where the annotation states no frame rate, empty where no frame is left.
  std::vector<std::optional<FrameRange>> shots;
  std::vector<JoinedReference> references;  ///< by character in the segment's order, then by frame
  BoundedShots bounds;                      ///< `ranges` apart: how boundaries were moved
};

struct JoinedVideo {
  std::optional<std::filesystem::path> file;  ///< nothing: not asked for, or not there
  std::vector<JoinedSegment> segments;        ///< those that were chosen, in the order of the file
  Findings findings;
};

/// Chooses the frames of the shots and makes the references' pictures of one video. Decodes the
/// video for boundaries that snap, and for pictures, each in one pass (reference_picture.h has the
/// exception); neither when the cache has what the same video gave under the same annotation and
/// rules. What was made for one video is kept as soon as it is whole.
///
/// Findings: those of SourceVideos, make_reference_pictures() and find_source_cuts()
/// (`video_unreadable`, `vfr`); `empty_range` for a shot of which no frame is left.
///
/// @param stories  ids; other segments are left out
/// @param videos   null: frames are counted as the annotation counts them, and there are no
///   pictures
/// @throws SystemFault; UsageError as write_reference_pictures(), and where no cache folder is
///   known and `rules` name none. Thread-safe for different videos.
[[nodiscard]] JoinedVideo join_video(const AnnotatedVideo& video,
                                     const std::set<std::string>& stories,
                                     const SourceVideos* videos, const SourceRules& rules);

}  // namespace asbench::loaders
