#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/files.h"
#include "loaders/splits/common.h"

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

bool is_demo_file(const std::filesystem::path& file) {
  if (file.extension() != ".json") return false;
  Findings ignored;
  const auto document = read_split_json(file, ignored);
  return document && is_demo_document(*document);
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
    for (const auto& file : list_files(path)) {
      if (file.extension() == ".json") read_ip(file, split, unknown);
    }
    unknown.report(split.findings);
    return split;
  }

 private:
  static void read_ip(const std::filesystem::path& file, Split& split, UnknownKeys& unknown) {
    const auto document = read_split_json(file, split.findings);
    if (!document) return;
    Ip ip;
    ip.id = file.stem().string();
    const auto reference = file.parent_path() / (ip.id + "_ref.png");
    if (!is_demo_document(*document) || !is_safe_id(ip.id)) {
      // Other JSON files (results, cut lists) may be in the same folder: only one with an IP's
      // reference is a defective part of the split.
      if (is_there(reference)) {
        split.findings.push_back(
            {"bad_schema", "", std::nullopt,
             fmt::format(
                 "{}: not an object of the form {{\"<prompt>\": {{\"captions\": [...]}}}}; the "
                 "file is skipped",
                 file.string())});
      }
      return;
    }
    add_reference(ip, reference, split.findings);
    auto stories = demo_stories(*document, ip.id, unknown, split.findings);
    std::move(stories.begin(), stories.end(), std::back_inserter(split.stories));
    split.ips.push_back(std::move(ip));
  }
};

}  // namespace

std::vector<Story> demo_stories(const Json& document, const std::string& ip, UnknownKeys& unknown,
                                Findings& findings) {
  std::vector<Story> stories;
  for (const auto& [prompt, entry] : document.items()) {
    const std::string id = fmt::format("{}/{}", ip, prompt);
    if (!is_safe_id(id) || !entry.is_object() || !entry.contains("captions") ||
        !entry["captions"].is_array()) {
      findings.push_back(
          {"bad_schema", is_safe_id(id) ? id : "", std::nullopt,
           fmt::format("IP {}: prompt {} is not an object with an array \"captions\", or "
                       "its name can't be part of a path; the story is skipped",
                       ip, Json(prompt).dump())});
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
    if (story.shots.size() != kShotsPerStory) {
      findings.push_back({"shot_count", id, std::nullopt,
                          fmt::format("{} shots; a story of this form has {}", story.shots.size(),
                                      kShotsPerStory)});
    }
    stories.push_back(std::move(story));
  }
  return stories;
}

const SplitReader& demo_reader() {
  static const DemoReader reader;
  return reader;
}

}  // namespace asbench::loaders
