#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/error.h"
#include "core/files.h"
#include "loaders/splits/common.h"

// Test-set form (docs/design/dataset.md 7): a folder per IP with `prompts.json` = {"prompts":
// [["shot 1", ...], ...]}, `reference.png` and, if the IP has clips to tune on, `clips.json`.
namespace asbench::loaders {
namespace {

constexpr std::size_t kStoriesPerIp = 10;
constexpr std::size_t kShotsPerStory = 4;

bool has_prompts(const Json& document) {
  return document.is_object() && document.contains("prompts") && document["prompts"].is_array();
}

bool is_ip_folder(const std::filesystem::path& folder) {
  const auto file = folder / "prompts.json";
  if (!is_file(file)) return false;
  Findings ignored;
  const auto document = read_split_json(file, ignored);
  return document && has_prompts(*document);
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
  const auto document = read_split_json(file, findings);
  if (!document) return;
  const auto bad = [&](const std::string& what) {
    findings.push_back(
        {"bad_schema", "", std::nullopt, fmt::format("{}: {}", file.string(), what)});
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
    return split;
  }

 private:
  static void read_ip(const std::filesystem::path& folder, Split& split, UnknownKeys& unknown) {
    const auto file = folder / "prompts.json";
    if (!is_there(file)) return;
    const auto document = read_split_json(file, split.findings);
    if (!document) return;
    Ip ip;
    ip.id = folder.filename().string();
    if (!has_prompts(*document) || !is_safe_id(ip.id)) {
      split.findings.push_back(
          {"bad_schema", "", std::nullopt,
           fmt::format("{}: no array \"prompts\", or the folder's name is not UTF-8; the IP is "
                       "skipped",
                       file.string())});
      return;
    }
    add_reference(ip, folder / "reference.png", split.findings);
    read_clips(folder, ip, unknown, split.findings);
    auto stories = test_set_stories(*document, ip.id, unknown, split.findings);
    std::move(stories.begin(), stories.end(), std::back_inserter(split.stories));
    split.ips.push_back(std::move(ip));
  }
};

}  // namespace

std::vector<Story> test_set_stories(const Json& document, const std::string& ip,
                                    UnknownKeys& unknown, Findings& findings) {
  std::vector<Story> stories;
  if (!has_prompts(document)) return stories;
  unknown.look(document, {"prompts"});
  const Json& prompts = document["prompts"];
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    Story story{fmt::format("{}/{}", ip, i), ip, std::to_string(i), {}};
    if (!prompts[i].is_array()) {
      findings.push_back({"bad_schema", story.id, std::nullopt,
                          "the prompt is not an array of strings; the story is skipped"});
      continue;
    }
    for (std::size_t s = 0; s < prompts[i].size(); ++s) {
      Shot shot;
      shot.number = static_cast<int>(s) + 1;
      shot.caption = caption_of(prompts[i][s], story.id, shot.number, findings);
      story.shots.push_back(std::move(shot));
    }
    if (story.shots.size() != kShotsPerStory) {
      findings.push_back({"shot_count", story.id, std::nullopt,
                          fmt::format("{} shots; a story of this form has {}", story.shots.size(),
                                      kShotsPerStory)});
    }
    stories.push_back(std::move(story));
  }
  if (prompts.size() != kStoriesPerIp) {
    findings.push_back({"story_count", "", std::nullopt,
                        fmt::format("IP {}: {} stories; an IP of this form has {}", ip,
                                    prompts.size(), kStoriesPerIp)});
  }
  return stories;
}

const SplitReader& test_set_reader() {
  static const TestSetReader reader;
  return reader;
}

}  // namespace asbench::loaders
