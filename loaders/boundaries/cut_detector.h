#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "loaders/boundaries/frame_cells.h"

namespace asbench::loaders {

/// Name and version of the detector, for signatures and store keys: raised when it may find other
/// cuts.
inline constexpr std::string_view kCutDetector = "cells@1";

/// A hard cut: the place between two frames where one shot ends and the next begins.
struct Cut {
  int frame = 0;          ///< first frame of the later shot
  double strength = 0.0;  ///< least unexplained change across it, about 1 for unrelated pictures
  bool operator==(const Cut&) const = default;
};

/// What makes a cut (docs/design/dataset.md 14). Times in seconds, changes as unexplained_change().
struct CutRules {
  double least_change = 0.45;  ///< across the cut, between all pairs of frames that are compared
  double times_usual = 3.0;    ///< the change against the usual one around it
  double usual_within = 0.5;   ///< seconds before and after, whose upper quartile is the usual one
  double comes_back_within = 0.5;  ///< a picture that is back by then was interrupted, not cut
  double least_shot = 0.25;        ///< between two cuts
};

/// The cuts among frames of one decode, in display order. Motion, pans of up to a twelfth of the
/// width a frame, fades and dissolves are no cuts; nor is a flash, or another picture, after which
/// the one before is back within half a second.
/// @param fps  above 0
/// @returns ascending; `frame` counts from the first of `frames` and is never 0
[[nodiscard]] std::vector<Cut> find_cuts(std::span<const FrameCells> frames, double fps,
                                         const CutRules& rules = {});

/// The `count` strongest of some cuts, ascending by frame; of equally strong ones the earlier. All
/// of them where there are fewer.
[[nodiscard]] std::vector<Cut> strongest_cuts(std::vector<Cut> cuts, std::size_t count);

}  // namespace asbench::loaders
