#include "loaders/annotations/joined_video.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "core/cache_folder.h"
#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/write_file.h"
#include "loaders/annotations/joined_record.h"
#include "loaders/boundaries/frame_map.h"
#include "loaders/boundaries/source_cuts.h"
#include "loaders/masks/reference_files.h"
#include "loaders/video/decoder.h"

namespace asbench::loaders {
namespace {

namespace fs = std::filesystem;

/// Of the annotation; nothing where it states no times.
std::optional<FrameRange> frames_taken(const AnnotatedShot& shot, const AnnotatedSegment& segment,
                                       double fps, ShotPart part) {
  if (!shot.frames) return std::nullopt;
  if (part == ShotPart::whole || !shot.excerpt) return shot.frames;
  return frames_of(*shot.excerpt, segment.frames, fps).value_or(FrameRange{});
}

FrameRange mapped(const FrameRange& range, const FrameMap& map) {
  return {map(range.begin_frame), map(range.end_frame)};
}

class Joiner {
 public:
  Joiner(const AnnotatedVideo& video, const std::set<std::string>& stories,
         const SourceRules& rules)
      : video_(video), rules_(rules) {
    for (const AnnotatedSegment& segment : video.segments) {
      if (!stories.contains(annotated_story_id(video.id, segment.index))) continue;
      chosen_.push_back(&segment);
      joined_.segments.push_back({segment.index, {}, {}, {}});
    }
  }

  JoinedVideo without_file(Findings findings) {
    joined_.findings = std::move(findings);
    bound_shots({});
    return std::move(joined_);
  }

  JoinedVideo with_file(const fs::path& file) {
    if (chosen_.empty()) {
      joined_.file = file;
      return std::move(joined_);
    }
    if (rules_.pictures) {
      make(file, *rules_.pictures, rules_.force);
      return std::move(joined_);
    }
    const fs::path cache = rules_.cache.value_or(cache_folder());
    if (cache.empty()) {
      throw UsageError(
          "--videos: no folder is known for the reference pictures: set HOME or ASBENCH_CACHE.");
    }
    const fs::path folder =
        cache / "sources" / joined_key(file, video_, chosen_, rules_).substr(0, 32);
    if (auto kept = read_joined_record(folder, chosen_)) {
      kept->file = file;
      return std::move(*kept);
    }
    make(file, folder, true);
    write_joined_record(joined_, folder);
    return std::move(joined_);
  }

 private:
  void make(const fs::path& file, const fs::path& folder, bool force) {
    joined_.file = file;
    make_pictures(file, folder, force);
    try {
      map_ = {video_.fps, VideoDecoder(file, {}).fps()};
    } catch (const BrokenVideo&) {
      // Said already, by make_pictures(). Frames stay those of the annotation.
    }
    bound_shots(rules_.boundaries.kind == BoundaryRule::Kind::snap && video_.fps > 0.0
                    ? cuts_in(file)
                    : std::vector<std::vector<Cut>>());
  }

  void make_pictures(const fs::path& file, const fs::path& folder, bool force) {
    if (!(video_.fps > 0.0)) return;  // `missing_fps` says so
    std::vector<CharacterMasks> characters;
    std::map<std::string, std::size_t> segment_of;
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      const std::string story = annotated_story_id(video_.id, chosen_[i]->index);
      segment_of[story] = i;
      for (const AnnotatedReference& reference : chosen_[i]->references) {
        if (reference.is_known && !reference.masks.empty())
          characters.push_back({story, reference.character, reference.masks});
      }
    }
    const ReferenceFiles made = write_reference_pictures(file, video_.id, characters, folder,
                                                         {{rules_.references, video_.fps}, force});
    for (const ReferenceFiles::File& picture : made.files) {
      joined_.segments[segment_of.at(picture.segment)].references.push_back(
          {picture.character, picture.path, sha256_file(picture.path), picture.frame});
    }
    joined_.findings.insert(joined_.findings.end(), made.findings.begin(), made.findings.end());
  }

  std::vector<std::vector<Cut>> cuts_in(const fs::path& file) {
    std::vector<FrameRange> ranges;
    for (const AnnotatedSegment* segment : chosen_) ranges.push_back(mapped(segment->frames, map_));
    std::vector<std::vector<Cut>> cuts(chosen_.size());
    try {
      SourceCuts found = find_source_cuts(file, ranges, video_.fps);
      if (found.damage) say_once("video_unreadable", found.damage->cause());
      if (found.has_variable_rate)
        say_once("vfr", "its frame rate varies; frames are counted as they decode");
      for (std::size_t i = 0; i < cuts.size(); ++i) cuts[i] = std::move(found.ranges[i].cuts);
    } catch (const BrokenVideo& broken) {
      say_once("video_unreadable", broken.cause());
    }
    return cuts;
  }

  /// A finding about the video, unless the pictures gave one of its kind.
  void say_once(const char* kind, const std::string& what) {
    const auto known = [&](const Finding& finding) { return finding.kind == kind; };
    if (std::any_of(joined_.findings.begin(), joined_.findings.end(), known)) return;
    joined_.findings.push_back(
        {kind, "", std::nullopt, fmt::format("video {}: {}", video_.id, what)});
  }

  /// @param cuts  of each segment; none: not looked for
  void bound_shots(const std::vector<std::vector<Cut>>& cuts) {
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      bound_segment(*chosen_[i], cuts.empty() ? std::vector<Cut>() : cuts[i], joined_.segments[i]);
    }
  }

  void bound_segment(const AnnotatedSegment& segment, const std::vector<Cut>& cuts,
                     JoinedSegment& joined) {
    std::vector<FrameRange> ranges;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < segment.shots.size(); ++i) {
      auto taken = frames_taken(segment.shots[i], segment, video_.fps, rules_.part);
      if (taken) taken = mapped(*taken, map_);
      joined.shots.push_back(taken);
      if (!taken || taken->empty()) continue;
      ranges.push_back(*taken);
      places.push_back(i);
    }
    if (ranges.empty()) return;
    const double fps = map_.file_fps > 0.0 ? map_.file_fps : video_.fps;
    joined.bounds =
        apply_boundaries(rules_.boundaries, ranges, mapped(segment.frames, map_), cuts, fps);
    for (std::size_t i = 0; i < places.size(); ++i)
      joined.shots[places[i]] = joined.bounds.ranges[i];
    joined.bounds.ranges.clear();
  }

  const AnnotatedVideo& video_;
  const SourceRules& rules_;
  std::vector<const AnnotatedSegment*> chosen_;
  FrameMap map_;
  JoinedVideo joined_;
};

}  // namespace

JoinedVideo join_video(const AnnotatedVideo& video, const std::set<std::string>& stories,
                       const SourceVideos* videos, const SourceRules& rules) {
  Joiner joiner(video, stories, rules);
  if (videos == nullptr) return joiner.without_file({});
  SourceVideos::Answer answer = videos->find(video.id);
  if (answer.file) return joiner.with_file(*answer.file);
  Findings findings;
  if (answer.finding) findings.push_back(std::move(*answer.finding));
  return joiner.without_file(std::move(findings));
}

}  // namespace asbench::loaders
