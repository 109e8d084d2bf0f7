#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/schema.h"
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

void read_references(const Json& entry, const std::filesystem::path& base, Ip& ip,
                     Findings& findings) {
  for (const Json& reference : entry["references"]) {
    if (base.empty()) continue;
    const std::filesystem::path file = base / reference["file"].get<std::string>();
    const std::size_t before = ip.references.size();
    const std::filesystem::path place = file.lexically_normal();
    if (is_folder(place.parent_path())) {
      find_reference(ip, place.parent_path(), place.filename().string(), {}, findings);
    } else {
      add_reference(ip, place, findings);
    }
    const auto expected = text_of(reference, "sha256");
    if (ip.references.size() > before && expected && *expected != ip.reference_sha256.back()) {
      findings.push_back(
          {"reference_changed", "", std::nullopt,
           fmt::format("{}{} has changed since the manifest was written "
                       "(SHA-256 {}, was {})",
                       ip_label(ip.id), file.string(), ip.reference_sha256.back(), *expected)});
    }
  }
}

Ip read_ip(const Json& entry, std::string_view where, const std::filesystem::path& base,
           Findings& findings) {
  Ip ip;
  ip.id = checked_id(entry, where);
  ip.name = text_of(entry, "name").value_or("");
  if (entry.contains("references")) read_references(entry, base, ip, findings);
  if (ip.references.empty() && entry.value("references", Json::array()).empty()) {
    findings.push_back({"missing_reference", "", std::nullopt,
                        fmt::format("{}the manifest names no reference", ip_label(ip.id))});
  }
  for (const Json& clip : entry.value("clips", Json::array())) {
    ip.clips.push_back({(base / clip["file"].get<std::string>()).lexically_normal(),
                        number_of(clip, "start_seconds"), number_of(clip, "end_seconds"),
                        text_of(clip, "caption")});
  }
  return ip;
}

Story read_story(const Json& entry, std::string_view where, Findings& findings) {
  Story story;
  story.id = checked_id(entry, where);
  story.ip = entry["ip"].get<std::string>();
  story.prompt = text_of(entry, "prompt").value_or(story.id.substr(story.id.rfind('/') + 1));
  for (const Json& item : entry["shots"]) {
    Shot shot;
    const int least = story.shots.empty() ? 1 : story.shots.back().number + 1;
    shot.number = item.value("number", least);
    if (shot.number < least) {
      throw BadInput(
          fmt::format("{}: story {}: shot {} comes after shot {}. Shots must be listed in the "
                      "order of their numbers, each number once; gaps are allowed.",
                      where, story.id, shot.number, least - 1));
    }
    shot.caption =
        caption_of(item.value("caption", Json(nullptr)), story.id, shot.number, findings);
    shot.descriptive_caption = text_of(item, "descriptive_caption");
    shot.audio_prompt = text_of(item, "audio_prompt");
    story.shots.push_back(std::move(shot));
  }
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
  for (const Json& entry : document["ips"]) {
    split.ips.push_back(read_ip(entry, where, base, split.findings));
    split.ips.back().place = static_cast<int>(split.ips.size());
  }
  int place = 0;
  for (const Json& entry : document["stories"]) {
    Story story = read_story(entry, where, split.findings);
    story.place = ++place;
    if (story.shots.empty()) {
      split.lost.push_back({std::move(story.id), std::move(story.ip), 0, place});
    } else {
      split.stories.push_back(std::move(story));
    }
  }
  count_lost_stories(split, {});
  return split;
}

Json split_to_manifest(const Split& split, const std::filesystem::path& base) {
  Json document;
  document["schema"] = kSchema;
  document["name"] = split.name;
  document["sha256"] = split.sha256;
  document["ips"] = Json::array();
  for (const Ip& ip : split.ips) {
    Json entry{{"id", ip.id}};
    if (!ip.name.empty()) entry["name"] = ip.name;
    entry["references"] = Json::array();
    for (std::size_t i = 0; i < ip.references.size(); ++i) {
      entry["references"].push_back(
          {{"file", relative_text(ip.references[i], base)}, {"sha256", ip.reference_sha256.at(i)}});
    }
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
    entry["shots"] = Json::array();
    for (const Shot& shot : story.shots) {
      Json item{{"number", shot.number}, {"caption", nullptr}};
      put(item, "caption", shot.caption);
      put(item, "descriptive_caption", shot.descriptive_caption);
      put(item, "audio_prompt", shot.audio_prompt);
      entry["shots"].push_back(std::move(item));
    }
    document["stories"].push_back(std::move(entry));
  }
  return document;
}

const SplitReader& manifest_reader() {
  static const ManifestReader reader;
  return reader;
}

}  // namespace asbench::loaders
