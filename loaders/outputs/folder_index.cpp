#include "loaders/outputs/folder_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/files.h"
#include "core/words.h"
#include "loaders/name_match.h"
#include "loaders/outputs/layout_template.h"
#include "loaders/video/frame_folder.h"

namespace asbench::loaders {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kEndingsNamed = 3;

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool begins_with(const fs::path& path, const fs::path& start) {
  return std::mismatch(start.begin(), start.end(), path.begin(), path.end()).first == start.end();
}

/// Walks folders depth first.
class Walk {
 public:
  Walk(const fs::path& top, std::vector<OutputEntry>& entries)
      : top_(fs::weakly_canonical(top)), entries_(entries) {}

  /// @returns true when the folder itself holds a picture.
  bool list(const fs::path& folder, const std::string& prefix, bool hidden, bool behind_link) {
    bool has_pictures = false;
    for (const auto& entry : list_folder(folder)) {
      const std::string name = entry.path.filename().string();
      const std::string relative = prefix.empty() ? name : fmt::format("{}/{}", prefix, name);
      const bool is_hidden = hidden || name.starts_with('.') || name == "__MACOSX";
      if (entry.kind == FileKind::folder) {
        const bool is_link = fs::is_symlink(entry.path);
        if (is_link && (behind_link || leads_back(entry.path))) continue;
        if (list(entry.path, relative, is_hidden, behind_link || is_link))
          entries_.push_back({relative, true, is_hidden});
      } else if (entry.kind == FileKind::file) {
        has_pictures = has_pictures || (!is_hidden && has_picture_ending(entry.path));
        entries_.push_back({relative, false, is_hidden});
      }
    }
    return has_pictures;
  }

 private:
  /// A link to what is listed anyway, or to a folder around it: following it would go in circles.
  bool leads_back(const fs::path& link) const {
    const fs::path target = fs::weakly_canonical(link);
    return begins_with(target, top_) || begins_with(top_, target);
  }

  fs::path top_;
  std::vector<OutputEntry>& entries_;
};

/// "a", "a and b": the first and one from the middle, which more often differs.
std::string examples(const std::vector<const OutputEntry*>& entries) {
  const OutputEntry& first = *entries.front();
  if (entries.size() == 1) return first.relative;
  return first.relative + " and " + entries[(entries.size() + 1) / 2]->relative;
}

std::string endings(const std::vector<const OutputEntry*>& videos) {
  std::map<std::string, std::size_t> counts;
  for (const OutputEntry* video : videos) ++counts[fs::path(video->relative).extension().string()];
  std::vector<std::pair<std::string, std::size_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string text;
  for (std::size_t i = 0; i < std::min(sorted.size(), kEndingsNamed); ++i)
    text += (i == 0 ? "" : ", ") + sorted[i].first;
  return sorted.size() > kEndingsNamed ? text + ", ..." : text;
}

}  // namespace

bool OutputEntry::may_be_shot() const {
  return !hidden && (is_folder || has_video_ending(relative));
}

FolderIndex::FolderIndex(fs::path folder) : folder_(std::move(folder)) {
  if (!is_folder(folder_)) return;
  // Pictures at the top don't make a shot of the folder of all outputs.
  static_cast<void>(Walk(folder_, entries_).list(folder_, "", false, false));
  std::sort(entries_.begin(), entries_.end(),
            [](const OutputEntry& a, const OutputEntry& b) { return a.relative < b.relative; });
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const std::string& relative = entries_[i].relative;
    if (!is_ascii(relative)) by_text_[nfc(relative)].push_back(i);
    if (entries_[i].may_be_shot()) by_loose_[loose_name(relative)].push_back(i);
  }
}

std::vector<const OutputEntry*> FolderIndex::at(const Places& places,
                                                const std::string& name) const {
  std::vector<const OutputEntry*> found;
  if (const auto place = places.find(name); place != places.end()) {
    for (const std::size_t i : place->second) found.push_back(&entries_[i]);
  }
  return found;
}

std::vector<const OutputEntry*> FolderIndex::same_text(std::string_view relative) const {
  if (is_ascii(relative)) return {};
  return at(by_text_, nfc(relative));
}

std::vector<const OutputEntry*> FolderIndex::similar(std::string_view relative) const {
  return at(by_loose_, loose_name(relative));
}

std::string FolderIndex::description() const {
  std::vector<const OutputEntry*> videos;
  std::vector<const OutputEntry*> folders;
  std::vector<const OutputEntry*> others;
  for (const OutputEntry& entry : entries_) {
    if (entry.hidden) continue;
    (entry.is_folder ? folders : entry.may_be_shot() ? videos : others).push_back(&entry);
  }
  std::string text;
  if (!videos.empty()) {
    text = fmt::format("{} ({}), such as {}", counted(std::ssize(videos), "video", "videos"),
                       endings(videos), examples(videos));
  }
  if (!folders.empty()) {
    text += fmt::format("{}{}, such as {}", text.empty() ? "" : "; ",
                        counted(std::ssize(folders), "folder of pictures", "folders of pictures"),
                        examples(folders));
  }
  if (!text.empty()) return text;
  if (others.empty()) return "nothing";
  return fmt::format("no video and no folder of pictures, but {}, such as {}",
                     counted(std::ssize(others), "other file", "other files"), examples(others));
}

}  // namespace asbench::loaders
