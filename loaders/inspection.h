#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/finding.h"
#include "loaders/outputs.h"
#include "loaders/split.h"
#include "loaders/video/audio.h"
#include "loaders/video/clip_reader.h"

namespace asbench::loaders {

/// One shot of the split as it was found.
struct ShotReport {
  ShotKey key;
  /// Nothing: no file, or no valid range. Of a part its frames are filled in.
  std::optional<ShotSource> source;
  int frame_count = 0;  ///< frames that decode; 0 when the shot is missing or broken
  int declared_frames = 0;
  double fps = 0.0;
  int width = 0;
  int height = 0;
  /// Of the whole file, also for a range of it; absent for frame folders and for broken shots.
  std::optional<AudioFacts> audio;
  StreamFacts facts;  ///< of a shot that decodes
  std::string cause;  ///< why frame_count is 0
};

/// A system's outputs, every file decoded to its end.
struct Inspection {
  std::vector<ShotReport> shots;  ///< one for each shot of the split, in its order
  /// Those of the outputs, then of the decode in the order of shots, then
  /// `mixed_colour`, `mixed_frame_rates`, `mixed_sizes`, `mixed_orientations`, then
  /// `duplicate_shot`.
  Findings findings;
};

struct InspectionOptions {
  /// Rules for `short_shot`; their frames are compared for `duplicate_shot`.
  std::vector<FrameRule> rules = {FrameRule{}};
  int threads = 2;                     ///< clips decoded at the same time
  std::function<void()> on_shot = {};  ///< called after each shot, from any of the threads
};

/// Decodes every shot of the outputs (each video once, also when several shots are cut from it).
/// Memory: the rules' frames of `threads` clips. The result doesn't depend on `threads`.
/// @throws nothing but what on_shot throws, SystemFault, InternalError, and BadInput for a file
/// that changes meanwhile; broken shots are findings.
[[nodiscard]] Inspection inspect_outputs(const Split& split, const Outputs& outputs,
                                         const InspectionOptions& options = {});

}  // namespace asbench::loaders
