#include "loaders/source_videos.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "core/files.h"
#include "core/nearest_name.h"
#include "loaders/name_match.h"
#include "loaders/outputs/layout_template.h"
#include "loaders/splits/common.h"

namespace asbench::loaders {
namespace {

constexpr std::string_view kPlace = "%id";
constexpr std::size_t kNamed = 5;  ///< files that a finding names

std::string named(const std::vector<std::filesystem::path>& files) {
  std::vector<std::string> names;
  for (const auto& file : files) {
    if (names.size() == kNamed) {
      names.push_back(fmt::format("{} more", files.size() - kNamed));
      break;
    }
    names.push_back(file.string());
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

SourceVideos::Answer missing(const std::string& id, const std::string& why) {
  return {std::nullopt,
          Finding{"video_missing", "", std::nullopt, fmt::format("video {}: {}", id, why)}};
}

SourceVideos::Answer none_of(const std::string& id,
                             const std::vector<std::filesystem::path>& files) {
  return missing(id, fmt::format("several files could be it, none is taken: {}", named(files)));
}

/// The id in "Title [id]", as downloaders name their files; empty where there is none.
std::string bracketed(const std::string& stem) {
  if (!stem.ends_with(']')) return {};
  const auto open = stem.rfind('[');
  return open == std::string::npos ? std::string() : stem.substr(open + 1, stem.size() - open - 2);
}

/// An id can be a file's name, and no path.
bool can_be_a_name(const std::string& id) {
  return is_safe_id(id) && id.find('/') == std::string::npos;
}

}  // namespace

SourceVideos::SourceVideos(std::filesystem::path where, std::string_view option)
    : where_(std::move(where)) {
  is_template_ = where_.string().find(kPlace) != std::string::npos;
  if (is_template_) return;
  if (!is_folder(where_)) {
    throw UsageError(fmt::format(
        "{} {}: no such folder.\n  Name the folder of the source videos (ID.mp4, ID.mkv, "
        "...), or a path with %id in the place of the id.",
        option, where_.string()));
  }
  index(where_, true);
}

void SourceVideos::index(const std::filesystem::path& folder, bool with_sub_folders) {
  for (const FolderEntry& entry : list_folder(folder)) {
    const std::string name = entry.path.filename().string();
    if (name.starts_with('.')) continue;
    if (entry.kind == FileKind::folder && with_sub_folders) index(entry.path, false);
    if (entry.kind != FileKind::file || !has_video_ending(entry.path)) continue;
    const std::string id = nfc(entry.path.stem().string());
    by_id_[id].push_back(entry.path);
    by_small_letters_[ascii_lower(id)].push_back(entry.path);
    if (const std::string inner = bracketed(id); !inner.empty())
      by_bracket_[inner].push_back(entry.path);
  }
}

SourceVideos::Answer SourceVideos::find(std::string_view id) const {
  const std::string wanted = nfc(id);
  if (!can_be_a_name(wanted)) return missing(wanted, "the id can't be the name of a file");
  return is_template_ ? by_template(wanted) : in_folder(wanted);
}

SourceVideos::Answer SourceVideos::in_folder(const std::string& id) const {
  if (const auto found = by_id_.find(id); found != by_id_.end()) {
    if (found->second.size() > 1) return none_of(id, found->second);
    return {found->second.front(), std::nullopt};
  }
  std::string why = fmt::format("no file {}.mp4 (or another ending) in {} or its sub-folders", id,
                                where_.string());
  if (const auto similar = by_small_letters_.find(ascii_lower(id));
      similar != by_small_letters_.end())
    why += fmt::format("; in another letter case: {}", named(similar->second));
  if (const auto bracket = by_bracket_.find(id); bracket != by_bracket_.end())
    why += fmt::format("; rename {} to its id", named(bracket->second));
  return missing(id, why);
}

SourceVideos::Answer SourceVideos::by_template(const std::string& id) const {
  std::string path = where_.string();
  for (auto at = path.find(kPlace); at != std::string::npos; at = path.find(kPlace, at + id.size()))
    path.replace(at, kPlace.size(), id);
  const std::filesystem::path file(path);
  if (is_file(file)) return {file, std::nullopt};
  if (has_video_ending(file)) return missing(id, fmt::format("no such file: {}", path));
  Files files;
  if (is_folder(file.parent_path())) {
    for (const FolderEntry& entry : list_folder(file.parent_path())) {
      if (entry.kind == FileKind::file && has_video_ending(entry.path) &&
          nfc(entry.path.stem().string()) == nfc(file.filename().string()))
        files.push_back(entry.path);
    }
  }
  if (files.size() > 1) return none_of(id, files);
  if (files.size() == 1) return {files.front(), std::nullopt};
  return missing(id, fmt::format("no such file: {}, nor with the ending of a video", path));
}

}  // namespace asbench::loaders
