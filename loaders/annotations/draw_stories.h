#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "loaders/annotations/index.h"
#include "loaders/boundaries/boundary_rule.h"

namespace asbench::loaders {

/// Ends included.
struct NumberBounds {
  int least = 0;
  int most = std::numeric_limits<int>::max();
  [[nodiscard]] bool contains(std::int64_t number) const {
    return number >= least && number <= most;
  }
};

/// Which stories of a data set may be drawn.
struct StoryFilter {
  NumberBounds characters = {};  ///< main characters
  NumberBounds shots = {};       ///< that can be used, without prologues and epilogues
  NumberBounds scenes = {};
  double least_seconds = 0.0;    ///< length of the story; one without a frame rate has none
  bool with_references = false;  ///< every main character has a mask, and there is one
  /// Such as those of a training set: ids in normalisation form C (name_match.h, nfc()).
  std::set<std::string> without_ips = {};
  /// A story of which trim would leave a shot no frame is not drawn.
  BoundaryRule boundaries = {};
  /// Kinds of findings that a drawn story must not have. Empty: none.
  std::function<bool(std::string_view kind)> is_defect = {};
};

/// How much is drawn. Without `stories_per_ip`, one story of each IP is taken, then a second one,
/// and so on: intervals are by IP, so many IPs are worth more than many stories.
struct DrawSize {
  int stories = 0;                         ///< >= 1
  std::optional<int> ips = {};             ///< at most so many IPs
  std::optional<int> stories_per_ip = {};  ///< each drawn IP gives so many; the last one fewer
};

struct DrawnStories {
  std::set<std::string> stories;  ///< ids
  std::size_t ips = 0;            ///< that they are of
  std::size_t of_stories = 0;     ///< that passed the filter
  std::size_t of_ips = 0;
  /// Why stories were left out, in words, with their number: the first reason of each story.
  std::map<std::string, std::size_t> left_out;
};

/// Draws stories for an evaluation split. The draw depends on the ids, the filter, the size and the
/// seed alone, not on the order of files (SplitMix64, Fisher-Yates over IPs in byte order of their
/// ids, then over each IP's stories). @throws UsageError for sizes below 1, and when fewer stories
/// than asked for pass the filter; the message says why the others were left out.
[[nodiscard]] DrawnStories draw_stories(const AnnotationIndex& index, const StoryFilter& filter,
                                        const DrawSize& size, std::uint64_t seed);

}  // namespace asbench::loaders
