#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>
#include <unordered_set>
#include <utility>

#include "core/interrupt.h"
#include "core/text.h"
#include "loaders/annotations/parse_parts.h"

namespace asbench::loaders {
namespace {

constexpr double kTolerance = 1.0;  ///< seconds: times are whole seconds
constexpr double kExcerptSeconds = 4.0;

std::string seconds_text(double seconds) {
  return fmt::format("{:.6g} s", seconds);
}

class ShotParser {
 public:
  ShotParser(const ShotContext& context, AnnotationNotes& notes, const AnnotationPlace& place)
      : context_(context), notes_(notes), place_(place) {}

  std::vector<AnnotatedShot> run(const Json& shots) {
    std::vector<AnnotatedShot> read;
    for (const Json& value : shots) {
      if (interrupted()) break;  // who reads files asks too, and keeps nothing
      ++place_.shot;
      if (!value.is_object()) {
        raise("bad_schema", fmt::format("the shot is {}; it is left out", type_in_words(value)));
        continue;
      }
      if (auto shot = one(value)) read.push_back(*std::move(shot));
    }
    return read;
  }

 private:
  void raise(std::string_view kind, std::string text) {
    notes_.add_finding(kind, place_, std::move(text));
  }

  std::optional<AnnotatedShot> one(const Json& value) {
    Fields fields(value, notes_, place_);
    AnnotatedShot shot;
    shot.number = place_.shot;
    const Json* start = fields.take({"start time"});
    const Json* end = fields.take({"end time"});
    const Json* excerpt_value = fields.take({"extra 4-second timestamp", "extra 4-second segment"});
    const Json* flag = fields.take({"is_prologue_or_epilogue"});
    const Json* characters = fields.take_list({"main characters"}, "the shot's character list");
    const Json* scene = fields.take({"scene", "setting"});
    const Json* sound = fields.take({"audio annotation"});
    const auto visual = captions(fields, shot);
    fields.count_the_rest();
    if (!times(start, end, shot)) return std::nullopt;
    for (const auto& [kind, text] : visual) raise(kind, text);
    shot.prologue_or_epilogue = is_flagged(flag);
    shot.characters = characters_of(characters);
    shot.scene = scene_of(scene);
    shot.excerpt = excerpt_of(excerpt_value, shot);
    shot.audio = audio_of(sound);
    return shot;
  }

  /// Fills in both captions. @returns the findings about them: a shot that is skipped has none.
  std::vector<std::pair<std::string_view, std::string>> captions(Fields& fields,
                                                                 AnnotatedShot& shot) {
    const Json* visual = fields.take({"visual annotation"});
    // The raw form has the captions in the shot itself.
    const auto raw_narrative = fields.take_text({"narrative caption", "plot"}, "the caption");
    const auto raw_descriptive =
        fields.take_text({"descriptive caption", "caption"}, "the descriptive caption");
    if (visual != nullptr && visual->is_object()) {
      Fields inner(*visual, notes_, place_);
      shot.narrative_caption = inner.take_text({"narrative caption", "plot"}, "the caption");
      shot.descriptive_caption =
          inner.take_text({"descriptive caption", "caption"}, "the descriptive caption");
      inner.count_the_rest();
    } else if (visual != nullptr && !visual->is_null()) {
      raise("bad_field", fmt::format("the visual annotation is {}, not an object; it is left out",
                                     type_in_words(*visual)));
    }
    std::vector<std::pair<std::string_view, std::string>> findings;
    const auto put_off = [&](std::string_view kind, std::string text) {
      findings.emplace_back(kind, std::move(text));
    };
    const auto merge = [&](std::optional<std::string>& inner, const std::optional<std::string>& raw,
                           std::string_view what) {
      if (!inner) {
        inner = raw;
      } else if (raw && *raw != *inner) {
        put_off("conflicting_keys",
                fmt::format("the {} stands in the shot and in its visual annotation, "
                            "with different values; the second is used",
                            what));
      }
    };
    merge(shot.narrative_caption, raw_narrative, "caption");
    merge(shot.descriptive_caption, raw_descriptive, "descriptive caption");
    if (!shot.narrative_caption)
      put_off("missing_caption", "the narrative caption is absent or blank");
    if (!shot.descriptive_caption)
      put_off("missing_description", "the descriptive caption is absent or blank");
    return findings;
  }

  static bool is_absent(const Json* value) {
    return value == nullptr || value->is_null() ||
           (value->is_string() && is_blank(value->get_ref<const std::string&>()));
  }

  /// Times and frames. @returns false when the shot is skipped; a finding says why.
  bool times(const Json* start_value, const Json* end_value, AnnotatedShot& shot) {
    if (is_absent(start_value) || is_absent(end_value)) {
      raise("missing_time", fmt::format("the {} is absent; the shot is left out",
                                        is_absent(start_value) ? "start time" : "end time"));
      return false;
    }
    const auto start = seconds_of_value(*start_value);
    const auto end = seconds_of_value(*end_value);
    if (!start || !end) {
      raise("bad_time",
            fmt::format("the time {} can't be read (expected MM:SS, HH:MM:SS or seconds); "
                        "the shot is left out",
                        excerpt((start ? end_value : start_value)->dump(), 40)));
      return false;
    }
    if (*end <= *start) {
      raise("end_before_start", fmt::format("the shot ends at {} and begins at {}; it is left out",
                                            seconds_text(*end), seconds_text(*start)));
      return false;
    }
    shot.seconds = {*start, *end};
    compare_with_previous(shot.seconds);
    return context_.fps > 0.0 ? frames(shot) : is_new({*start, *end});
  }

  void compare_with_previous(const SecondsRange& seconds) {
    if (previous_end_) {
      const double gap = seconds.start - *previous_end_;
      if (std::abs(gap) > kTolerance) {
        raise(gap > 0 ? "time_gap" : "time_overlap",
              fmt::format("the shot begins at {}, the one before it ends at {}",
                          seconds_text(seconds.start), seconds_text(*previous_end_)));
      }
    }
    previous_end_ = seconds.end;
  }

  bool frames(AnnotatedShot& shot) {
    const FrameRange& segment = context_.segment.frames;
    const double length =
        static_cast<double>(segment.end_frame - segment.begin_frame) / context_.fps;
    if (shot.seconds.end > length + kTolerance) {
      raise("beyond_segment",
            fmt::format("the shot ends at {}, the segment at {}; it is clipped to the segment",
                        seconds_text(shot.seconds.end), seconds_text(length)));
      shot.seconds.end = length;
    }
    shot.frames = frames_of(shot.seconds, segment, context_.fps);
    if (!shot.frames) {
      raise("empty_range",
            fmt::format("no frame lies from {} to {} of the segment, which is {} long; the shot is "
                        "left out",
                        seconds_text(shot.seconds.start), seconds_text(shot.seconds.end),
                        seconds_text(length)));
      return false;
    }
    return is_new({static_cast<double>(shot.frames->begin_frame),
                   static_cast<double>(shot.frames->end_frame)});
  }

  bool is_new(std::pair<double, double> range) {
    if (ranges_.insert(range).second) return true;
    raise("duplicate_range", context_.fps > 0.0
                                 ? fmt::format("an earlier shot has the frames {} to {} too; the "
                                               "shot is left out",
                                               range.first, range.second)
                                 : fmt::format("an earlier shot has the times {} to {} too; the "
                                               "shot is left out",
                                               range.first, range.second));
    return false;
  }

  bool is_flagged(const Json* value) {
    bool flagged = false;
    if (value != nullptr && value->is_boolean()) {
      flagged = value->get<bool>();
    } else if (!is_absent(value)) {
      std::string text;
      if (value->is_string()) text = plain_key(value->get_ref<const std::string&>());
      flagged = text == "prologue" || text == "epilogue" || text == "true";
      if (!flagged && text != "false") {
        raise(
            "bad_field",
            fmt::format("\"is_prologue_or_epilogue\" is {}, which says nothing; the shot is taken "
                        "as a part of the story",
                        excerpt(value->dump(), 40)));
      }
    }
    if (flagged) raise("prologue_epilogue", "the shot is a prologue or an epilogue");
    return flagged;
  }

  std::vector<std::string> characters_of(const Json* list) {
    std::vector<std::string> ids;
    std::unordered_set<std::string> known;
    const std::size_t count = entries_of(list, "the shot's character list", notes_, place_);
    for (std::size_t i = 0; i < count && !interrupted(); ++i) {
      const Json& value = (*list)[i];
      if (!value.is_string() || is_blank(value.get_ref<const std::string&>())) {
        raise("bad_field", fmt::format("an entry of the character list is {}; it is left out",
                                       value.is_string() ? "blank" : type_in_words(value)));
        continue;
      }
      const auto& written = value.get_ref<const std::string&>();
      if (is_not_applicable(written)) {
        raise("bad_field", fmt::format("an entry of the character list is \"{}\", which is nobody; "
                                       "it is left out",
                                       excerpt(written)));
        continue;
      }
      const IdList::Match match = context_.characters.find(written);
      const std::string id = match.place ? context_.characters[*match.place] : written;
      if (!known.insert(id).second) {
        raise("bad_field", fmt::format("the character \"{}\" is listed twice; it counts once",
                                       excerpt(written)));
        continue;
      }
      if (match.by_case) {
        raise("id_case", fmt::format("the character \"{}\" is taken for \"{}\"", excerpt(written),
                                     excerpt(id)));
      } else if (!match.place) {
        raise("unknown_character",
              fmt::format("the character \"{}\" is no main character", excerpt(written)));
      }
      ids.push_back(id);
    }
    if (ids.empty()) raise("no_character", "the shot lists no character");
    return ids;
  }

  std::optional<std::string> scene_of(const Json* value) {
    if (value != nullptr && !value->is_null() && !value->is_string()) {
      raise("bad_field",
            fmt::format("the scene is {}, not a text; it is left out", type_in_words(*value)));
      value = nullptr;
    }
    if (!is_absent(value)) {
      const auto& written = value->get_ref<const std::string&>();
      const IdList::Match match = context_.scenes.find(written);
      if (match.by_case) {
        raise("id_case", fmt::format("the scene \"{}\" is taken for \"{}\"", excerpt(written),
                                     excerpt(context_.scenes[*match.place])));
      }
      if (match.place) return context_.scenes[*match.place];
      if (!is_not_applicable(written)) {
        raise("unknown_scene", fmt::format("the scene \"{}\" is no main scene", excerpt(written)));
        return written;
      }
    }
    raise("no_scene", "the shot names no scene");
    return std::nullopt;
  }

  std::optional<SecondsRange> excerpt_of(const Json* value, const AnnotatedShot& shot) {
    if (is_absent(value)) return std::nullopt;
    const auto range =
        value->is_string() ? seconds_range_of(value->get_ref<const std::string&>()) : std::nullopt;
    if (!range) {
      raise("bad_field",
            fmt::format("the excerpt {} can't be read (expected MM:SS-MM:SS); it is left "
                        "out",
                        excerpt(value->dump(), 40)));
      return std::nullopt;
    }
    if (range->start < shot.seconds.start || range->end > shot.seconds.end) {
      raise(
          "extra_outside",
          fmt::format("the excerpt from {} to {} is not inside the shot from {} to {}; it is left "
                      "out",
                      seconds_text(range->start), seconds_text(range->end),
                      seconds_text(shot.seconds.start), seconds_text(shot.seconds.end)));
      return std::nullopt;
    }
    if (std::abs(range->length() - kExcerptSeconds) > 1e-6) {
      raise("extra_not_4s",
            fmt::format("the excerpt is {} long, not {}", seconds_text(range->length()),
                        seconds_text(kExcerptSeconds)));
    }
    return range;
  }

  std::optional<AudioAnnotation> audio_of(const Json* value) {
    if (value == nullptr || value->is_null()) return std::nullopt;
    if (!value->is_object()) {
      raise("bad_field", fmt::format("the audio annotation is {}, not an object; it is left out",
                                     type_in_words(*value)));
      return std::nullopt;
    }
    Fields fields(*value, notes_, place_);
    AudioAnnotation audio;
    audio.type = fields.take_text({"type"}, "the type of the sound");
    audio.sound_description =
        fields.take_text({"sound description"}, "the description of the sound");
    audio.visual_context = fields.take_text({"visual context"}, "the visual context of the sound");
    fields.count_the_rest();
    return audio;
  }

  const ShotContext& context_;
  AnnotationNotes& notes_;
  AnnotationPlace place_;
  std::optional<double> previous_end_;
  std::set<std::pair<double, double>> ranges_;
};

}  // namespace

std::vector<AnnotatedShot> annotated_shots(const Json& shots, const ShotContext& context,
                                           AnnotationNotes& notes, const AnnotationPlace& place) {
  return ShotParser(context, notes, place).run(shots);
}

}  // namespace asbench::loaders
