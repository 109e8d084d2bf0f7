#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/error.h"
#include "core/files.h"
#include "loaders/splits/common.h"
#include "loaders/splits/find_file.h"
#include "loaders/splits/lost_stories.h"

// Demo form (docs/design/dataset.md 8): a folder with `<ip>.json` = {"<prompt>": {"captions":
// [...], "audio": [...]}} and `<ip>_ref.png` for each IP. Outputs and other files may be in the
// same folder.
namespace asbench::loaders {
namespace {

constexpr std::size_t kShotsPerStory = 4;

bool is_demo_document(const Json& document) {
  return document.is_object() &&
         std::any_of(document.begin(), document.end(), [](const Json& entry) {
           return entry.is_object() && entry.contains("captions");
         });
}

bool has_json_ending(const std::filesystem::path& file) {
  return lower_case(file.extension().string()) == ".json";
}

/// Also a file that is not valid JSON, when it is an IP's by its captions or by the reference
/// beside it: what is wrong with it is then a finding.
bool is_demo_file(const std::filesystem::path& file) {
  if (!has_json_ending(file)) return false;
  Findings ignored;
  const SplitJson read = read_split_file(file, {}, ignored);
  if (read.document) return is_demo_document(*read.document);
  const auto outline = outline_of(read.text, StoryPlace::captions_by_prompt);
  return (outline && outline->front().shots > 0) ||
         is_there(file.parent_path() / (file.stem().string() + "_ref.png"));
}

/// The stories of a file that is not valid JSON, or not of this form, as far as they can be seen.
void add_lost(const std::vector<StoryOutline>& outline, const std::string& ip, Split& split) {
  if (outline.empty()) split.uncounted_ips.push_back(ip);
  for (const StoryOutline& story : outline)
    split.lost.push_back({fmt::format("{}/{}", ip, story.name), ip, story.shots});
}

class DemoReader : public SplitReader {
 public:
  std::string_view form() const override { return "demo"; }
  std::string_view looks_like() const override {
    return "a folder with <ip>.json files of the form {\"<prompt>\": {\"captions\": [...]}}";
  }

  bool recognises(const std::filesystem::path& path) const override {
    if (!is_folder(path)) return false;
    const auto files = list_files(path);
    return std::any_of(files.begin(), files.end(), is_demo_file);
  }

  Split read(const std::filesystem::path& path) const override {
    Split split;
    split.name = folder_name(path);
    split.form = form();
    UnknownKeys unknown;
    const auto files = list_files(path);
    for (const auto& file : files) {
      if (has_json_ending(file)) read_ip(file, split, unknown);
    }
    for (const auto& file : files) notice_lone_reference(file, split);
    unknown.report(split.findings);
    count_lost_stories(split, {.stories_per_ip = {}, .shots_per_story = kShotsPerStory});
    return split;
  }

 private:
  static void read_ip(const std::filesystem::path& file, Split& split, UnknownKeys& unknown) {
    Ip ip;
    ip.id = file.stem().string();
    const SplitJson read = read_split_file(file, ip_label(ip.id), split.findings);
    if (read.document && is_demo_document(*read.document) && is_safe_id(ip.id)) {
      StoryList stories = demo_stories(*read.document, ip.id, unknown, split.findings);
      std::move(stories.stories.begin(), stories.stories.end(), std::back_inserter(split.stories));
      std::move(stories.lost.begin(), stories.lost.end(), std::back_inserter(split.lost));
    } else if (!read_defective(file, read, ip.id, split)) {
      return;
    }
    find_reference(ip, file.parent_path(), ip.id + "_ref.png", ip.id, split.findings);
    split.ips.push_back(std::move(ip));
  }

  /// A reference without a file of prompts beside it: the IP has lost its stories.
  static void notice_lone_reference(const std::filesystem::path& file, Split& split) {
    constexpr std::string_view kEnding = "_ref.png";
    const std::string name = file.filename().string();
    if (!name.ends_with(kEnding)) return;
    Ip ip;
    ip.id = name.substr(0, name.size() - kEnding.size());
    const auto prompts =
        find_file(file.parent_path(), {.name = ip.id + ".json", .like = ip.id + "."});
    if (prompts.file || !is_safe_id(ip.id)) return;
    split.findings.push_back({"missing_prompts", "", std::nullopt,
                              fmt::format("{}{}", ip_label(ip.id), prompts.problem)});
    split.uncounted_ips.push_back(ip.id);
    add_reference(ip, file, split.findings);
    split.ips.push_back(std::move(ip));
  }

  /// @returns false when the file is no part of the split.
  static bool read_defective(const std::filesystem::path& file, const SplitJson& read,
                             const std::string& ip, Split& split) {
    std::vector<StoryOutline> outline;
    if (!read.document) {
      outline = outline_of(read.text, StoryPlace::captions_by_prompt).value_or(outline);
    } else if (read.document->is_object()) {
      for (const auto& [prompt, entry] : read.document->items()) {
        if (entry.is_object()) outline.push_back({prompt, 0});
      }
    }
    // Other JSON files (results, cut lists) may be in the same folder: only one with an IP's
    // reference, or that is cut off or mistyped and holds captions, is a defective part of it.
    const bool has_reference =
        find_file(file.parent_path(),
                  {.name = ip + "_ref.png", .endings = {".jpg", ".jpeg", ".webp"}})
            .file.has_value();
    if (!has_reference && (read.document || outline.empty())) return false;
    if (read.document) {
      split.findings.push_back(
          {"bad_schema", "", std::nullopt,
           fmt::format("{}{}: not an object of the form {{\"<prompt>\": {{\"captions\": [...]}}}}, "
                       "or the file's name can't be part of a path; the file is skipped",
                       ip_label(ip), file.string())});
    }
    if (!is_safe_id(ip)) return false;
    add_lost(outline, ip, split);
    return true;
  }
};

}  // namespace

StoryList demo_stories(const Json& document, const std::string& ip, UnknownKeys& unknown,
                       Findings& findings) {
  StoryList list;
  for (const auto& [prompt, entry] : document.items()) {
    const std::string id = fmt::format("{}/{}", ip, prompt);
    if (!is_safe_id(id) || !entry.is_object() || !entry.contains("captions") ||
        !entry["captions"].is_array()) {
      findings.push_back(
          {"bad_schema", is_safe_id(id) ? id : "", std::nullopt,
           fmt::format("IP {}: prompt {} is not an object with an array \"captions\", or "
                       "its name can't be part of a path; the story is skipped",
                       ip, Json(prompt).dump())});
      list.lost.push_back({id, ip, 0});
      continue;
    }
    unknown.look(entry, {"captions", "audio"});
    Story story{id, ip, prompt, {}};
    const Json& captions = entry["captions"];
    const auto audio = entry.find("audio");
    for (std::size_t i = 0; i < captions.size(); ++i) {
      Shot shot;
      shot.number = static_cast<int>(i) + 1;
      shot.caption = caption_of(captions[i], id, shot.number, findings);
      if (audio != entry.end() && audio->is_array() && i < audio->size() &&
          (*audio)[i].is_string()) {
        shot.audio_prompt = (*audio)[i].get<std::string>();
      }
      story.shots.push_back(std::move(shot));
    }
    if (story.shots.empty())
      findings.push_back({"empty_story", id, std::nullopt, "the story has no shots"});
    if (story.shots.size() != kShotsPerStory) {
      findings.push_back({"shot_count", id, std::nullopt,
                          fmt::format("{} shots; a story of this form has {}", story.shots.size(),
                                      kShotsPerStory)});
    }
    list.stories.push_back(std::move(story));
  }
  return list;
}

const SplitReader& demo_reader() {
  static const DemoReader reader;
  return reader;
}

}  // namespace asbench::loaders
