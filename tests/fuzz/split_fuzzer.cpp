// Split JSON in every form that this version reads, the cut list and the encodings of their files:
// any bytes must give a value or a BadInput. Nothing is opened. Links asbench::loaders.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "loaders/outputs/finders.h"
#include "loaders/prompts/prompt_stories.h"
#include "loaders/split.h"
#include "loaders/splits/common.h"
#include "loaders/splits/lost_stories.h"
#include "loaders/text_file.h"

namespace {

using namespace asbench;
using namespace asbench::loaders;

/// What holds for every split that was read, whatever the text.
void check(Split split) {
  finish_split(split);
  if (split.sha256.size() != 64) std::abort();
  for (const Story& story : split.stories) {
    if (!is_safe_id(story.id) || split.find_story(story.id) == nullptr) std::abort();
    if (split.ip(story.ip).id != story.ip) std::abort();
  }
  const Json manifest = split_to_manifest(split, "/");
  Split again = parse_manifest(manifest.dump(), "again", {});
  finish_split(again);
  if (again.sha256 != split.sha256) std::abort();
}

void read_manifest(std::string_view text) {
  Split split = parse_manifest(text, "fuzz", {});
  for (Ip& ip : split.ips) ip.clips.clear();  // their paths mean nothing without a folder
  check(std::move(split));
}

void read_folder_forms(std::string_view text) {
  const Json document = parse_json(text, "fuzz", {});
  for (const auto stories_of : {&demo_stories, &test_set_stories}) {
    if (!document.is_object()) continue;
    UnknownKeys unknown;
    Split split;
    split.ips.push_back({"ip", {}, {}, {}});
    StoryList list = stories_of(document, "ip", unknown, split.findings);
    split.stories = std::move(list.stories);
    split.lost = std::move(list.lost);
    count_lost_stories(split, {});
    check(with_lost_stories(split));
    unknown.report(split.findings);
    check(std::move(split));
  }
  Split split;
  split.ips.push_back({"ip", {}, {}, {}});
  split.stories.push_back({"ip/1", "ip", "1", {Shot{}, Shot{2, {}, {}, {}}}});
  const Outputs outputs =
      apply_cuts(split, FolderIndex("/nowhere"), LayoutTemplate("{story}.mp4"), document, "fuzz");
  if (!outputs.shots.empty()) std::abort();  // there is no such video
}

template <typename Action>
void attempt(Action action) {
  try {
    action();
  } catch (const BadInput&) {
    // the expected answer to most inputs
  }
}

/// Prompts in any form: what is made of them is a split that can be written and read.
void read_prompt_forms(std::string_view text) {
  const auto make = [](PromptFile file) {
    PromptStories stories = stories_of(
        std::move(file), "fuzz", [](const std::string& name) { return name.size() % 2 == 0; },
        "only");
    Split split;
    for (const PromptIp& ip : stories.ips) {
      split.ips.push_back({ip.id, {}, {}, {}});
      split.ips.back().name = ip.name;
    }
    split.stories = std::move(stories.stories);
    check(std::move(split));
  };
  attempt([&] { make(prompts_of_table(text, "fuzz")); });
  attempt([&] { make(prompts_of_lines(text, "fuzz")); });
  attempt([&] { make(prompts_of_json_lines(text, "fuzz")); });
  attempt([&] { make(prompts_of_json(parse_json(text, "fuzz", {}), "fuzz")); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  attempt([&] { read_manifest(text); });
  attempt([&] { read_folder_forms(text); });
  attempt([&] { read_folder_forms(decode_text(text, "fuzz").utf8); });
  attempt([&] { read_prompt_forms(decode_text(text, "fuzz").utf8); });
  static_cast<void>(outline_of(text, StoryPlace::captions_by_prompt));
  static_cast<void>(outline_of(text, StoryPlace::prompts_array));
  return 0;
}
