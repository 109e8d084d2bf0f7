#include "tests/loaders/annotations/naive_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "loaders/masks/rle.h"
#include "loaders/name_match.h"
#include "loaders/splits/common.h"

namespace asbench::testing {
namespace {

using namespace loaders;

/// A key as it is compared: lower case, '_' is a space.
std::string plain(std::string text) {
  for (char& c : text) c = c == '_' ? ' ' : static_cast<char>(std::tolower(c));
  return text;
}

const Json* at(const Json& object, const std::string& key) {
  if (!object.is_object()) return nullptr;
  for (const auto& [name, value] : object.items()) {
    if (plain(name) == plain(key)) return &value;
  }
  return nullptr;
}

bool is_blank_text(const Json& value) {
  return value.is_string() &&
         value.get<std::string>().find_first_not_of(" \t\r\n") == std::string::npos;
}

bool is_nothing(const Json* value) {
  return value == nullptr || value->is_null() || is_blank_text(*value);
}

std::optional<int> whole_number(const Json* value, double least, double most) {
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const double number = value->get<double>();
  if (!(number >= least && number <= most) || number != std::floor(number)) return std::nullopt;
  return static_cast<int>(number);
}

/// The place of an id in a list: to the letter, else without its spaces and in any letter case.
struct Found {
  std::optional<std::size_t> place;
  bool by_case = false;
};
std::string folded(const std::string& id) {
  const auto begin = std::min(id.find_first_not_of(" \t\r\n"), id.size());
  const auto end = id.find_last_not_of(" \t\r\n");
  return folded_case(id.substr(begin, end == std::string::npos ? 0 : end + 1 - begin));
}
Found find_id(const std::vector<std::string>& ids, const std::string& id) {
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (nfc(ids[i]) == nfc(id)) return {i, false};
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (folded(ids[i]) == folded(id)) return {i, true};
  }
  return {};
}

/// The mask of an object "rle mask"; nothing where its run lengths say none.
std::optional<RunLengths> runs_of(const Json& rle) {
  const Json* size = at(rle, "size");
  const Json* counts = at(rle, "counts");
  if (size == nullptr || !size->is_array() || size->size() != 2 || counts == nullptr)
    return std::nullopt;
  const auto height = whole_number(&(*size)[0], 1, kMaxMaskSide);
  const auto width = whole_number(&(*size)[1], 1, kMaxMaskSide);
  if (!height || !width) return std::nullopt;
  try {
    if (counts->is_string())
      return parse_compressed_runs(*height, *width, counts->get<std::string>());
    if (!counts->is_array()) return std::nullopt;
    std::vector<std::int64_t> runs;
    for (const Json& value : *counts) {
      const auto run = whole_number(&value, 0, static_cast<double>(kMaxMaskPixels));
      if (!run) return std::nullopt;
      runs.push_back(*run);
    }
    return parse_plain_runs(*height, *width, runs);
  } catch (const BadRunLengths&) {
    return std::nullopt;
  }
}

class NaiveReader {
 public:
  explicit NaiveReader(std::string stem) : stem_(std::move(stem)) {}

  NaiveReading run(const Json& document) {
    const Json* segments = at(document, "segments");
    if (segments == nullptr || !segments->is_array()) {
      told("bad_schema");
      reading_.video.id = stem_;
      return std::move(reading_);
    }
    reading_.video.id = id_of(at(document, "video ID"));
    const Json* fps = at(document, "fps");
    if (fps != nullptr && fps->is_number() && fps->get<double>() > 0 && fps->get<double>() <= 1000)
      reading_.video.fps = fps->get<double>();
    else
      told("missing_fps");
    int last_end = 0;
    for (const Json& value : *segments) {
      ++segment_;
      shot_ = 0;
      auto segment = read_segment(value);
      if (!segment) continue;
      if (segment->frames.begin_frame < last_end) told("segment_overlap");
      last_end = std::max(last_end, segment->frames.end_frame);
      reading_.video.segments.push_back(*std::move(segment));
    }
    segment_ = -1;
    if (has_placeholder_) told("mask_placeholder");
    return std::move(reading_);
  }

 private:
  void told(const std::string& kind) { reading_.findings.emplace(kind, segment_, shot_); }

  std::string id_of(const Json* value) {
    std::string id;
    if (value != nullptr && value->is_string()) id = value->get<std::string>();
    if (value != nullptr && !value->is_string() && !value->is_null()) told("bad_field");
    if (is_safe_id(id)) return id;
    told("missing_video_id");
    return stem_;
  }

  std::optional<std::string> text_of(const Json* value) {
    if (is_nothing(value)) return std::nullopt;
    if (value->is_string()) return value->get<std::string>();
    told("bad_field");
    return std::nullopt;
  }

  /// The entries of a list; none where it is absent, or no list.
  std::vector<Json> list_of(const Json* value) {
    if (value == nullptr || value->is_null()) return {};
    if (value->is_array()) return {value->begin(), value->end()};
    told("bad_field");
    return {};
  }

  std::nullopt_t skip(const std::string& kind, std::size_t shots) {
    shot_ = 0;
    told(kind);
    reading_.video.skipped.push_back({segment_, static_cast<int>(shots)});
    return std::nullopt;
  }

  std::optional<AnnotatedSegment> read_segment(const Json& value) {
    if (!value.is_object()) return skip("bad_schema", 0);
    const auto references = list_of(at(value, "reference images"));
    const Json* script = at(value, "story script");
    if (script == nullptr || !script->is_object()) return skip("bad_schema", 0);
    const Json* shots = at(*script, "shots");
    if (shots == nullptr || !shots->is_array()) return skip("bad_schema", 0);
    const auto begin = whole_number(at(value, "start frame index"), 0, 2e9);
    const auto end = whole_number(at(value, "end frame index"), 0, 2e9);
    if (!begin || !end || *end <= *begin) return skip("bad_segment_range", shots->size());

    AnnotatedSegment segment;
    segment.index = segment_;
    segment.frames = {*begin, *end};
    segment.storyline = text_of(at(*script, "storyline")).value_or("");
    for (auto& [id, text] : named(at(*script, "main characters"), "appearance"))
      segment.characters.push_back({id, text});
    for (auto& [id, text] : named(at(*script, "main scenes"), "environment"))
      segment.scenes.push_back({id, text});
    characters_.clear();
    scenes_.clear();
    for (const auto& character : segment.characters) characters_.push_back(character.id);
    for (const auto& scene : segment.scenes) scenes_.push_back(scene.id);
    previous_end_.reset();
    ranges_.clear();
    for (const Json& shot : *shots) {
      ++shot_;
      if (auto read = read_shot(shot, segment.frames)) segment.shots.push_back(*std::move(read));
    }
    shot_ = 0;
    if (segment.shots.empty()) return skip("empty_story", shots->size());
    read_references(references, segment);
    return segment;
  }

  std::vector<std::pair<std::string, std::string>> named(const Json* list, const char* text) {
    std::vector<std::pair<std::string, std::string>> read;
    for (const Json& value : list_of(list)) {
      const auto id = text_of(at(value, "ID"));
      const auto description = text_of(at(value, text));
      const bool again = std::any_of(read.begin(), read.end(), [&](const auto& earlier) {
        return id && nfc(earlier.first) == nfc(*id);
      });
      if (id && !again && folded(*id) != "n/a")
        read.emplace_back(*id, description.value_or(""));
      else
        told("bad_field");
    }
    return read;
  }

  std::optional<AnnotatedShot> read_shot(const Json& value, const FrameRange& segment) {
    if (!value.is_object()) {
      told("bad_schema");
      return std::nullopt;
    }
    AnnotatedShot shot;
    shot.number = shot_;
    const auto characters = list_of(at(value, "main characters"));
    const Json* visual = at(value, "visual annotation");
    // A caption may stand in the shot itself.
    shot.narrative_caption = text_of(at(value, "narrative caption"));
    shot.descriptive_caption = text_of(at(value, "descriptive caption"));
    if (visual != nullptr && visual->is_object()) {
      if (auto text = text_of(at(*visual, "narrative caption"))) shot.narrative_caption = text;
      if (auto text = text_of(at(*visual, "descriptive caption"))) shot.descriptive_caption = text;
    } else if (visual != nullptr && !visual->is_null()) {
      told("bad_field");
    }
    if (const std::string kind = time_problem(value, segment, shot); !kind.empty()) {
      told(kind);
      return std::nullopt;
    }
    if (!shot.narrative_caption) told("missing_caption");
    if (!shot.descriptive_caption) told("missing_description");
    shot.prologue_or_epilogue = is_flagged(at(value, "is_prologue_or_epilogue"));
    shot.characters = shown(characters);
    shot.scene = scene_of(at(value, "scene"));
    shot.excerpt = excerpt_of(at(value, "extra 4-second timestamp"), shot.seconds);
    shot.audio = audio_of(at(value, "audio annotation"));
    return shot;
  }

  /// Fills in times and frames. @returns why the shot can't be used, or nothing.
  std::string time_problem(const Json& value, const FrameRange& segment, AnnotatedShot& shot) {
    const Json* start = at(value, "start time");
    const Json* end = at(value, "end time");
    if (is_nothing(start) || is_nothing(end)) return "missing_time";
    const auto begin_seconds = seconds_of_value(*start);
    const auto end_seconds = seconds_of_value(*end);
    if (!begin_seconds || !end_seconds) return "bad_time";
    if (*end_seconds <= *begin_seconds) return "end_before_start";
    if (previous_end_ && *begin_seconds > *previous_end_ + 1.0) told("time_gap");
    if (previous_end_ && *begin_seconds < *previous_end_ - 1.0) told("time_overlap");
    previous_end_ = *end_seconds;
    shot.seconds = {*begin_seconds, *end_seconds};
    std::pair<double, double> range = {*begin_seconds, *end_seconds};
    if (const double fps = reading_.video.fps; fps > 0.0) {
      const double length = (segment.end_frame - segment.begin_frame) / fps;
      if (shot.seconds.end > length + 1.0) {
        told("beyond_segment");
        shot.seconds.end = length;
      }
      shot.frames = frames_of(shot.seconds, segment, fps);
      if (!shot.frames) return "empty_range";
      range = {shot.frames->begin_frame, shot.frames->end_frame};
    }
    return ranges_.insert(range).second ? "" : "duplicate_range";
  }

  bool is_flagged(const Json* value) {
    bool flagged = false;
    if (value != nullptr && value->is_boolean()) {
      flagged = value->get<bool>();
    } else if (!is_nothing(value)) {
      const std::string text = value->is_string() ? plain(value->get<std::string>()) : "";
      flagged = text == "prologue" || text == "epilogue" || text == "true";
      if (!flagged && text != "false") told("bad_field");
    }
    if (flagged) told("prologue_epilogue");
    return flagged;
  }

  std::vector<std::string> shown(const std::vector<Json>& list) {
    std::vector<std::string> ids;
    for (const Json& value : list) {
      if (!value.is_string() || is_blank_text(value)) {
        told("bad_field");
        continue;
      }
      auto id = value.get<std::string>();
      if (folded(id) == "n/a") {
        told("bad_field");
        continue;
      }
      const Found found = find_id(characters_, id);
      if (found.place) id = characters_[*found.place];
      if (std::find(ids.begin(), ids.end(), id) != ids.end()) {
        told("bad_field");
        continue;
      }
      if (found.by_case) told("id_case");
      if (!found.place) told("unknown_character");
      ids.push_back(id);
    }
    if (ids.empty()) told("no_character");
    return ids;
  }

  std::optional<std::string> scene_of(const Json* value) {
    if (value != nullptr && !value->is_null() && !value->is_string()) told("bad_field");
    if (!is_nothing(value) && value->is_string()) {
      const auto id = value->get<std::string>();
      const Found found = find_id(scenes_, id);
      if (found.by_case) told("id_case");
      if (found.place) return scenes_[*found.place];
      if (folded(id) != "n/a") {
        told("unknown_scene");
        return id;
      }
    }
    told("no_scene");
    return std::nullopt;
  }

  std::optional<SecondsRange> excerpt_of(const Json* value, const SecondsRange& shot) {
    if (is_nothing(value)) return std::nullopt;
    std::optional<SecondsRange> range;
    if (value->is_string()) range = seconds_range_of(value->get<std::string>());
    if (!range) {
      told("bad_field");
    } else if (range->start < shot.start || range->end > shot.end) {
      told("extra_outside");
      range.reset();
    } else if (std::abs(range->end - range->start - 4.0) > 1e-6) {
      told("extra_not_4s");
    }
    return range;
  }

  std::optional<AudioAnnotation> audio_of(const Json* value) {
    if (value == nullptr || value->is_null()) return std::nullopt;
    if (!value->is_object()) {
      told("bad_field");
      return std::nullopt;
    }
    return AudioAnnotation{text_of(at(*value, "type")), text_of(at(*value, "sound description")),
                           text_of(at(*value, "visual context"))};
  }

  void read_references(const std::vector<Json>& list, AnnotatedSegment& segment) {
    std::vector<AnnotatedReference> all;
    for (const std::string& id : characters_) all.push_back({id, true, {}, 0});
    for (const Json& value : list) {
      const auto id = text_of(at(value, "ID"));
      const auto masks = list_of(at(value, "masks"));
      if (!id) {
        told("bad_field");
        continue;
      }
      const Found found = find_id(characters_, *id);
      if (found.by_case) told("id_case");
      std::size_t place = found.place.value_or(0);
      if (!found.place) {
        told("unknown_character");
        for (place = characters_.size(); place < all.size(); ++place) {
          if (all[place].character == *id) break;
        }
        if (place == all.size()) all.push_back({*id, false, {}, 0});
      }
      for (const Json& mask : masks) read_mask(mask, segment.frames, all[place]);
    }
    for (AnnotatedReference& reference : all) {
      if (reference.is_known && reference.masks.empty()) told("missing_reference");
      if (!reference.masks.empty() || reference.placeholders > 0)
        segment.references.push_back(std::move(reference));
    }
  }

  void read_mask(const Json& value, const FrameRange& segment, AnnotatedReference& reference) {
    const auto frame = whole_number(at(value, "frame index"), 0, 2e9);
    const Json* rle = at(value, "rle mask");
    if (!frame || rle == nullptr || !rle->is_object()) return told("bad_rle");
    const bool outside = *frame < segment.begin_frame || *frame >= segment.end_frame;
    const Json* counts = at(*rle, "counts");
    if (counts != nullptr && counts->is_string() &&
        is_mask_placeholder(counts->get<std::string>())) {
      ++reference.placeholders;
      has_placeholder_ = true;
      if (outside) told("mask_outside_segment");
      return;
    }
    auto runs = runs_of(*rle);
    if (!runs) return told("bad_rle");
    for (const CharacterMask& earlier : reference.masks) {
      if (earlier.frame_index == *frame) return told("duplicate_mask");
    }
    if (outside) told("mask_outside_segment");
    reference.masks.push_back({*frame, *std::move(runs)});
  }

  std::string stem_;
  NaiveReading reading_;
  int segment_ = -1;
  int shot_ = 0;
  std::vector<std::string> characters_, scenes_;  ///< of the segment
  std::optional<double> previous_end_;
  std::set<std::pair<double, double>> ranges_;
  bool has_placeholder_ = false;
};

}  // namespace

NaiveReading read_naively(const Json& document, const std::string& stem) {
  return NaiveReader(stem).run(document);
}

std::set<FindingPlace> places_of(const AnnotationFile& file) {
  std::set<FindingPlace> places;
  for (const auto& finding : file.findings)
    places.emplace(finding.kind, finding.segment, finding.shot);
  return places;
}

std::string lines_of(const std::set<FindingPlace>& places) {
  std::string text;
  for (const auto& [kind, segment, shot] : places)
    text += fmt::format("  {} segment {} shot {}\n", kind, segment, shot);
  return text;
}

}  // namespace asbench::testing
