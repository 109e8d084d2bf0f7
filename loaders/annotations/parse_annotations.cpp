#include "loaders/annotations/parse_annotations.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "loaders/annotations/fields.h"
#include "loaders/annotations/parse_parts.h"
#include "loaders/splits/common.h"
#include "loaders/text_file.h"

namespace asbench::loaders {
namespace {

constexpr double kMostFps = 1000.0;
constexpr double kMostFrames = 2e9;

bool is_video(const Json& value) {
  if (!value.is_object()) return false;
  return std::any_of(value.items().begin(), value.items().end(), [](const auto& member) {
    return plain_key(member.key()) == "segments" && member.value().is_array();
  });
}

/// A frame's index: a whole number that is not negative.
std::optional<int> frame_index(const Json* value) {
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const double number = value->get<double>();
  if (!(number >= 0.0 && number <= kMostFrames) || number != std::floor(number))
    return std::nullopt;
  return static_cast<int>(number);
}

class FileParser {
 public:
  explicit FileParser(const AnnotationFileName& name) : name_(name) {}

  AnnotationFile run(std::string_view bytes) {
    if (const auto document = parse(bytes)) {
      if (is_video(*document)) {
        video(*document, {});
      } else if (holds_annotations(*document)) {
        wrapper(*document);
      } else {
        lose_video(
            {}, "bad_schema",
            "the file has no list \"segments\", so it is not an annotation of this data set");
      }
    }
    return done();
  }

  AnnotationFile without_bytes(const std::string& problem) {
    lose_video({}, "bad_json", problem);
    return done();
  }

 private:
  AnnotationFile done() {
    tell_placeholders();
    file_.findings = std::move(notes_.findings);
    file_.unknown_keys = std::move(notes_.unknown_keys);
    return std::move(file_);
  }

  std::optional<Json> parse(std::string_view bytes) {
    try {
      if (bytes.empty()) throw BadInput("empty file (0 bytes)");
      const Text text = decode_file_text(bytes, name_.shown);
      std::vector<std::string> doubled;
      Json document = parse_json(text.utf8, name_.shown, {}, &doubled);
      if (!text.is_utf8())
        notes_.add_finding("text_encoding", {}, encoding_note(text, name_.shown));
      for (const std::string& key : doubled) {
        notes_.add_finding(
            "duplicate_key", {},
            fmt::format("the key \"{}\" occurs twice in one object; the last value counts", key));
      }
      return document;
    } catch (const BadInput& error) {
      lose_video({}, "bad_json", error.what());
      return std::nullopt;
    }
  }

  /// A video of which nothing can be read.
  void lose_video(const std::string& key, std::string_view kind, std::string text) {
    AnnotatedVideo& lost = file_.videos.emplace_back();
    lost.id = is_safe_id(key) ? key : name_.stem;
    const int place = static_cast<int>(file_.videos.size()) - 1;
    file_.unreadable.push_back(place);
    notes_.add_finding(kind, {place, -1, 0}, std::move(text));
  }

  void wrapper(const Json& document) {
    for (const auto& [key, value] : document.items()) {
      if (is_video(value)) {
        video(value, key);
      } else if (value.is_object()) {
        lose_video(key, "bad_schema", fmt::format("\"{}\" has no list \"segments\"", excerpt(key)));
      } else {
        ++notes_.unknown_keys[key];
      }
    }
  }

  void video(const Json& document, const std::string& key) {
    file_.videos.emplace_back();
    AnnotatedVideo& video = file_.videos.back();
    const AnnotationPlace place{static_cast<int>(file_.videos.size()) - 1, -1, 0};
    Fields fields(document, notes_, place);
    video.id = id_of(fields, key, place);
    static_cast<void>(fields.take({"url"}));
    video.fps = fps_of(fields.take({"fps"}), place);
    const Json& segments = *fields.take({"segments"});
    fields.count_the_rest();
    if (!segments.is_array()) {  // a second spelling of the key has the list
      file_.unreadable.push_back(place.video);
      notes_.add_finding("bad_schema", place, "\"segments\" is no list");
      return;
    }
    int last_end = 0;
    for (std::size_t i = 0; i < segments.size(); ++i) {
      AnnotationPlace of_segment = place;
      of_segment.segment = static_cast<int>(i);
      auto read = segment(segments[i], video.fps, of_segment);
      if (!read) continue;
      if (read->frames.begin_frame < last_end) {
        notes_.add_finding(
            "segment_overlap", of_segment,
            fmt::format("the segment begins at frame {}, before the end of an earlier one at "
                        "frame {}",
                        read->frames.begin_frame, last_end));
      }
      last_end = std::max(last_end, read->frames.end_frame);
      video.segments.push_back(*std::move(read));
    }
  }

  std::string id_of(Fields& fields, const std::string& key, const AnnotationPlace& place) {
    const Json* stated = fields.take({"video ID"});
    std::string id;
    if (stated != nullptr && stated->is_string()) id = stated->get_ref<const std::string&>();
    if (stated != nullptr && !stated->is_string() && !stated->is_null()) {
      notes_.add_finding("bad_field", place,
                         fmt::format("the video's id is {}, not a text", type_in_words(*stated)));
    }
    if (!id.empty() && !key.empty() && id != key) {
      notes_.add_finding(
          "conflicting_keys", place,
          fmt::format("the video \"{}\" stands under the key \"{}\"; its own id is used",
                      excerpt(id), excerpt(key)));
    }
    if (id.empty()) id = key;
    if (is_safe_id(id)) return id;
    notes_.add_finding(
        "missing_video_id", place,
        id.empty() ? fmt::format("the file states no video id; \"{}\" is used", name_.stem)
                   : fmt::format("the video id \"{}\" can't be part of a path; \"{}\" is used",
                                 excerpt(id), name_.stem));
    return name_.stem;
  }

  double fps_of(const Json* value, const AnnotationPlace& place) {
    if (value != nullptr && value->is_number()) {
      const double fps = value->get<double>();
      if (fps > 0.0 && fps <= kMostFps) return fps;
    }
    notes_.add_finding(
        "missing_fps", place,
        fmt::format("the frame rate is {}; no shot has a range of frames",
                    value == nullptr ? "not stated"
                                     : fmt::format("{}, expected a number above 0 and up to "
                                                   "{}",
                                                   excerpt(value->dump()), kMostFps)));
    return 0.0;
  }

  void skip_segment(const AnnotationPlace& place, std::string_view kind, std::string text,
                    const Json* shots = nullptr) {
    notes_.add_finding(kind, place, std::move(text));
    const bool counted = shots != nullptr && shots->is_array();
    file_.videos.back().skipped.push_back(
        {place.segment, counted ? static_cast<int>(shots->size()) : 0});
  }

  std::optional<AnnotatedSegment> segment(const Json& value, double fps,
                                          const AnnotationPlace& place) {
    if (!value.is_object()) {
      skip_segment(place, "bad_schema", fmt::format("the segment is {}", type_in_words(value)));
      return std::nullopt;
    }
    Fields fields(value, notes_, place);
    const Json* first = fields.take({"start frame index"});
    const Json* end = fields.take({"end frame index"});
    const Json* script_value = fields.take({"story script"});
    const Json* references = fields.take_list({"reference images"}, "the list of references");
    fields.count_the_rest();
    if (script_value == nullptr || !script_value->is_object()) {
      skip_segment(place, "bad_schema", "the segment has no object \"story script\"");
      return std::nullopt;
    }
    Fields script(*script_value, notes_, place);
    const Json* shots = script.take({"shots"});
    if (shots == nullptr || !shots->is_array()) {
      skip_segment(place, "bad_schema", "the story script has no list \"shots\"");
      return std::nullopt;
    }
    const auto first_frame = frame_index(first);
    const auto end_frame = frame_index(end);
    if (!first_frame || !end_frame || *end_frame <= *first_frame) {
      skip_segment(
          place, "bad_segment_range",
          fmt::format("the segment's frames are {} to {}; expected whole numbers from 0 on, the "
                      "end after the start",
                      first == nullptr ? "absent" : excerpt(first->dump(), 30),
                      end == nullptr ? "absent" : excerpt(end->dump(), 30)),
          shots);
      return std::nullopt;
    }
    AnnotatedSegment segment;
    segment.index = place.segment;
    segment.frames = {*first_frame, *end_frame};
    segment.storyline = script.take_text({"storyline"}, "the storyline").value_or("");
    const Json* characters = script.take_list({"main characters"}, "the list of main characters");
    for (NamedThing& thing : named_things(characters, "character", "appearance", notes_, place))
      segment.characters.push_back({std::move(thing.id), std::move(thing.description)});
    const Json* scenes = script.take_list({"main scenes", "main settings"}, "the list of scenes");
    for (NamedThing& thing : named_things(scenes, "scene", "environment", notes_, place))
      segment.scenes.push_back({std::move(thing.id), std::move(thing.description)});
    script.count_the_rest();

    std::vector<std::string> character_ids;
    for (const auto& character : segment.characters) character_ids.push_back(character.id);
    std::vector<std::string> scene_ids;
    for (const auto& scene : segment.scenes) scene_ids.push_back(scene.id);
    const IdList known_characters(std::move(character_ids));
    const IdList known_scenes(std::move(scene_ids));
    segment.shots =
        annotated_shots(*shots, {segment, fps, known_characters, known_scenes}, notes_, place);
    if (segment.shots.empty()) {
      skip_segment(place, "empty_story",
                   shots->empty() ? "the story has no shots" : "no shot of the story can be used",
                   shots);
      return std::nullopt;
    }
    segment.references = annotated_references(references, segment, known_characters, notes_, place);
    for (const auto& reference : segment.references) placeholders_ += reference.placeholders;
    return segment;
  }

  void tell_placeholders() {
    if (placeholders_ == 0) return;
    AnnotationPlace place;
    if (file_.videos.size() == 1) place.video = 0;
    notes_.add_finding(
        "mask_placeholder", place,
        fmt::format("{} masks are a text in the place of run lengths: this file has no masks "
                    "for them",
                    placeholders_));
  }

  const AnnotationFileName& name_;
  AnnotationFile file_;
  AnnotationNotes notes_;
  int placeholders_ = 0;
};

}  // namespace

AnnotationFile parse_annotations(std::string_view bytes, const AnnotationFileName& name) {
  return FileParser(name).run(bytes);
}

AnnotationFile unreadable_annotations(const std::string& problem, const AnnotationFileName& name) {
  return FileParser(name).without_bytes(problem);
}

bool holds_annotations(const Json& document) {
  if (!document.is_object()) return false;
  return is_video(document) || std::any_of(document.begin(), document.end(), is_video);
}

}  // namespace asbench::loaders
