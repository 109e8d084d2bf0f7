#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/error.h"
#include "core/files.h"
#include "loaders/splits/common.h"
#include "loaders/splits/find_file.h"
#include "loaders/splits/lost_stories.h"

// Test-set form (docs/design/dataset.md 7): a folder per IP with `prompts.json` = {"prompts":
// [["shot 1", ...], ...]}, `reference.png` and, if the IP has clips to tune on, `clips.json`.
namespace asbench::loaders {
namespace {

constexpr std::size_t kStoriesPerIp = 10;
constexpr std::size_t kShotsPerStory = 4;

bool has_prompts(const Json& document) {
  return document.is_object() && document.contains("prompts") && document["prompts"].is_array();
}

/// Also with a file that is not valid JSON: what is wrong with it is then a finding.
bool is_ip_folder(const std::filesystem::path& folder) {
  const auto found = find_file(folder, {.name = "prompts.json"});
  if (!found.file || !is_file(*found.file)) return false;
  Findings ignored;
  const auto document = read_split_json(*found.file, ignored);
  return !document || has_prompts(*document);
}

std::optional<double> seconds_of(const Json& clip, std::string_view key) {
  const auto value = clip.find(key);
  if (value == clip.end() || !value->is_number()) return std::nullopt;
  return value->get<double>();
}

void read_clips(const std::filesystem::path& folder, Ip& ip, UnknownKeys& unknown,
                Findings& findings) {
  const auto file = folder / "clips.json";
  if (!is_there(file)) return;
  // The clips are no part of the score of a system: what is wrong with their list stops nothing.
  Findings defects;
  const auto document = read_split_file(file, ip_label(ip.id), defects).document;
  for (Finding& defect : defects) {
    if (defect.kind != "text_encoding") defect.kind = "bad_clip_list";
    findings.push_back(std::move(defect));
  }
  if (!document) return;
  const auto bad = [&](const std::string& what) {
    findings.push_back({"bad_clip_list", "", std::nullopt,
                        fmt::format("{}{}: {}", ip_label(ip.id), file.string(), what)});
  };
  if (!document->is_array()) return bad("not an array of clips; the file is skipped");
  for (std::size_t i = 0; i < document->size(); ++i) {
    const Json& entry = (*document)[i];
    if (!entry.is_object() || !entry.contains("file") || !entry["file"].is_string() ||
        !is_safe_id(entry["file"].get_ref<const std::string&>())) {
      bad(fmt::format("clip {} has no \"file\" below the IP's folder; it is skipped", i));
      continue;
    }
    unknown.look(entry, {"file", "start", "end", "caption"});
    TuningClip clip;
    clip.file = folder / entry["file"].get<std::string>();
    clip.start_seconds = seconds_of(entry, "start");
    clip.end_seconds = seconds_of(entry, "end");
    if (const auto text = entry.find("caption"); text != entry.end() && text->is_string()) {
      clip.caption = text->get<std::string>();
    }
    ip.clips.push_back(std::move(clip));
  }
}

class TestSetReader : public SplitReader {
 public:
  std::string_view form() const override { return "test-set"; }
  std::string_view looks_like() const override {
    return "a folder with one folder per IP, which holds prompts.json = {\"prompts\": [[...], "
           "...]}";
  }

  bool recognises(const std::filesystem::path& path) const override {
    if (!is_folder(path)) return false;
    const auto folders = list_folders(path);
    return std::any_of(folders.begin(), folders.end(), is_ip_folder);
  }

  Split read(const std::filesystem::path& path) const override {
    Split split;
    split.name = folder_name(path);
    split.form = form();
    UnknownKeys unknown;
    for (const auto& folder : list_folders(path)) read_ip(folder, split, unknown);
    unknown.report(split.findings);
    count_lost_stories(split, {.stories_per_ip = kStoriesPerIp, .shots_per_story = kShotsPerStory});
    return split;
  }

 private:
  static void read_ip(const std::filesystem::path& folder, Split& split, UnknownKeys& unknown) {
    Ip ip;
    ip.id = folder.filename().string();
    const auto report = [&](const char* kind, std::string_view detail) {
      split.findings.push_back(
          {kind, "", std::nullopt, fmt::format("{}{}", ip_label(ip.id), detail)});
    };
    const auto prompts = find_file(folder, {.name = "prompts.json", .like = "prompt"});
    if (!prompts.file && !looks_like_ip(folder)) {
      if (is_empty_folder(folder)) report("empty_folder", folder.string() + ": nothing is in it");
      return;
    }
    if (!is_safe_id(ip.id)) {
      ip.id = stand_in_id(split);
      report("bad_schema",
             fmt::format("{}: the folder's name can't be part of an output path (UTF-8, up to 512 "
                         "bytes); its stories are lost",
                         folder.string()));
      find_reference(owner_of(ip), folder, "reference.png", {}, split.findings);
      split.uncounted_ips.push_back(ip.id);
      split.ips.push_back(std::move(ip));
      return;
    }
    find_reference(owner_of(ip), folder, "reference.png", {}, split.findings);
    read_clips(folder, ip, unknown, split.findings);
    if (!prompts.file) {
      report("missing_prompts", prompts.problem);
      split.uncounted_ips.push_back(ip.id);
    } else {
      if (!prompts.note.empty()) report("other_file_used", prompts.note);
      read_prompts(*prompts.file, ip.id, split, unknown);
    }
    split.ips.push_back(std::move(ip));
  }

  /// True for a folder without prompts that holds pictures or texts as an IP's does, under
  /// whatever names. What a run wrote may lie beside the IPs: outputs (videos, or folders of
  /// frames), results and their frames.
  static bool looks_like_ip(const std::filesystem::path& folder) {
    if (folder.extension() == ".frames") return false;
    const auto files = list_files(folder);
    if (std::any_of(files.begin(), files.end(), is_own_document)) return false;
    return std::any_of(files.begin(), files.end(), [](const std::filesystem::path& file) {
      const std::string ending = lower_case(file.extension().string());
      const auto& pictures = reference_endings();
      return ending == ".json" || ending == ".txt" ||
             std::find(pictures.begin(), pictures.end(), ending) != pictures.end();
    });
  }

  /// True for what this program writes: results, manifests.
  static bool is_own_document(const std::filesystem::path& file) {
    if (lower_case(file.extension().string()) != ".json") return false;
    Findings ignored;
    const auto document = read_split_json(file, ignored);
    if (!document || !document->is_object()) return false;
    const auto schema = document->find("schema");
    return schema != document->end() && schema->is_string() &&
           schema->get_ref<const std::string&>().starts_with("asbench/");
  }

  static bool is_empty_folder(const std::filesystem::path& folder) {
    return list_files(folder).empty() && list_folders(folder).empty();
  }

  static void read_prompts(const std::filesystem::path& file, const std::string& ip, Split& split,
                           UnknownKeys& unknown) {
    const SplitJson read = read_split_file(file, ip_label(ip), split.findings);
    if (!read.document) {
      const auto outline = outline_of(read.text, StoryPlace::prompts_array);
      if (!outline) split.uncounted_ips.push_back(ip);
      for (const StoryOutline& story : outline.value_or(std::vector<StoryOutline>{}))
        split.lost.push_back({fmt::format("{}/{}", ip, story.name), ip, story.shots});
      return;
    }
    if (!has_prompts(*read.document) || (*read.document)["prompts"].empty()) {
      split.findings.push_back(
          {"bad_schema", "", std::nullopt,
           fmt::format("{}{}: expected {{\"prompts\": [[\"shot 1\", ...], ...]}} with at least one "
                       "story; the IP has none",
                       ip_label(ip), file.string())});
      split.uncounted_ips.push_back(ip);
      return;
    }
    StoryList stories = test_set_stories(*read.document, ip, unknown, split.findings);
    std::move(stories.stories.begin(), stories.stories.end(), std::back_inserter(split.stories));
    std::move(stories.lost.begin(), stories.lost.end(), std::back_inserter(split.lost));
  }
};

}  // namespace

StoryList test_set_stories(const Json& document, const std::string& ip, UnknownKeys& unknown,
                           Findings& findings) {
  StoryList list;
  if (!has_prompts(document)) return list;
  unknown.look(document, {"prompts"});
  const Json& prompts = document["prompts"];
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    Story story{fmt::format("{}/{}", ip, i), ip, std::to_string(i), {}};
    if (!prompts[i].is_array()) {
      findings.push_back({"bad_schema", story.id, std::nullopt,
                          "the prompt is not an array of strings; the story is skipped"});
      list.lost.push_back({story.id, ip, 0});
      continue;
    }
    for (std::size_t s = 0; s < prompts[i].size(); ++s) {
      Shot shot;
      shot.number = static_cast<int>(s) + 1;
      shot.caption = caption_of(prompts[i][s], story.id, shot.number, findings);
      story.shots.push_back(std::move(shot));
    }
    if (story.shots.empty()) {
      findings.push_back({"empty_story", story.id, std::nullopt, "the story has no shots"});
      list.lost.push_back({story.id, ip, 0});
      continue;
    }
    if (story.shots.size() != kShotsPerStory) {
      findings.push_back({"shot_count", story.id, std::nullopt,
                          fmt::format("{} shots; a story of this form has {}", story.shots.size(),
                                      kShotsPerStory)});
    }
    list.stories.push_back(std::move(story));
  }
  if (prompts.size() != kStoriesPerIp) {
    findings.push_back({"story_count", "", std::nullopt,
                        fmt::format("{}{} stories; an IP of this form has {}", ip_label(ip),
                                    prompts.size(), kStoriesPerIp)});
  }
  return list;
}

const SplitReader& test_set_reader() {
  static const TestSetReader reader;
  return reader;
}

}  // namespace asbench::loaders
