#include "loaders/annotations/annotation_split.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/words.h"
#include "loaders/annotations/annotation_form.h"
#include "loaders/annotations/parse_annotations.h"
#include "loaders/annotations/read_files.h"

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

/// The frames of the source video that the rule takes of a shot; nothing when none is left.
std::optional<FrameSpan> frames_taken(const AnnotatedShot& shot, const AnnotatedSegment& segment,
                                      double fps, const ExcerptRule& boundaries) {
  const auto seconds = seconds_taken(shot.seconds, shot.excerpt, boundaries);
  if (!seconds) return std::nullopt;
  return frames_of(*seconds, segment.frames, fps);
}

Shot shot_of(const AnnotatedShot& annotated, const std::optional<FrameSpan>& frames) {
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
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  if (frames && frames->end <= kMost)
    shot.source = FrameRange{static_cast<int>(frames->first), static_cast<int>(frames->end)};
  return shot;
}

Story story_of(const AnnotatedVideo& video, const AnnotatedSegment& segment,
               const ExcerptRule& boundaries, Findings& findings) {
  Story story;
  story.id = annotated_story_id(video.id, segment.index);
  story.ip = video.id;
  story.prompt = std::to_string(segment.index);
  story.storyline = segment.storyline;
  for (const AnnotatedCharacter& character : segment.characters)
    story.characters.push_back({character.id, character.appearance, {}, {}});
  for (const AnnotatedScene& scene : segment.scenes)
    story.scenes.push_back({scene.id, scene.environment});
  for (const AnnotatedShot& shot : segment.shots) {
    std::optional<FrameSpan> frames;
    if (shot.frames) {
      frames = frames_taken(shot, segment, video.fps, boundaries);
      if (!frames) {
        findings.push_back({"empty_range", story.id, shot.number,
                            "the rule for boundaries leaves no frame of the shot; it is left out"});
        continue;
      }
    }
    story.shots.push_back(shot_of(shot, frames));
  }
  return story;
}

/// A character with masks has no picture yet; the parser has told of those without a mask.
void tell_unmade_references(const AnnotatedSegment& segment, const std::string& story,
                            Findings& findings) {
  for (const AnnotatedReference& reference : segment.references) {
    if (!reference.is_known || reference.masks.empty()) continue;
    findings.push_back(
        {"missing_reference", story, std::nullopt,
         fmt::format("the character \"{}\" has {} and no picture: pictures are made of the source "
                     "video and its masks",
                     reference.character, counted(std::ssize(reference.masks), "mask", "masks"))});
  }
}

void add_video(const AnnotatedVideo& video, const Chosen& chosen, const ExcerptRule& boundaries,
               Split& split) {
  split.ips.emplace_back().id = video.id;
  for (const AnnotatedSegment& segment : video.segments) {
    const std::string id = annotated_story_id(video.id, segment.index);
    if (!chosen.stories.contains(id)) continue;
    Story story = story_of(video, segment, boundaries, split.findings);
    if (story.shots.empty()) {
      split.findings.push_back({"empty_story", id, std::nullopt, "no shot of the story is left"});
      split.lost.push_back({id, video.id, static_cast<int>(segment.shots.size())});
      continue;
    }
    split.stories.push_back(std::move(story));
    tell_unmade_references(segment, id, split.findings);
  }
  for (const SkippedSegment& segment : video.skipped) {
    std::string id = annotated_story_id(video.id, segment.index);
    if (!chosen.stories.contains(id)) continue;
    const int shots = segment.shots > 0 ? segment.shots : kShotsOfAStory;
    split.lost.push_back({std::move(id), video.id, shots});
  }
}

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
                  const Chosen& chosen, const ExcerptRule& boundaries) {
  Split split;
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
  read_files(source, places, 0, [&](std::size_t place, const AnnotationFile& file) {
    const IndexedFile& indexed = index.files[place];
    if (file.videos.size() != indexed.videos.size()) {
      throw BadInput(fmt::format("{}: the file {} has changed while it was read",
                                 source.path().string(), indexed.entry.name));
    }
    for (std::size_t i = 0; i < file.videos.size(); ++i) {
      if (indexed.videos[i].is_duplicate || !chosen.ips.contains(file.videos[i].id)) continue;
      add_video(file.videos[i], chosen, boundaries, split);
      if (indexed.videos[i].is_unreadable) split.uncounted_ips.push_back(file.videos[i].id);
    }
  });
  // Threads hand files over in any order.
  std::sort(split.uncounted_ips.begin(), split.uncounted_ips.end());
  std::stable_sort(split.findings.begin(), split.findings.end(),
                   [](const Finding& a, const Finding& b) { return a.story < b.story; });
  return split;
}

}  // namespace

Split read_annotation_split(const std::filesystem::path& path, const Selection& selection,
                            const ExcerptRule& boundaries) {
  const AnnotationSource source(path);
  const AnnotationIndex index = index_annotations(source);
  const Split skeleton = skeleton_of(index);
  if (is_whole(selection) && skeleton.stories.size() > kMostAnnotatedStories) {
    throw BadInput(fmt::format(
        "{}: {} stories are too many for one run (at most {}).\n  Choose some with --ips, "
        "--stories, --limit or --subset, or draw an evaluation split once: asbench split make "
        "--from {} --draw-stories 200 --out split.json",
        path.string(), skeleton.stories.size(), kMostAnnotatedStories, path.string()));
  }
  Split split = read_chosen(source, index, chosen_by(select(skeleton, selection)), boundaries);
  if (is_whole(selection)) {
    const Findings unknown = index.unknown_key_findings();
    split.findings.insert(split.findings.end(), unknown.begin(), unknown.end());
  }
  return split;
}

Split annotation_split_of(const AnnotationSource& source, const AnnotationIndex& index,
                          const std::set<std::string>& stories, const ExcerptRule& boundaries) {
  Chosen chosen{stories, {}};
  for (const std::string& story : stories) chosen.ips.insert(story.substr(0, story.rfind('/')));
  return read_chosen(source, index, chosen, boundaries);
}

}  // namespace asbench::loaders
