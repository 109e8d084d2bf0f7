#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/schema.h"
#include "loaders/source_rules.h"
#include "loaders/splits/common.h"
#include "loaders/splits/lost_stories.h"
#include "loaders/text_file.h"

// The benchmark's own form: one JSON file, schema configs/schemas/split.schema.json. Unlike the
// folder forms it was written by a program, so a defect is an error; only a reference file that is
// missing or has changed since is a finding.
namespace asbench::loaders {
namespace {

constexpr std::string_view kSchema = "asbench/split@1";

std::optional<std::string> text_of(const Json& object, std::string_view key) {
  const auto value = object.find(key);
  if (value == object.end() || value->is_null()) return std::nullopt;
  return value->get<std::string>();
}

std::optional<double> number_of(const Json& object, std::string_view key) {
  const auto value = object.find(key);
  if (value == object.end() || value->is_null()) return std::nullopt;
  return value->get<double>();
}

std::string checked_id(const Json& object, std::string_view where) {
  std::string id = object["id"].get<std::string>();
  if (!is_safe_id(id)) {
    throw BadInput(fmt::format(
        "{}: the id {} can't be part of an output path.\n  Expected up to 512 bytes, without "
        "backslashes, control characters, or empty, \".\" or \"..\" parts between slashes.",
        where, Json(id).dump()));
  }
  return id;
}

/// @param entry  a JSON object that may have "references"
void read_references(const Json& entry, const std::filesystem::path& base,
                     const ReferenceOwner& owner, Findings& findings) {
  if (base.empty()) return;
  for (const Json& reference : entry.value("references", Json::array())) {
    const std::filesystem::path file = base / reference["file"].get<std::string>();
    const std::size_t before = owner.references->size();
    const std::filesystem::path place = file.lexically_normal();
    if (is_folder(place.parent_path())) {
      find_reference(owner, place.parent_path(), place.filename().string(), {}, findings);
    } else {
      add_reference(owner, place, findings);
    }
    if (owner.frames != nullptr && owner.references->size() > before && reference.contains("frame"))
      owner.frames->push_back(reference["frame"].get<int>());
    const auto expected = text_of(reference, "sha256");
    if (owner.references->size() > before && expected && *expected != owner.sha256->back()) {
      findings.push_back(
          {"reference_changed", owner.story, std::nullopt,
           fmt::format("{}{} has changed since the manifest was written "
                       "(SHA-256 {}, was {})",
                       owner.label, file.string(), owner.sha256->back(), *expected)});
    }
  }
}

/// Frames are known of all pictures of an owner, or of none.
void require_all_frames(const ReferenceOwner& owner, std::string_view where) {
  if (owner.frames == nullptr || owner.frames->empty() ||
      owner.frames->size() == owner.references->size())
    return;
  throw BadInput(
      fmt::format("{}: {}: some references have a \"frame\" and some have none; give it for all of "
                  "them, or for none.",
                  where, owner.name));
}

/// Finding `missing_reference` for an owner that the manifest names no reference of.
void require_references(const Json& entry, const ReferenceOwner& owner, Findings& findings) {
  if (!entry.value("references", Json::array()).empty()) return;
  findings.push_back({"missing_reference", owner.story, std::nullopt,
                      fmt::format("{}the manifest names no reference", owner.label)});
}

Ip read_ip(const Json& entry, std::string_view where, const std::filesystem::path& base,
           Findings& findings) {
  Ip ip;
  ip.id = checked_id(entry, where);
  ip.name = text_of(entry, "name").value_or("");
  read_references(entry, base, owner_of(ip), findings);
  if (const auto video = text_of(entry, "video")) ip.video = (base / *video).lexically_normal();
  for (const Json& clip : entry.value("clips", Json::array())) {
    ip.clips.push_back({(base / clip["file"].get<std::string>()).lexically_normal(),
                        number_of(clip, "start_seconds"), number_of(clip, "end_seconds"),
                        text_of(clip, "caption")});
  }
  return ip;
}

std::optional<FrameRange> range_of(const Json& object, const std::string& where) {
  const auto found = object.find("source");
  if (found == object.end() || found->is_null()) return std::nullopt;
  const FrameRange range{(*found)[0].get<int>(), (*found)[1].get<int>()};
  if (!range.empty()) return range;
  throw BadInput(
      fmt::format("{}: source [{}, {}] is empty: expected [first frame, end frame), the "
                  "end beyond the first",
                  where, range.begin_frame, range.end_frame));
}

Shot read_shot(const Json& item, int least, const std::string& story, std::string_view where,
               Findings& findings) {
  Shot shot;
  shot.number = item.value("number", least);
  if (shot.number < least) {
    throw BadInput(
        fmt::format("{}: story {}: shot {} comes after shot {}. Shots must be listed in the "
                    "order of their numbers, each number once; gaps are allowed.",
                    where, story, shot.number, least - 1));
  }
  shot.caption = caption_of(item.value("caption", Json(nullptr)), story, shot.number, findings);
  shot.descriptive_caption = text_of(item, "descriptive_caption");
  shot.audio_prompt = text_of(item, "audio_prompt");
  shot.audio_type = text_of(item, "audio_type");
  shot.audio_context = text_of(item, "audio_context");
  if (item.contains("characters"))
    shot.characters = item["characters"].get<std::vector<std::string>>();
  shot.scene = text_of(item, "scene");
  shot.is_prologue_or_epilogue = item.value("prologue_or_epilogue", false);
  shot.source = range_of(item, fmt::format("{}: story {} shot {}", where, story, shot.number));
  return shot;
}

/// The characters and scenes that the story declares.
void read_cast(const Json& entry, std::string_view where, const std::filesystem::path& base,
               Story& story, Findings& findings) {
  story.storyline = text_of(entry, "storyline").value_or("");
  for (const Json& item : entry.value("characters", Json::array())) {
    Character character;
    character.id = item["id"].get<std::string>();
    character.appearance = text_of(item, "appearance").value_or("");
    const ReferenceOwner owner = owner_of(character, story.id);
    read_references(item, base, owner, findings);
    require_all_frames(owner, where);
    require_references(item, owner, findings);
    story.characters.push_back(std::move(character));
  }
  for (const Json& item : entry.value("scenes", Json::array())) {
    story.scenes.push_back(
        {item["id"].get<std::string>(), text_of(item, "environment").value_or("")});
  }
}

/// What a shot names and its story doesn't declare: kept, and said.
void check_names(const Story& story, std::string_view where, Findings& findings) {
  for (const Shot& shot : story.shots) {
    if (!shot.characters && story.characters.size() > 1) {
      throw BadInput(fmt::format(
          "{}: story {} shot {}: has no \"characters\", and the story has {}: list those that the "
          "shot shows ([] for none).",
          where, story.id, shot.number, story.characters.size()));
    }
    if (shot.characters && shot.characters->empty()) {
      findings.push_back({"no_character", story.id, shot.number, "the shot lists no character"});
    }
    for (const std::string& character : shot.characters.value_or(std::vector<std::string>{})) {
      if (story.find_character(character) != nullptr) continue;
      findings.push_back({"unknown_character", story.id, shot.number,
                          fmt::format("{} is no character of the story", character)});
    }
  }
}

Story read_story(const Json& entry, std::string_view where, const std::filesystem::path& base,
                 Findings& findings) {
  Story story;
  story.id = checked_id(entry, where);
  story.ip = entry["ip"].get<std::string>();
  story.prompt = text_of(entry, "prompt").value_or(story.id.substr(story.id.rfind('/') + 1));
  read_cast(entry, where, base, story, findings);
  for (const Json& item : entry["shots"]) {
    const int least = story.shots.empty() ? 1 : story.shots.back().number + 1;
    story.shots.push_back(read_shot(item, least, story.id, where, findings));
  }
  check_names(story, where, findings);
  if (story.shots.empty())
    findings.push_back({"empty_story", story.id, std::nullopt, "the story has no shots"});
  return story;
}

std::string relative_text(const std::filesystem::path& file, const std::filesystem::path& base) {
  const auto full = std::filesystem::weakly_canonical(file);
  const auto folder = std::filesystem::weakly_canonical(base.empty() ? "." : base);
  return full.lexically_relative(folder).generic_string();
}

void put(Json& object, std::string_view key, const std::optional<std::string>& text) {
  if (text) object[std::string(key)] = *text;
}

Json references_json(const std::vector<std::filesystem::path>& files,
                     const std::vector<std::string>& sha256, const std::vector<int>& frames,
                     const std::filesystem::path& base) {
  Json list = Json::array();
  for (std::size_t i = 0; i < files.size(); ++i) {
    Json item{{"file", relative_text(files[i], base)}, {"sha256", sha256.at(i)}};
    if (!frames.empty()) item["frame"] = frames.at(i);
    list.push_back(std::move(item));
  }
  return list;
}

SourceStamp source_of(const Json& json, std::string_view where) {
  SourceStamp source{json["boundaries"].get<std::string>(), json["range"].get<std::string>(), {}};
  try {
    static_cast<void>(parse_boundary_rule(source.boundaries));
    static_cast<void>(parse_shot_part(source.range));
  } catch (const UsageError& error) {
    throw BadInput(fmt::format("{}: source: {}", where, error.what()));
  }
  source.shifts.boundaries = json["count"].get<int>();
  source.shifts.moved = json["moved"].get<int>();
  source.shifts.without_cut = json["without_cut"].get<int>();
  if (json.contains("shift_quartiles_seconds"))
    source.shifts.seconds = json["shift_quartiles_seconds"].get<std::array<double, 5>>();
  source.shifts.by_tenth = json["shifts_by_tenth"].get<std::array<int, 21>>();
  return source;
}

Json shot_json(const Shot& shot) {
  Json item{{"number", shot.number}, {"caption", nullptr}};
  put(item, "caption", shot.caption);
  put(item, "descriptive_caption", shot.descriptive_caption);
  put(item, "audio_prompt", shot.audio_prompt);
  put(item, "audio_type", shot.audio_type);
  put(item, "audio_context", shot.audio_context);
  if (shot.characters) item["characters"] = *shot.characters;
  put(item, "scene", shot.scene);
  if (shot.is_prologue_or_epilogue) item["prologue_or_epilogue"] = true;
  if (shot.source) item["source"] = {shot.source->begin_frame, shot.source->end_frame};
  return item;
}

class ManifestReader : public SplitReader {
 public:
  std::string_view form() const override { return "manifest"; }
  std::string_view looks_like() const override {
    return "a JSON file with \"schema\": \"asbench/split@1\", as `asbench split make` and "
           "`asbench inspect --write` save it";
  }

  bool recognises(const std::filesystem::path& path) const override {
    if (!is_file(path)) return false;
    Findings ignored;
    const auto document = read_split_json(path, ignored);
    return document && document->is_object() && document->contains("schema") &&
           (*document)["schema"] == kSchema;
  }

  Split read(const std::filesystem::path& path) const override {
    const Text text = read_text(path);
    Split split =
        parse_manifest(text.utf8, path.string(), std::filesystem::absolute(path).parent_path());
    if (!text.is_utf8()) {
      split.findings.push_back(
          {"text_encoding", "", std::nullopt, encoding_note(text, path.string())});
    }
    return split;
  }
};

}  // namespace

Split parse_manifest(std::string_view text, std::string_view where,
                     const std::filesystem::path& base) {
  const Json document = parse_json(text, where, {.refuse_duplicate_keys = true});
  check_schema(document, "split", where);
  Split split;
  split.name = document["name"].get<std::string>();
  split.form = "manifest";
  if (document.contains("source")) split.source = source_of(document["source"], where);
  for (const Json& entry : document["ips"]) {
    split.ips.push_back(read_ip(entry, where, base, split.findings));
    split.ips.back().place = static_cast<int>(split.ips.size());
  }
  int place = 0;
  for (const Json& entry : document["stories"]) {
    Story story = read_story(entry, where, base, split.findings);
    story.place = ++place;
    if (story.shots.empty()) {
      split.lost.push_back({std::move(story.id), std::move(story.ip), 0, place});
    } else {
      split.stories.push_back(std::move(story));
    }
  }
  const auto characters = ips_as_characters(split);
  for (std::size_t i = 0; i < split.ips.size(); ++i) {
    if (characters.contains(split.ips[i].id))
      require_references(document["ips"][i], owner_of(split.ips[i]), split.findings);
  }
  count_lost_stories(split, {});
  return split;
}

Json source_to_json(const SourceStamp& source) {
  Json json{{"boundaries", source.boundaries},
            {"range", source.range},
            {"count", source.shifts.boundaries},
            {"moved", source.shifts.moved},
            {"without_cut", source.shifts.without_cut}};
  if (source.shifts.seconds) json["shift_quartiles_seconds"] = *source.shifts.seconds;
  json["shifts_by_tenth"] = source.shifts.by_tenth;
  return json;
}

Json split_to_manifest(const Split& split, const std::filesystem::path& base) {
  Json document;
  document["schema"] = kSchema;
  document["name"] = split.name;
  document["sha256"] = split.sha256;
  if (split.source) document["source"] = source_to_json(*split.source);
  document["ips"] = Json::array();
  for (const Ip& ip : split.ips) {
    Json entry{{"id", ip.id}};
    if (!ip.name.empty()) entry["name"] = ip.name;
    if (ip.video) entry["video"] = relative_text(*ip.video, base);
    entry["references"] = references_json(ip.references, ip.reference_sha256, {}, base);
    for (const TuningClip& clip : ip.clips) {
      Json item{{"file", relative_text(clip.file, base)}};
      if (clip.start_seconds) item["start_seconds"] = *clip.start_seconds;
      if (clip.end_seconds) item["end_seconds"] = *clip.end_seconds;
      put(item, "caption", clip.caption);
      entry["clips"].push_back(std::move(item));
    }
    document["ips"].push_back(std::move(entry));
  }
  document["stories"] = Json::array();
  for (const Story& story : split.stories) {
    Json entry{{"id", story.id}, {"ip", story.ip}, {"prompt", story.prompt}};
    if (!story.storyline.empty()) entry["storyline"] = story.storyline;
    for (const Character& character : story.characters) {
      Json item{{"id", character.id}};
      if (!character.appearance.empty()) item["appearance"] = character.appearance;
      item["references"] = references_json(character.references, character.reference_sha256,
                                           character.reference_frames, base);
      entry["characters"].push_back(std::move(item));
    }
    for (const Scene& scene : story.scenes) {
      Json item{{"id", scene.id}};
      if (!scene.environment.empty()) item["environment"] = scene.environment;
      entry["scenes"].push_back(std::move(item));
    }
    entry["shots"] = Json::array();
    for (const Shot& shot : story.shots) entry["shots"].push_back(shot_json(shot));
    document["stories"].push_back(std::move(entry));
  }
  return document;
}

const SplitReader& manifest_reader() {
  static const ManifestReader reader;
  return reader;
}

}  // namespace asbench::loaders
