#include "loaders/split.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "loaders/annotations/annotation_split.h"
#include "loaders/name_match.h"
#include "loaders/selection.h"
#include "loaders/splits/common.h"
#include "loaders/text_file.h"

namespace asbench::loaders {
namespace {

Json text_or_null(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json(nullptr);
}

bool ip_before(const Ip& a, const Ip& b) {
  return a.id < b.id;
}

bool story_before(const Story& a, const Story& b) {
  return a.ip != b.ip ? a.ip < b.ip : natural_less(a.id, b.id);
}

template <typename T>
std::vector<const T*> sorted(const std::vector<T>& values, bool (*before)(const T&, const T&)) {
  std::vector<const T*> order;
  for (const T& value : values) order.push_back(&value);
  std::sort(order.begin(), order.end(), [&](const T* a, const T* b) { return before(*a, *b); });
  return order;
}

/// What only some forms say is left out where it is absent, so that the hashes of splits without
/// it are those of earlier versions.
Json digest_of(const Shot& shot) {
  Json content{shot.number, text_or_null(shot.caption), text_or_null(shot.descriptive_caption),
               text_or_null(shot.audio_prompt)};
  Json more = Json::object();
  if (shot.characters) more["characters"] = *shot.characters;
  if (shot.scene) more["scene"] = *shot.scene;
  if (shot.is_prologue_or_epilogue) more["prologue_or_epilogue"] = true;
  if (shot.source) more["source"] = {shot.source->begin_frame, shot.source->end_frame};
  if (!more.empty()) content.push_back(std::move(more));
  return content;
}

/// The canonical content: everything that can change a number, nothing that can't. Sorted: the
/// order of a manifest changes no number.
std::string digest(const Split& split) {
  Json content{{"ips", Json::array()}, {"stories", Json::array()}};
  for (const Ip* ip : sorted(split.ips, ip_before)) {
    content["ips"].push_back({{"id", ip->id}, {"references", ip->reference_sha256}});
  }
  for (const Story* pointer : sorted(split.stories, story_before)) {
    const Story& story = *pointer;
    Json shots = Json::array();
    for (const Shot& shot : story.shots) shots.push_back(digest_of(shot));
    Json entry{{"id", story.id}, {"ip", story.ip}, {"shots", shots}};
    for (const Character& character : story.characters)
      entry["characters"].push_back({character.id, character.reference_sha256});
    content["stories"].push_back(std::move(entry));
  }
  return sha256_hex(content.dump());
}

const SplitReader& reader_named(std::string_view form) {
  std::vector<std::string> known;
  for (const SplitReader* reader : split_readers()) {
    if (reader->form() == form) return *reader;
    known.emplace_back(reader->form());
  }
  throw UsageError(fmt::format(
      "--split-format {}: unknown form of a split.{}\n  Choose from {}, or leave the option out: "
      "the form is recognised from the files.",
      form, did_you_mean(form, known), fmt::join(known, ", ")));
}

const SplitReader& reader_for(const std::filesystem::path& path) {
  std::string forms;
  for (const SplitReader* reader : split_readers()) {
    if (reader->recognises(path)) return *reader;
    forms += fmt::format("\n    {}: {}", reader->form(), reader->looks_like());
  }
  if (!is_folder(path)) {
    // A file that isn't JSON at all deserves its own message.
    [[maybe_unused]] const Json parsed = parse_json(read_text(path).utf8, path.string());
  }
  throw BadInput(fmt::format(
      "{}: not a split. Known forms:{}\n  If it is meant to be one of these, name the form with "
      "--split-format to see what is wrong.",
      path.string(), forms));
}

}  // namespace

const Character* Story::find_character(std::string_view character) const {
  const auto found = std::find_if(characters.begin(), characters.end(),
                                  [&](const Character& one) { return one.id == character; });
  return found == characters.end() ? nullptr : &*found;
}

const Ip& Split::ip(std::string_view id) const {
  const auto sorted = std::lower_bound(ips.begin(), ips.end(), id,
                                       [](const Ip& a, std::string_view b) { return a.id < b; });
  if (sorted != ips.end() && sorted->id == id) return *sorted;
  for (const Ip& ip : ips) {  // built by hand and not sorted
    if (ip.id == id) return ip;
  }
  throw BadInput(fmt::format("split {}: unknown IP {}", name, id));
}

const Story* Split::find_story(std::string_view id) const {
  const auto story = std::find_if(stories.begin(), stories.end(),
                                  [&](const Story& candidate) { return candidate.id == id; });
  return story == stories.end() ? nullptr : &*story;
}

std::size_t Split::shot_count() const {
  std::size_t count = 0;
  for (const Story& story : stories) count += story.shots.size();
  return count;
}

const std::vector<const SplitReader*>& split_readers() {
  static const std::vector<const SplitReader*> readers = {&manifest_reader(), &annotations_reader(),
                                                          &demo_reader(), &test_set_reader()};
  return readers;
}

Split read_split(const std::filesystem::path& path, const std::optional<std::string>& form) {
  return read_split(path, form, Selection{});
}

Split read_split(const std::filesystem::path& path, const std::optional<std::string>& form,
                 const Selection& selection, const SourceRules& rules) {
  const SplitReader* named = form ? &reader_named(*form) : nullptr;
  if (!is_there(path)) {
    throw BadInput(
        fmt::format("{}: no such file or folder.\n  Expected a demo folder, a test-set folder, a "
                    "split manifest "
                    "or annotation files (--split).",
                    path.string()));
  }
  try {
    const SplitReader& reader = named != nullptr ? *named : reader_for(path);
    const bool is_annotated = &reader == &annotations_reader();
    if (!is_annotated && !rules.is_default()) {
      throw UsageError(fmt::format(
          "{}: --videos, --boundaries, --range and --reference-masks are for AnimeShooter's "
          "annotation files, and this split has the form {}.\n  A manifest keeps what they were "
          "when it was written.",
          path.string(), reader.form()));
    }
    Split split = is_annotated ? read_annotation_split(path, selection, rules) : reader.read(path);
    finish_split(split);
    if (split.stories.empty() && split.ips.empty() && split.findings.empty()) {
      throw BadInput(fmt::format("{}: no stories found when read in the form {}: {}.",
                                 path.string(), reader.form(), reader.looks_like()));
    }
    return split;
  } catch (const std::filesystem::filesystem_error& error) {
    throw SystemFault("can't be read", error.path1(), error.code().value());
  }
}

std::set<std::string> ips_as_characters(const Split& split) {
  std::set<std::string> ips;
  std::set<std::string_view> with_stories;
  for (const Story& story : split.stories) {
    with_stories.insert(story.ip);
    if (story.characters.empty()) ips.insert(story.ip);
  }
  for (const Ip& ip : split.ips) {
    if (!with_stories.contains(ip.id)) ips.insert(ip.id);
  }
  return ips;
}

int leave_out_prologues(Split& split) {
  std::size_t count = 0;
  for (Story& story : split.stories) {
    count +=
        std::erase_if(story.shots, [](const Shot& shot) { return shot.is_prologue_or_epilogue; });
  }
  if (count > 0)
    std::erase_if(split.stories, [](const Story& story) { return story.shots.empty(); });
  return static_cast<int>(count);
}

std::string ip_label(std::string_view ip) {
  return fmt::format("IP {}: ", ip);
}

Split with_lost_stories(const Split& split) {
  Split whole = split;
  for (const LostStory& lost : split.lost) {
    Story& story = whole.stories.emplace_back();
    story.id = lost.id;
    story.ip = lost.ip;
    story.prompt = lost.id.substr(lost.id.rfind('/') + 1);
    story.place = lost.place;
    for (int number = 1; number <= lost.shots; ++number) story.shots.emplace_back().number = number;
  }
  whole.lost.clear();
  finish_split(whole);
  whole.sha256 = split.sha256;
  return whole;
}

Split with_all_stories(const Split& split, const std::function<bool(std::string_view ip)>& wanted) {
  Split read = split;
  read.unread.clear();
  Split whole = with_lost_stories(read);
  std::set<std::string_view> ips;
  for (const Ip& ip : split.ips) ips.insert(ip.id);
  for (const UnreadStory& unread : split.unread) {
    if (wanted && !wanted(unread.ip)) continue;
    if (ips.insert(unread.ip).second) whole.ips.emplace_back().id = unread.ip;
    Story& story = whole.stories.emplace_back();
    story.id = unread.id;
    story.ip = unread.ip;
    story.prompt = unread.id.substr(unread.id.rfind('/') + 1);
    for (const int number : unread.shots) story.shots.emplace_back().number = number;
  }
  finish_split(whole);
  whole.sha256 = split.sha256;
  return whole;
}

void finish_split(Split& split) {
  std::sort(split.ips.begin(), split.ips.end(), [](const Ip& a, const Ip& b) {
    return a.place != b.place ? a.place < b.place : ip_before(a, b);
  });
  std::sort(split.stories.begin(), split.stories.end(), [](const Story& a, const Story& b) {
    return a.place != b.place ? a.place < b.place : story_before(a, b);
  });
  const auto refuse = [&](std::string_view what, std::string_view id) {
    throw BadInput(fmt::format("split {}: {} \"{}\"", split.name, what, id));
  };
  // Outputs are found in either Unicode form, so two forms of one id would share them.
  std::set<std::string> texts;
  for (const Ip& ip : split.ips) {
    if (!texts.insert(nfc(ip.id)).second) refuse("two IPs have the id", ip.id);
  }
  std::set<std::string_view> ips;
  std::set<std::string_view> stories;
  for (const Ip& ip : split.ips) ips.insert(ip.id);
  for (const Story& story : split.stories) {
    if (!stories.insert(story.id).second) refuse("two stories have the id", story.id);
    if (!ips.contains(story.ip)) refuse("a story belongs to the unknown IP", story.ip);
  }
  for (const Story& story : split.stories) {
    std::set<std::string> characters;
    for (const Character& character : story.characters) {
      if (!characters.insert(nfc(character.id)).second)
        refuse(fmt::format("story {}: two characters have the id", story.id), character.id);
    }
  }
  std::map<std::string_view, std::string> names;
  for (const Ip& ip : split.ips)
    names[ip.id] = ip.name.empty() ? ip.id.substr(ip.id.rfind('/') + 1) : ip.name;
  for (Story& story : split.stories) story.name = names.at(story.ip);
  split.sha256 = digest(split);
}

}  // namespace asbench::loaders
