#pragma once

#include <optional>
#include <string_view>

#include "core/json.h"
#include "loaders/frame_range.h"

// Times of annotation files, and the frames that they mean (docs/design/dataset.md 3). Pure
// functions.
namespace asbench::loaders {

/// Seconds, start included, end excluded.
struct SecondsRange {
  double start = 0.0;
  double end = 0.0;
  [[nodiscard]] double length() const { return end - start; }
  bool operator==(const SecondsRange&) const = default;
};

/// Which part of a shot is taken.
enum class ShotPart {
  whole,
  excerpt  ///< the annotator's excerpt of about four seconds, where a shot has one
};

/// "MM:SS" (one or more digits of minutes), "HH:MM:SS", or a number of seconds; each may have a
/// fraction of a second. Spaces around it don't count. @returns nothing for anything else, and for
/// more than ten million seconds.
[[nodiscard]] std::optional<double> seconds_of(std::string_view text);
/// The same of a JSON value: a text, or a number >= 0.
[[nodiscard]] std::optional<double> seconds_of_value(const Json& value);
/// "00:04-00:08". @returns nothing for anything else, and where the end is not after the start.
[[nodiscard]] std::optional<SecondsRange> seconds_range_of(std::string_view text);

/// The frames of a time range that is relative to its segment: from F0 + floor(start fps + 0.5) on,
/// and before min(F0 + floor(end fps + 0.5), F1). @returns nothing when no frame is left.
/// @param segment  F0 and F1
/// @param fps      > 0
[[nodiscard]] std::optional<FrameRange> frames_of(const SecondsRange& seconds,
                                                  const FrameRange& segment, double fps);

}  // namespace asbench::loaders
