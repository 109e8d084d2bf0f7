#pragma once

#include <cstdint>
#include <optional>

#include <string_view>

#include "core/json.h"

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

/// Frames of the source video, counted from 0: `first` included, `end` excluded.
struct FrameSpan {
  std::int64_t first = 0;
  std::int64_t end = 0;
  [[nodiscard]] std::int64_t length() const { return end - first; }
  bool operator==(const FrameSpan&) const = default;
};

/// Which frames of a shot are taken. The release's boundaries are whole seconds, so that frames of
/// a neighbouring shot leak in.
struct ExcerptRule {
  enum class Take {
    shot,    ///< the whole shot
    excerpt  ///< the annotator's excerpt of about four seconds, where a shot has one
  };
  Take take = Take::shot;
  double trim_seconds = 0.0;  ///< >= 0, cut off at both ends
  bool operator==(const ExcerptRule&) const = default;
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
[[nodiscard]] std::optional<FrameSpan> frames_of(const SecondsRange& seconds,
                                                 const FrameSpan& segment, double fps);

/// The seconds that the rule takes of a shot. @returns nothing when trimming leaves nothing.
[[nodiscard]] std::optional<SecondsRange> seconds_taken(const SecondsRange& shot,
                                                        const std::optional<SecondsRange>& excerpt,
                                                        const ExcerptRule& rule);

}  // namespace asbench::loaders
