#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loaders/boundaries/cut_detector.h"
#include "loaders/boundaries/shift_statistics.h"
#include "loaders/frame_range.h"

namespace asbench::loaders {

/// What is done about shot boundaries that are whole seconds (docs/design/dataset.md 3 and 14).
struct BoundaryRule {
  enum class Kind {
    as_given,
    trim,  ///< `seconds` less at both ends of a shot
    snap   ///< to the nearest cut within a second
  };
  Kind kind = Kind::as_given;
  double seconds = 0.0;  ///< of trim
  bool operator==(const BoundaryRule&) const = default;
};

/// "as-given", "trim:0.5", "snap". @throws UsageError naming the text and what is allowed.
[[nodiscard]] BoundaryRule parse_boundary_rule(std::string_view text);

/// The text that parse_boundary_rule() reads back; for snap with the detector, as signatures have
/// it: "snap[cells@1]", which it reads too.
[[nodiscard]] std::string to_string(const BoundaryRule& rule);

/// How many frames trim takes from each end of a shot; 0 for the other rules.
[[nodiscard]] int trimmed_frames(const BoundaryRule& rule, double fps);

/// How far from a boundary a cut is looked for.
inline constexpr double kSnapSeconds = 1.0;

/// Shots of one segment after a rule.
struct BoundedShots {
  std::vector<FrameRange> ranges;  ///< in the order of the shots; may be empty after trim
  int boundaries = 0;              ///< that could be moved, equal ones counted once
  int moved = 0;
  int without_cut = 0;  ///< of snap: no cut within a second, or none that is free
  /// Of snap, for each boundary with a cut, in order: seconds that it was moved, later is above 0.
  std::vector<double> shifts_seconds;
};

/// The shots of a segment under a rule.
///
/// Note [Snapping]
/// Boundaries are the distinct begins and ends of the shots but for the segment's own ends, which
/// stay. Each takes a cut at most kSnapSeconds away, or stays; no cut is taken twice and no
/// boundary passes or meets another, nor the segment's ends. Of all ways to do so, the one is taken
/// in which most boundaries have a cut, of these the one with the least sum of distances: so a
/// boundary with room around it comes to the nearest cut. Of equally good ways, the one whose first
/// boundary that differs is earlier.
///
/// @param shots  in the order of the file; not empty, and within the segment
/// @param cuts   of the whole segment, ascending, frames of the video; snap alone reads them
/// @throws InternalError for shots that are empty or leave the segment, or a frame rate of 0.
[[nodiscard]] BoundedShots apply_boundaries(const BoundaryRule& rule,
                                            std::span<const FrameRange> shots,
                                            const FrameRange& segment, std::span<const Cut> cuts,
                                            double fps);

/// How far boundaries were moved, over some segments.
[[nodiscard]] ShiftStatistics shift_statistics(std::span<const BoundedShots> segments);

}  // namespace asbench::loaders
