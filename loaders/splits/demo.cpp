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

/// True for an object of objects that hold lists of texts: prompts whose keys are not spelt as they
/// should be. Results and cut lists are of other shapes.
bool looks_like_prompts(const Json& document) {
  const auto is_texts = [](const Json& value) {
    return value.is_array() && !value.empty() &&
           std::all_of(value.begin(), value.end(),
                       [](const Json& text) { return text.is_string(); });
  };
  const auto holds_texts = [&](const Json& entry) {
    return std::any_of(entry.begin(), entry.end(), is_texts);
  };
  const auto holds_list = [](const Json& entry) {
    return entry.is_object() && std::any_of(entry.begin(), entry.end(),
                                            [](const Json& value) { return value.is_array(); });
  };
  return document.is_object() && std::all_of(document.begin(), document.end(), holds_list) &&
         std::any_of(document.begin(), document.end(), holds_texts);
}

/// Of a text that is not valid JSON. What this program wrote has a schema of its own.
bool mentions_captions(const std::string& text) {
  return lower_case(text).find("\"captions\"") != std::string::npos &&
         text.find("\"asbench/") == std::string::npos;
}

bool has_reference(const std::filesystem::path& file) {
  return find_file(file.parent_path(),
                   {.name = file.stem().string() + "_ref.png", .endings = reference_endings()})
      .file.has_value();
}

/// Other JSON files (results, cut lists) may be in the same folder: what has no IP's reference
/// beside it and no captions is none of the split's.
bool belongs_to_an_ip(const std::filesystem::path& file, const SplitJson& read) {
  if (has_reference(file)) return true;
  if (!read.document) return mentions_captions(read.text);
  return is_demo_document(*read.document) || looks_like_prompts(*read.document);
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
  return belongs_to_an_ip(file, read);
}

/// The stories of a file that is not valid JSON, or not of this form, as far as they can be seen.
void add_lost(const std::vector<StoryOutline>& outline, const std::string& ip, Split& split) {
  if (outline.empty()) split.uncounted_ips.push_back(ip);
  for (const StoryOutline& story : outline)
    split.lost.push_back({fmt::format("{}/{}", ip, story.name), ip, story.shots});
}

/// Stories whose key occurs again later in the file, which alone is kept.
void add_doubled(const std::string& text, const std::string& ip, Split& split) {
  const auto outline = outline_of(text, StoryPlace::captions_by_prompt);
  if (!outline) return;
  for (auto story = outline->begin(); story != outline->end(); ++story) {
    if (std::any_of(std::next(story), outline->end(),
                    [&](const StoryOutline& later) { return later.name == story->name; }))
      split.lost.push_back({fmt::format("{}/{}", ip, story->name), ip, story->shots});
  }
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
    if (!is_safe_id(ip.id)) ip.id = stand_in_id(split);
    Findings findings;
    const SplitJson read = read_split_file(file, ip_label(ip.id), findings);
    if (!belongs_to_an_ip(file, read)) {
      if (!read.document) {
        split.findings.push_back({"unread_json", "", std::nullopt, findings.back().detail});
      }
      return;
    }
    split.findings.insert(split.findings.end(), findings.begin(), findings.end());
    if (read.document && is_demo_document(*read.document) && is_safe_id(file.stem().string())) {
      StoryList stories = demo_stories(*read.document, ip.id, unknown, split.findings);
      std::move(stories.stories.begin(), stories.stories.end(), std::back_inserter(split.stories));
      std::move(stories.lost.begin(), stories.lost.end(), std::back_inserter(split.lost));
      add_doubled(read.text, ip.id, split);
    } else {
      read_defective(file, read, ip.id, split);
    }
    const std::string name = file.stem().string();
    find_reference(owner_of(ip), file.parent_path(), name + "_ref.png", name, split.findings);
    split.ips.push_back(std::move(ip));
  }

  /// A reference without a file of prompts beside it: the IP has lost its stories.
  static void notice_lone_reference(const std::filesystem::path& file, Split& split) {
    constexpr std::string_view kEnd = "_ref";
    const std::string stem = file.stem().string();
    const auto& endings = reference_endings();
    if (stem.size() <= kEnd.size() || !lower_case(stem).ends_with(kEnd) ||
        std::find(endings.begin(), endings.end(), lower_case(file.extension().string())) ==
            endings.end()) {
      return;
    }
    const std::string name = stem.substr(0, stem.size() - kEnd.size());
    Ip ip;
    ip.id = is_safe_id(name) ? name : stand_in_id(split);
    const auto prompts =
        find_file(file.parent_path(), {.name = name + ".json", .like = name + "."});
    // Several pictures may stand for one IP's reference.
    if (prompts.file || std::any_of(split.ips.begin(), split.ips.end(),
                                    [&](const Ip& other) { return other.id == ip.id; })) {
      return;
    }
    split.findings.push_back({"missing_prompts", "", std::nullopt,
                              fmt::format("{}{}", ip_label(ip.id), prompts.problem)});
    split.uncounted_ips.push_back(ip.id);
    add_reference(owner_of(ip), file, split.findings);
    split.ips.push_back(std::move(ip));
  }

  static void read_defective(const std::filesystem::path& file, const SplitJson& read,
                             const std::string& ip, Split& split) {
    std::vector<StoryOutline> outline;
    if (!read.document) {
      outline = outline_of(read.text, StoryPlace::captions_by_prompt).value_or(outline);
    } else if (read.document->is_object()) {
      for (const auto& [prompt, entry] : read.document->items()) {
        if (entry.is_object()) outline.push_back({prompt, 0});
      }
    }
    if (read.document) {
      split.findings.push_back(
          {"bad_schema", "", std::nullopt,
           fmt::format("{}{}: not an object of the form {{\"<prompt>\": {{\"captions\": [...]}}}}, "
                       "or the file's name can't be part of a path; the file is skipped",
                       ip_label(ip), file.string())});
    }
    add_lost(outline, ip, split);
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
    if (story.shots.empty()) {
      findings.push_back({"empty_story", id, std::nullopt, "the story has no shots"});
      list.lost.push_back({id, ip, 0});
      continue;
    }
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
