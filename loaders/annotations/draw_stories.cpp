#include "loaders/annotations/draw_stories.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/stats.h"
#include "core/words.h"
#include "loaders/annotations/annotation.h"
#include "loaders/name_match.h"

namespace asbench::loaders {
namespace {

/// Segments of the file that have a finding which keeps them from being drawn.
std::set<std::pair<std::uint16_t, std::int32_t>> defective(const AnnotationIndex& index,
                                                           const IndexedFile& file,
                                                           const StoryFilter& filter) {
  std::set<std::pair<std::uint16_t, std::int32_t>> segments;
  if (!filter.is_defect) return segments;
  for (const IndexedFinding& finding : file.findings) {
    if (finding.segment >= 0 && filter.is_defect(index.kinds[finding.kind]))
      segments.emplace(finding.video, finding.segment);
  }
  return segments;
}

/// Whether the rule leaves a shot of the story no frame.
bool loses_a_shot(const IndexedFile& file, const IndexedVideo& video, const IndexedSegment& segment,
                  const BoundaryRule& rule) {
  if (!(video.fps > 0.0)) return false;  // such shots have no frames to trim
  const std::int64_t trimmed = 2 * std::int64_t{trimmed_frames(rule, video.fps)};
  if (trimmed == 0) return false;
  for (std::uint32_t i = 0; i < segment.shots; ++i) {
    const IndexedShot& shot = file.shots[segment.first_shot + i];
    if (shot.first_frame >= 0 && shot.end_frame - shot.first_frame <= trimmed) return true;
  }
  return false;
}

/// Why a story is left out; empty: it passes.
std::string_view reason_against(const IndexedFile& file, const IndexedVideo& video,
                                const IndexedSegment& segment, const StoryFilter& filter) {
  std::int64_t shots = 0;
  for (std::uint32_t i = 0; i < segment.shots; ++i) {
    if (!file.shots[segment.first_shot + i].is(IndexedShot::prologue_or_epilogue)) ++shots;
  }
  const double frames = static_cast<double>(segment.end_frame - segment.first_frame);
  const double seconds = video.fps > 0.0 ? frames / video.fps : 0.0;
  if (!filter.characters.contains(segment.characters)) return "number of characters";
  if (!filter.shots.contains(shots)) return "number of shots";
  if (!filter.scenes.contains(segment.scenes)) return "number of scenes";
  if (seconds < filter.least_seconds) return "too short";
  if (filter.with_references &&
      (segment.characters == 0 || segment.references < segment.characters))
    return "a character without a mask";
  if (loses_a_shot(file, video, segment, filter.boundaries)) return "a shot that is trimmed away";
  return {};
}

template <typename T>
void shuffle(std::vector<T>& values, SplitMix64& random) {
  for (std::size_t i = values.size(); i > 1; --i)
    std::swap(values[i - 1], values[static_cast<std::size_t>(random.below(i))]);
}

using StoriesByIp = std::map<std::string, std::vector<std::string>>;

StoriesByIp candidates(const AnnotationIndex& index, const StoryFilter& filter,
                       DrawnStories& drawn) {
  StoriesByIp by_ip;
  for (const IndexedFile& file : index.files) {
    const auto defects = defective(index, file, filter);
    for (std::size_t v = 0; v < file.videos.size(); ++v) {
      const IndexedVideo& video = file.videos[v];
      if (video.is_duplicate) continue;
      const bool is_excluded = filter.without_ips.contains(nfc(video.id));
      for (std::uint32_t i = 0; i < video.segments; ++i) {
        const IndexedSegment& segment = file.segments[video.first_segment + i];
        std::string_view reason = reason_against(file, video, segment, filter);
        if (defects.contains({static_cast<std::uint16_t>(v), segment.index}))
          reason = "a defect of the annotation";
        if (is_excluded) reason = "listed as not to be drawn";
        if (reason.empty())
          by_ip[video.id].push_back(annotated_story_id(video.id, segment.index));
        else
          ++drawn.left_out[std::string(reason)];
      }
    }
  }
  return by_ip;
}

[[noreturn]] void refuse(const DrawSize& size, std::size_t available, const DrawnStories& drawn) {
  std::string reasons;
  for (const auto& [reason, number] : drawn.left_out)
    reasons += fmt::format("\n  {}: {}", reason,
                           counted(static_cast<std::int64_t>(number), "story", "stories"));
  throw UsageError(fmt::format(
      "{} can't be drawn: with these options there {} {}, of {} that pass the filters.\n  Left "
      "out:{}",
      counted(size.stories, "story", "stories"), available == 1 ? "is" : "are", available,
      drawn.of_stories, reasons.empty() ? " none" : reasons));
}

}  // namespace

DrawnStories draw_stories(const AnnotationIndex& index, const StoryFilter& filter,
                          const DrawSize& size, std::uint64_t seed) {
  if (size.stories < 1 || size.ips.value_or(1) < 1 || size.stories_per_ip.value_or(1) < 1)
    throw UsageError("the numbers of stories and of IPs to draw must be 1 or more");
  DrawnStories drawn;
  StoriesByIp by_ip = candidates(index, filter, drawn);
  drawn.of_ips = by_ip.size();
  for (const auto& [ip, stories] : by_ip) drawn.of_stories += stories.size();

  SplitMix64 random(seed);
  std::vector<std::string> order;
  for (const auto& [ip, stories] : by_ip) order.push_back(ip);
  shuffle(order, random);
  // Every IP's stories are shuffled, whether it is taken or not: another size leaves the order of
  // the rest as it is.
  for (auto& [ip, stories] : by_ip) shuffle(stories, random);
  if (size.ips && order.size() > static_cast<std::size_t>(*size.ips))
    order.resize(static_cast<std::size_t>(*size.ips));

  std::size_t most_rounds = 1;
  for (const std::string& ip : order) most_rounds = std::max(most_rounds, by_ip[ip].size());
  std::vector<std::string> ids;
  if (size.stories_per_ip) {
    for (const std::string& ip : order) {
      const auto& stories = by_ip[ip];
      const auto count = std::min(stories.size(), static_cast<std::size_t>(*size.stories_per_ip));
      ids.insert(ids.end(), stories.begin(), stories.begin() + static_cast<std::ptrdiff_t>(count));
    }
  } else {
    for (std::size_t round = 0; round < most_rounds; ++round) {
      for (const std::string& ip : order) {
        if (round < by_ip[ip].size()) ids.push_back(by_ip[ip][round]);
      }
    }
  }
  const auto wanted = static_cast<std::size_t>(size.stories);
  if (ids.size() < wanted) refuse(size, ids.size(), drawn);
  ids.resize(wanted);
  std::set<std::string> ips;
  for (const std::string& id : ids) ips.insert(id.substr(0, id.rfind('/')));
  drawn.ips = ips.size();
  drawn.stories.insert(ids.begin(), ids.end());
  return drawn;
}

}  // namespace asbench::loaders
