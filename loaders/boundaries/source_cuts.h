#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "loaders/boundaries/cut_detector.h"
#include "loaders/frame_range.h"
#include "loaders/video/clip_reader.h"

namespace asbench::loaders {

/// The cuts of one range of a video.
struct RangeCuts {
  std::vector<Cut> cuts;  ///< ascending; frames of the video
  int frames = 0;         ///< of the range, that decode and lie before any damage
};

/// What one pass over a video finds.
struct SourceCuts {
  std::vector<RangeCuts> ranges;  ///< in the order asked for
  double fps = 0.0;               ///< of the file, else the one supposed
  int decoded = 0;                ///< frames, up to the last range's end
  bool has_variable_rate = false;
  std::optional<BrokenVideo> damage;  ///< why frames are missing from a range, if that is damage
};

/// Looks for the cuts within ranges of a video (segments of a film), in one forward pass that ends
/// with the last range. Frames are compared within their range alone. Memory: 1.5 KB for each frame
/// of the ranges that are open. Thread-safe.
/// @param supposed_fps  for a file that states no frame rate; above 0
/// @throws BrokenVideo when the file is no video or no frame decodes; SystemFault.
[[nodiscard]] SourceCuts find_source_cuts(const std::filesystem::path& video,
                                          std::span<const FrameRange> ranges, double supposed_fps,
                                          const DecodeOptions& options = {});

}  // namespace asbench::loaders
