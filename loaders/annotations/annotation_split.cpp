#include "loaders/annotations/annotation_split.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/words.h"
#include "loaders/annotations/annotation_form.h"
#include "loaders/annotations/joined_video.h"
#include "loaders/annotations/parse_annotations.h"
#include "loaders/annotations/read_files.h"
#include "loaders/source_videos.h"
#include "loaders/video/clip_reader.h"

namespace asbench::loaders {
namespace {

/// Shots of a lost story of which nothing can be seen: the data set's mean, rounded.
constexpr int kShotsOfAStory = 15;

/// Segments of the file that are not usable: those that the index doesn't list.
std::vector<int> skipped_segments(const IndexedFile& file, const IndexedVideo& video) {
  std::set<int> usable;
  for (std::uint32_t i = 0; i < video.segments; ++i)
    usable.insert(file.segments[video.first_segment + i].index);
  std::vector<int> skipped;
  const int total = static_cast<int>(video.segments + video.skipped);
  for (int i = 0; i < total; ++i) {
    if (!usable.contains(i)) skipped.push_back(i);
  }
  return skipped;
}

/// Ids alone, so that a selection can be made before anything is read.
Split skeleton_of(const AnnotationIndex& index) {
  Split split;
  split.name = "annotations";
  for (const IndexedFile& file : index.files) {
    for (const IndexedVideo& video : file.videos) {
      if (video.is_duplicate) continue;
      split.ips.emplace_back().id = video.id;
      if (video.is_unreadable) split.uncounted_ips.push_back(video.id);
      for (std::uint32_t i = 0; i < video.segments; ++i) {
        Story& story = split.stories.emplace_back();
        story.id = annotated_story_id(video.id, file.segments[video.first_segment + i].index);
        story.ip = video.id;
      }
      for (const int segment : skipped_segments(file, video))
        split.lost.push_back({annotated_story_id(video.id, segment), video.id, kShotsOfAStory});
    }
  }
  finish_split(split);
  return split;
}

/// What is to be read.
struct Chosen {
  std::set<std::string> stories;  ///< lost ones too
  std::set<std::string> ips;
};

Chosen chosen_by(const Split& split) {
  Chosen chosen;
  for (const Ip& ip : split.ips) chosen.ips.insert(ip.id);
  for (const Story& story : split.stories) chosen.stories.insert(story.id);
  for (const LostStory& story : split.lost) chosen.stories.insert(story.id);
  return chosen;
}

/// What is not chosen, by its ids and the numbers of its shots.
std::vector<UnreadStory> unread_of(const AnnotationIndex& index, const Chosen& chosen) {
  std::vector<UnreadStory> unread;
  const auto add = [&](const IndexedVideo& video, int segment, std::vector<int> shots) {
    std::string id = annotated_story_id(video.id, segment);
    if (!chosen.stories.contains(id)) unread.push_back({std::move(id), video.id, std::move(shots)});
  };
  for (const IndexedFile& file : index.files) {
    for (const IndexedVideo& video : file.videos) {
      if (video.is_duplicate) continue;
      for (std::uint32_t i = 0; i < video.segments; ++i) {
        const IndexedSegment& segment = file.segments[video.first_segment + i];
        std::vector<int> shots;
        for (std::uint32_t s = 0; s < segment.shots; ++s)
          shots.push_back(file.shots[segment.first_shot + s].number);
        add(video, segment.index, std::move(shots));
      }
      std::vector<int> usual(kShotsOfAStory);
      std::iota(usual.begin(), usual.end(), 1);
      for (const int segment : skipped_segments(file, video)) add(video, segment, usual);
    }
  }
  return unread;
}

Shot shot_of(const AnnotatedShot& annotated, const std::optional<FrameRange>& frames) {
  Shot shot;
  shot.number = annotated.number;
  shot.caption = annotated.narrative_caption;
  shot.descriptive_caption = annotated.descriptive_caption;
  shot.characters = annotated.characters;
  shot.scene = annotated.scene;
  shot.is_prologue_or_epilogue = annotated.prologue_or_epilogue;
  if (annotated.audio) {
    shot.audio_prompt = annotated.audio->sound_description;
    shot.audio_type = annotated.audio->type;
    shot.audio_context = annotated.audio->visual_context;
  }
  shot.source = frames;
  return shot;
}

/// Why nothing is left of a shot.
std::string_view cause_of_emptiness(const SourceRules& rules) {
  if (rules.part == ShotPart::excerpt) return "the shot's excerpt has no frame in the segment";
  if (rules.boundaries.kind == BoundaryRule::Kind::trim) return "trimmed, the shot has no frame";
  return "the shot has no frame in the video";
}

Story story_of(const AnnotatedVideo& video, const AnnotatedSegment& segment,
               const JoinedSegment& joined, const SourceRules& rules, Findings& findings) {
  Story story;
  story.id = annotated_story_id(video.id, segment.index);
  story.ip = video.id;
  story.prompt = std::to_string(segment.index);
  story.storyline = segment.storyline;
  for (const AnnotatedCharacter& annotated : segment.characters) {
    Character& character = story.characters.emplace_back();
    character.id = annotated.id;
    character.appearance = annotated.appearance;
    for (const JoinedReference& reference : joined.references) {
      if (reference.character != annotated.id) continue;
      character.references.push_back(reference.file);
      character.reference_sha256.push_back(reference.sha256);
      character.reference_frames.push_back(reference.frame);
    }
  }
  for (const AnnotatedScene& scene : segment.scenes)
    story.scenes.push_back({scene.id, scene.environment});
  for (std::size_t i = 0; i < segment.shots.size(); ++i) {
    const AnnotatedShot& shot = segment.shots[i];
    if (joined.shots[i] && joined.shots[i]->empty()) {
      findings.push_back({"empty_range", story.id, shot.number,
                          fmt::format("{}; it is left out", cause_of_emptiness(rules))});
      continue;
    }
    story.shots.push_back(shot_of(shot, joined.shots[i]));
  }
  return story;
}

/// A character with masks for which nobody tried to make a picture; the parser has told of those
/// without a mask.
void tell_unmade_references(const AnnotatedSegment& segment, const std::string& story,
                            Findings& findings) {
  for (const AnnotatedReference& reference : segment.references) {
    if (!reference.is_known || reference.masks.empty()) continue;
    findings.push_back(
        {"missing_reference", story, std::nullopt,
         fmt::format("the character \"{}\" has {} and no picture: pictures are made of the source "
                     "video (--videos) and its masks",
                     reference.character, counted(std::ssize(reference.masks), "mask", "masks"))});
  }
}

/// Adds the stories that were chosen.
class SplitBuilder {
 public:
  SplitBuilder(const Chosen& chosen, const SourceRules& rules) : chosen_(chosen), rules_(rules) {}

  void add(const AnnotatedVideo& video, const JoinedVideo& joined) {
    Ip& ip = split_.ips.emplace_back();
    ip.id = video.id;
    ip.video = joined.file;
    auto part = joined.segments.begin();
    for (const AnnotatedSegment& segment : video.segments) {
      const std::string id = annotated_story_id(video.id, segment.index);
      if (!chosen_.stories.contains(id)) continue;
      bounds_.emplace_back(id, part->bounds);
      Story story = story_of(video, segment, *part++, rules_, split_.findings);
      if (story.shots.empty()) {
        split_.findings.push_back(
            {"empty_story", id, std::nullopt, "no shot of the story is left"});
        split_.lost.push_back({id, video.id, static_cast<int>(segment.shots.size())});
        continue;
      }
      split_.stories.push_back(std::move(story));
      if (!joined.file || !(video.fps > 0.0)) tell_unmade_references(segment, id, split_.findings);
    }
    for (const SkippedSegment& segment : video.skipped) {
      std::string id = annotated_story_id(video.id, segment.index);
      if (!chosen_.stories.contains(id)) continue;
      const int shots = segment.shots > 0 ? segment.shots : kShotsOfAStory;
      split_.lost.push_back({std::move(id), video.id, shots});
    }
    split_.findings.insert(split_.findings.end(), joined.findings.begin(), joined.findings.end());
  }

  Split& split() { return split_; }

  /// Threads hand files over in any order; the split doesn't depend on it.
  Split finish() {
    std::sort(split_.uncounted_ips.begin(), split_.uncounted_ips.end());
    std::stable_sort(split_.findings.begin(), split_.findings.end(),
                     [](const Finding& a, const Finding& b) {
                       return std::tie(a.story, a.kind) < std::tie(b.story, b.kind);
                     });
    if (rules_.boundaries == BoundaryRule() && rules_.part == ShotPart::whole)
      return std::move(split_);
    std::sort(bounds_.begin(), bounds_.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<BoundedShots> bounds;
    for (auto& [story, bounded] : bounds_) bounds.push_back(std::move(bounded));
    split_.source = {to_string(rules_.boundaries), std::string(to_string(rules_.part)),
                     shift_statistics(bounds)};
    return std::move(split_);
  }

 private:
  const Chosen& chosen_;
  const SourceRules& rules_;
  Split split_;
  std::vector<std::pair<std::string, BoundedShots>> bounds_;  ///< by story
};

/// Videos that threads have joined with their files, by the place of their annotation.
class JoinedFiles {
 public:
  void put(std::size_t place, std::vector<JoinedVideo> videos) {
    const std::lock_guard lock(mutex_);
    files_[place] = std::move(videos);
  }
  std::vector<JoinedVideo> take(std::size_t place) {
    const std::lock_guard lock(mutex_);
    return std::move(files_.extract(place).mapped());
  }

 private:
  std::mutex mutex_;
  std::map<std::size_t, std::vector<JoinedVideo>> files_;
};

/// The findings about what was chosen.
void add_findings(const AnnotationIndex& index, const IndexedFile& file, const Chosen& chosen,
                  Split& split) {
  for (const IndexedFinding& indexed : file.findings) {
    if (indexed.segment >= 0) {
      const std::string& video = file.videos[indexed.video].id;
      if (!chosen.stories.contains(annotated_story_id(video, indexed.segment))) continue;
    } else if (indexed.video != IndexedFinding::kNoVideo &&
               !chosen.ips.contains(file.videos[indexed.video].id)) {
      continue;
    }
    split.findings.push_back(index.finding(file, indexed));
  }
}

Split read_chosen(const AnnotationSource& source, const AnnotationIndex& index,
                  const Chosen& chosen, const SourceRules& rules) {
  check(rules);
  std::optional<SourceVideos> videos;
  if (rules.videos) {
    silence_decoders();
    videos.emplace(*rules.videos);
  }
  SplitBuilder builder(chosen, rules);
  Split& split = builder.split();
  split.name = name_of_annotations(source.path());
  split.form = "annotations";
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < index.files.size(); ++i) {
    const IndexedFile& file = index.files[i];
    const bool wanted = std::any_of(file.videos.begin(), file.videos.end(), [&](const auto& video) {
      return chosen.ips.contains(video.id);
    });
    if (!wanted) continue;
    places.push_back(i);
    add_findings(index, file, chosen, split);
  }
  const auto is_used = [&](const IndexedVideo& video) {
    return !video.is_duplicate && chosen.ips.contains(video.id);
  };
  JoinedFiles joined_files;
  const FileReceiver join = [&](std::size_t place, const AnnotationFile& file) {
    const IndexedFile& indexed = index.files[place];
    if (file.videos.size() != indexed.videos.size()) {
      throw BadInput(fmt::format("{}: the file {} has changed while it was read",
                                 source.path().string(), indexed.entry.name));
    }
    std::vector<JoinedVideo> joined(file.videos.size());
    for (std::size_t i = 0; i < joined.size(); ++i) {
      if (is_used(indexed.videos[i]))
        joined[i] = join_video(file.videos[i], chosen.stories, videos ? &*videos : nullptr, rules);
    }
    joined_files.put(place, std::move(joined));
  };
  const FileReceiver add = [&](std::size_t place, const AnnotationFile& file) {
    if (!videos) join(place, file);
    const std::vector<JoinedVideo> joined = joined_files.take(place);
    const IndexedFile& indexed = index.files[place];
    for (std::size_t i = 0; i < joined.size(); ++i) {
      if (!is_used(indexed.videos[i])) continue;
      builder.add(file.videos[i], joined[i]);
      if (indexed.videos[i].is_unreadable) split.uncounted_ips.push_back(file.videos[i].id);
    }
  };
  read_files(source, places, rules.threads, add, videos ? join : FileReceiver());
  return builder.finish();
}

}  // namespace

Split read_annotation_split(const std::filesystem::path& path, const Selection& selection,
                            const SourceRules& rules, std::size_t most_stories) {
  const AnnotationSource source(path);
  const AnnotationIndex index = index_annotations(source);
  const Chosen chosen = chosen_by(select(skeleton_of(index), selection));
  if (chosen.stories.size() > most_stories) {
    throw BadInput(fmt::format(
        "{}: {} stories are too many for one run (at most {}).\n  Choose {} with --ips, --stories, "
        "--limit or --subset, or draw an evaluation split once: asbench split make --from {} "
        "--draw-stories 200 --out split.json",
        path.string(), chosen.stories.size(), most_stories, is_whole(selection) ? "some" : "fewer",
        path.string()));
  }
  Split split = read_chosen(source, index, chosen, rules);
  if (is_whole(selection)) {
    const Findings unknown = index.unknown_key_findings();
    split.findings.insert(split.findings.end(), unknown.begin(), unknown.end());
  } else {
    split.unread = unread_of(index, chosen);
  }
  return split;
}

Split annotation_split_of(const AnnotationSource& source, const AnnotationIndex& index,
                          const std::set<std::string>& stories, const SourceRules& rules) {
  Chosen chosen{stories, {}};
  for (const std::string& story : stories) chosen.ips.insert(story.substr(0, story.rfind('/')));
  return read_chosen(source, index, chosen, rules);
}

}  // namespace asbench::loaders
