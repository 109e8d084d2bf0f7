#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "loaders/inspection.h"
#include "loaders/masks/subject_roster.h"
#include "loaders/video/frame_rules.h"

namespace asbench::loaders {

/// The rows that a detector is to fill in.
struct BoxTemplate {
  std::string csv;  ///< with a header: story,shot,frame,character,x,y,w,h,video,video_frame
  std::size_t rows = 0;
  std::size_t shots = 0;               ///< with rows
  std::vector<ShotKey> without_video;  ///< shots with characters that are missing or broken
};

/// A row for each character of each shot of the roster, in each frame that the rule takes: in the
/// roster's order, frames ascending, each once. x, y, w and h are empty, which means that nothing
/// was found. `video` is the file or the folder of frames, `video_frame` the frame's number in it,
/// from 0: not `frame` where a shot is a part of a longer video.
/// @param shots  of inspect_outputs()
[[nodiscard]] BoxTemplate make_box_template(const SubjectRoster& roster,
                                            std::span<const ShotReport> shots,
                                            const FrameRule& rule);

}  // namespace asbench::loaders
