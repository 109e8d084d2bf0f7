#include "loaders/boundaries/boundary_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>

#include "core/error.h"
#include "core/stats.h"
#include "loaders/name_match.h"

namespace asbench::loaders {
namespace {

constexpr std::string_view kTrim = "trim:";
constexpr double kMostTrimmed = 60.0;

std::string snap_text() {
  return fmt::format("snap[{}]", kCutDetector);
}

/// Annotations may state any frame rate. Beyond this, frames of a minute would not fit an int; no
/// video has as many.
constexpr double kMostFps = 1'000'000.0;

int frames_in(double seconds, double fps) {
  return static_cast<int>(std::floor(seconds * std::min(fps, kMostFps) + 0.5));
}

/// Note [Least sum in order]
/// Boundaries are taken from the last to the first. For each place that boundary i may have, the
/// least sum for it and those after it is the cost of the place and the least sum among the places
/// of boundary i + 1 beyond it. Going back from the first one, the earliest place with the least
/// sum is taken, which is the tie rule.
class Snapper {
 public:
  Snapper(std::vector<int> boundaries, const FrameRange& segment, std::span<const Cut> cuts,
          double fps)
      : boundaries_(std::move(boundaries)), segment_(segment) {
    reach_ = static_cast<int>(std::floor(kSnapSeconds * std::min(fps, kMostFps)));
    for (const int boundary : boundaries_) places_.push_back(places_of(boundary, cuts));
  }

  /// New place of each boundary, and whether it is a cut's.
  struct Place {
    int frame = 0;
    bool is_cut = false;
  };
  [[nodiscard]] std::vector<Place> run() {
    for (std::size_t i = places_.size(); i-- > 0;) {
      for (Option& option : places_[i]) option.sum = option.cost + least_after(i, option.frame);
    }
    std::vector<Place> chosen;
    int before = segment_.begin_frame;
    for (const auto& options : places_) {
      const Option* best = nullptr;
      for (const Option& option : options) {
        if (option.frame > before && (best == nullptr || option.sum < best->sum)) best = &option;
      }
      if (best == nullptr) throw InternalError("boundaries are not in order");
      chosen.push_back({best->frame, best->is_cut});
      before = best->frame;
    }
    return chosen;
  }

 private:
  struct Option {
    int frame = 0;
    bool is_cut = false;
    std::int64_t cost = 0;
    std::int64_t sum = 0;  ///< with the least of those after it
  };
  static constexpr std::int64_t kImpossible = std::numeric_limits<std::int64_t>::max() / 4;

  /// Ascending by frame.
  [[nodiscard]] std::vector<Option> places_of(int boundary, std::span<const Cut> cuts) const {
    // More than all distances together: first as many boundaries with a cut as possible.
    const std::int64_t staying =
        (std::int64_t{reach_} + 1) * (static_cast<std::int64_t>(boundaries_.size()) + 1);
    std::vector<Option> options;
    bool stays_on_cut = false;
    for (const Cut& cut : cuts) {
      if (std::abs(cut.frame - boundary) > reach_ || cut.frame <= segment_.begin_frame ||
          cut.frame >= segment_.end_frame)
        continue;
      options.push_back({cut.frame, true, std::abs(cut.frame - boundary), 0});
      stays_on_cut = stays_on_cut || cut.frame == boundary;
    }
    if (!stays_on_cut) options.push_back({boundary, false, staying, 0});
    std::sort(options.begin(), options.end(),
              [](const Option& a, const Option& b) { return a.frame < b.frame; });
    return options;
  }

  [[nodiscard]] std::int64_t least_after(std::size_t i, int frame) const {
    if (i + 1 == places_.size()) return 0;
    std::int64_t least = kImpossible;
    for (const Option& option : places_[i + 1]) {
      if (option.frame > frame) least = std::min(least, option.sum);
    }
    return least;
  }

  std::vector<int> boundaries_;
  FrameRange segment_;
  int reach_ = 0;
  std::vector<std::vector<Option>> places_;
};

/// Distinct begins and ends inside the segment, ascending.
std::vector<int> boundaries_of(std::span<const FrameRange> shots, const FrameRange& segment) {
  std::vector<int> boundaries;
  for (const FrameRange& shot : shots) {
    for (const int frame : {shot.begin_frame, shot.end_frame}) {
      if (frame > segment.begin_frame && frame < segment.end_frame) boundaries.push_back(frame);
    }
  }
  std::sort(boundaries.begin(), boundaries.end());
  boundaries.erase(std::unique(boundaries.begin(), boundaries.end()), boundaries.end());
  return boundaries;
}

void snap(BoundedShots& bounded, const FrameRange& segment, std::span<const Cut> cuts, double fps) {
  const std::vector<int> boundaries = boundaries_of(bounded.ranges, segment);
  const auto places = Snapper(boundaries, segment, cuts, fps).run();
  std::map<int, int> moved_to;
  for (std::size_t i = 0; i < boundaries.size(); ++i) {
    moved_to[boundaries[i]] = places[i].frame;
    if (!places[i].is_cut) {
      ++bounded.without_cut;
      continue;
    }
    bounded.shifts_seconds.push_back((places[i].frame - boundaries[i]) / fps);
    if (places[i].frame != boundaries[i]) ++bounded.moved;
  }
  for (FrameRange& range : bounded.ranges) {
    if (const auto to = moved_to.find(range.begin_frame); to != moved_to.end())
      range.begin_frame = to->second;
    if (const auto to = moved_to.find(range.end_frame); to != moved_to.end())
      range.end_frame = to->second;
  }
}

}  // namespace

BoundaryRule parse_boundary_rule(std::string_view text) {
  if (text == "as-given") return {};
  if (text == "snap" || text == snap_text()) return {.kind = BoundaryRule::Kind::snap};
  if (text.starts_with(kTrim)) {
    const std::string_view number = text.substr(kTrim.size());
    double seconds = -1.0;
    const auto [end, error] =
        std::from_chars(number.data(), number.data() + number.size(), seconds);
    if (error == std::errc{} && end == number.data() + number.size() && seconds > 0.0 &&
        seconds <= kMostTrimmed)
      return {.kind = BoundaryRule::Kind::trim, .seconds = seconds};
    throw UsageError(fmt::format(
        "boundaries {}: expected a number of seconds above 0 and at most {} after \"trim:\", as in "
        "trim:0.5",
        text, kMostTrimmed));
  }
  throw UsageError(fmt::format(
      "boundaries {}: unknown rule.{}\n  Choose from as-given, trim:SECONDS (less at both ends of "
      "a shot), snap (to the nearest cut within a second).",
      text, did_you_mean(std::string(text), {"as-given", "trim:0.5", "snap"})));
}

std::string to_string(const BoundaryRule& rule) {
  switch (rule.kind) {
    case BoundaryRule::Kind::as_given:
      return "as-given";
    case BoundaryRule::Kind::trim:
      return fmt::format("{}{}", kTrim, rule.seconds);
    case BoundaryRule::Kind::snap:
      return snap_text();
  }
  throw InternalError("unknown boundary rule");
}

int trimmed_frames(const BoundaryRule& rule, double fps) {
  return rule.kind == BoundaryRule::Kind::trim ? frames_in(rule.seconds, fps) : 0;
}

BoundedShots apply_boundaries(const BoundaryRule& rule, std::span<const FrameRange> shots,
                              const FrameRange& segment, std::span<const Cut> cuts, double fps) {
  if (!(fps > 0.0)) throw InternalError("boundaries at an unknown frame rate");
  for (const FrameRange& shot : shots) {
    if (shot.empty() || shot.begin_frame < segment.begin_frame ||
        shot.end_frame > segment.end_frame)
      throw InternalError("a shot that is empty or leaves its segment");
  }
  BoundedShots bounded;
  bounded.ranges.assign(shots.begin(), shots.end());
  bounded.boundaries = static_cast<int>(boundaries_of(shots, segment).size());
  if (rule.kind == BoundaryRule::Kind::snap) {
    snap(bounded, segment, cuts, fps);
  } else if (rule.kind == BoundaryRule::Kind::trim) {
    const int frames = trimmed_frames(rule, fps);
    for (FrameRange& range : bounded.ranges) {
      const int cut = std::min(frames, range.end_frame - range.begin_frame);
      range.begin_frame += cut;
      range.end_frame = std::max(range.end_frame - cut, range.begin_frame);
    }
    bounded.moved = frames > 0 ? bounded.boundaries : 0;
  }
  return bounded;
}

ShiftStatistics shift_statistics(std::span<const BoundedShots> segments) {
  ShiftStatistics statistics;
  std::vector<double> shifts;
  for (const BoundedShots& segment : segments) {
    statistics.boundaries += segment.boundaries;
    statistics.moved += segment.moved;
    statistics.without_cut += segment.without_cut;
    shifts.insert(shifts.end(), segment.shifts_seconds.begin(), segment.shifts_seconds.end());
  }
  if (shifts.empty()) return statistics;
  constexpr double kTenths = 10.0;
  const auto middle = static_cast<long>(statistics.by_tenth.size() / 2);
  for (const double shift : shifts) {
    const long bin = std::clamp(std::lround(shift * kTenths) + middle, 0L, 2 * middle);
    ++statistics.by_tenth[static_cast<std::size_t>(bin)];
  }
  std::sort(shifts.begin(), shifts.end());
  statistics.seconds = {sorted_quantile(shifts, 0.0), sorted_quantile(shifts, 0.25),
                        sorted_quantile(shifts, 0.5), sorted_quantile(shifts, 0.75),
                        sorted_quantile(shifts, 1.0)};
  return statistics;
}

}  // namespace asbench::loaders
