#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.h"
#include "loaders/annotations/shot_times.h"
#include "loaders/frame_range.h"
#include "loaders/masks/reference_picture.h"

// What AnimeShooter's annotation files say, as plain values (docs/design/dataset.md 2 to 5). Texts
// are UTF-8 as the file has them; ids are those of the file.
namespace asbench::loaders {

/// A main character of a segment. Its id means nothing in another segment.
struct AnnotatedCharacter {
  std::string id;
  std::string appearance;  ///< may be empty
  bool operator==(const AnnotatedCharacter&) const = default;
};

/// A main scene of a segment ("setting" in some files).
struct AnnotatedScene {
  std::string id;
  std::string environment;  ///< may be empty
  bool operator==(const AnnotatedScene&) const = default;
};

/// The masks of one character; each mask's frame and the mask make a reference image.
struct AnnotatedReference {
  std::string character;  ///< a main character's id, or as written when it is nobody's
  bool is_known = true;   ///< whether `character` is a main character
  std::vector<CharacterMask> masks;
  int placeholders = 0;  ///< masks that are a text in the place of run lengths; not in `masks`
  bool operator==(const AnnotatedReference&) const = default;
};

/// What a shot of AnimeShooter-audio says about its sound.
struct AudioAnnotation {
  std::optional<std::string> type;
  std::optional<std::string> sound_description;
  std::optional<std::string> visual_context;
  bool operator==(const AudioAnnotation&) const = default;
};

struct AnnotatedShot {
  int number = 1;        ///< from 1, in the order of the file; skipped shots keep theirs
  SecondsRange seconds;  ///< from the segment's first frame on, clipped to the segment
  std::optional<SecondsRange> excerpt;  ///< "extra 4-second ...", the same clock; inside the shot
  /// Of the source video, by the times as they are given; nothing where the file states no fps.
  std::optional<FrameRange> frames;
  bool prologue_or_epilogue = false;
  std::vector<std::string> characters;  ///< main characters' ids; unknown ones as written
  std::optional<std::string> scene;
  std::optional<std::string> narrative_caption;
  std::optional<std::string> descriptive_caption;
  std::optional<AudioAnnotation> audio;
  bool operator==(const AnnotatedShot&) const = default;
};

/// One story: about a minute of the video.
struct AnnotatedSegment {
  int index = 0;      ///< from 0, its place in the file
  FrameRange frames;  ///< of the source video
  std::string storyline;
  std::vector<AnnotatedCharacter> characters;
  std::vector<AnnotatedScene> scenes;
  std::vector<AnnotatedShot> shots;  ///< at least one
  std::vector<AnnotatedReference> references;
  bool operator==(const AnnotatedSegment&) const = default;
};

/// A segment that can't be used; a finding says why.
struct SkippedSegment {
  int index = 0;
  int shots = 0;  ///< as many as the file lists; 0: not known
  bool operator==(const SkippedSegment&) const = default;
};

struct AnnotatedVideo {
  std::string id;    ///< can be part of a path (the IP's id)
  double fps = 0.0;  ///< frames a second; 0: not stated
  std::vector<AnnotatedSegment> segments;
  std::vector<SkippedSegment> skipped;
  bool operator==(const AnnotatedVideo&) const = default;
};

/// Something in a file that is not as it should be. Its place are numbers, so that millions of them
/// stay small.
struct AnnotationFinding {
  std::string_view kind;  ///< a literal
  int video = -1;         ///< place in AnnotationFile::videos; -1: about the file
  int segment = -1;       ///< AnnotatedSegment::index; -1: about the video
  int shot = 0;           ///< AnnotatedShot::number; 0: about the segment
  std::string text;       ///< what, in words; without file, story and shot
  bool operator==(const AnnotationFinding&) const = default;
};

/// The finding for people: its story is "<video>/<segment>", its detail names the file.
/// @param file   what to call the file
/// @param video  the video's id; empty: about the file
[[nodiscard]] Finding to_finding(const AnnotationFinding& finding, std::string_view file,
                                 std::string_view video);

/// "<video>/<segment>": a story's id.
[[nodiscard]] std::string annotated_story_id(std::string_view video, int segment);

}  // namespace asbench::loaders
