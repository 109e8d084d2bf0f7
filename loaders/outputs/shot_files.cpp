#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

#include "core/error.h"
#include "core/files.h"
#include "loaders/name_match.h"
#include "loaders/outputs/finders.h"
#include "loaders/outputs/numbering.h"
#include "loaders/outputs/suggest_layout.h"

namespace asbench::loaders {
namespace {

namespace fs = std::filesystem;
using Entries = std::vector<const OutputEntry*>;

ShotSource source_of(const FolderIndex& index, const OutputEntry& entry) {
  return {entry.is_folder ? ShotSource::Kind::frame_folder : ShotSource::Kind::video_file,
          index.folder() / entry.relative};
}

std::string without_ending(const std::string& relative) {
  return has_video_ending(relative) ? relative.substr(0, relative.rfind('.')) : std::string();
}

/// Entries of the same text: files and folders, or else folders named without the video's ending.
Entries of_same_text(const FolderIndex& index, const std::string& relative) {
  Entries found = index.same_text(relative);
  if (found.empty()) {
    if (const std::string stem = without_ending(relative); !stem.empty())
      found = index.same_text(stem);
    std::erase_if(found, [](const OutputEntry* entry) { return !entry->is_folder; });
  }
  return found;
}

std::string names_of(const Entries& entries) {
  std::vector<std::string> names;
  for (const OutputEntry* entry : entries) names.push_back(entry->relative);
  return fmt::format("{}", fmt::join(names, ", "));
}

/// Looks up the files of all shots under one template.
class Lookup {
 public:
  Lookup(const Split& split, const FolderIndex& index, const LayoutTemplate& layout, Match match)
      : split_(split), index_(index), layout_(layout), match_(match) {}

  LayoutFit run() {
    take_expected_names();
    take_exact();
    for (const auto& [key, name] : names_) look_for_others(key, name);
    const auto found = fit_.outputs.shots;
    fit_.taken_out = check_numbering(
        split_, layout_, [&](const Story& story, int shot) { return is_there(story, shot); },
        [&](LayoutTemplate::Field instead) { return remedy(instead); }, fit_.outputs);
    for (const auto& [key, source] : found) {
      if (!fit_.outputs.shots.contains(key)) fit_.named.insert(relative_name(source.path));
    }
    return std::move(fit_);
  }

 private:
  void take_expected_names() {
    std::map<std::string, ShotKey> owner;
    for (const Story& story : split_.stories) {
      for (const Shot& shot : story.shots) {
        const ShotKey key{story.id, shot.number};
        std::string name = layout_.expand(story, shot.number).string();
        if (const auto [at, is_new] = owner.emplace(name, key); !is_new) {
          throw UsageError(fmt::format(
              "--layout {}: story {} shot {} and story {} shot {} have the same path {}.\n  Add "
              "{{story}}, or {{ip}} and {{prompt}}, to the template.",
              layout_.text(), at->second.story, at->second.shot, key.story, key.shot,
              (index_.folder() / name).string()));
        }
        if (match_ == Match::loose) ++expected_[loose_name(name)];
        names_.emplace_back(key, std::move(name));
      }
    }
  }

  void take_exact() {
    for (const auto& [key, name] : names_) {
      if (auto source = source_at(index_.folder() / name)) {
        ++fit_.exact;
        take(key, std::move(*source));
        continue;
      }
      const Entries same = of_same_text(index_, name);
      if (same.size() == 1) take(key, source_of(index_, *same.front()));
    }
  }

  std::string relative_name(const fs::path& path) const {
    return path.lexically_relative(index_.folder()).string();
  }

  void take(const ShotKey& key, ShotSource source) {
    taken_.insert(relative_name(source.path));
    fit_.outputs.shots.emplace(key, std::move(source));
  }

  /// Similar entries that no shot's exact name claims.
  Entries free_similar(const std::string& name) const {
    Entries similar = index_.similar(name);
    std::erase_if(similar,
                  [&](const OutputEntry* entry) { return taken_.contains(entry->relative); });
    return similar;
  }

  void look_for_others(const ShotKey& key, const std::string& name) {
    auto& findings = fit_.outputs.findings;
    const auto name_in_finding = [&](const Entries& entries) {
      for (const OutputEntry* entry : entries) fit_.named.insert(entry->relative);
      return names_of(entries);
    };
    const auto taken = fit_.outputs.shots.find(key);
    const bool is_one_shots = match_ == Match::loose && expected_.at(loose_name(name)) == 1;
    const Entries similar = free_similar(name);
    if (taken != fit_.outputs.shots.end()) {
      if (is_one_shots && !similar.empty()) {
        findings.push_back({"several_files", key.story, key.shot,
                            fmt::format("{} is taken; also there: {}", taken->second.path.string(),
                                        name_in_finding(similar))});
      }
      return;
    }
    Entries candidates = of_same_text(index_, name);
    if (candidates.empty() && is_one_shots) candidates = similar;
    if (candidates.size() == 1) {
      fit_.outputs.shots.emplace(key, source_of(index_, *candidates.front()));
      return;
    }
    const std::string path = (index_.folder() / name).string();
    if (candidates.size() > 1) {
      findings.push_back(
          {"ambiguous_shot", key.story, key.shot,
           fmt::format("no such file: {}. {} others could be it: {}. Keep one of them, or give it "
                       "that name",
                       path, candidates.size(), name_in_finding(candidates))});
      return;
    }
    findings.push_back(
        {"missing_shot", key.story, key.shot,
         fmt::format("no such file: {}{}", path,
                     similar.empty() ? "" : fmt::format(" (there is {})", names_of(similar)))});
  }

  /// Whether there is a file for a shot that the split may not have.
  bool is_there(const Story& story, int shot) const {
    if (fit_.outputs.shots.contains({story.id, shot})) return true;
    const std::string name = layout_.expand(story, shot).string();
    if (source_at(index_.folder() / name) || !of_same_text(index_, name).empty()) return true;
    return match_ == Match::loose && !free_similar(name).empty();
  }

  /// The layout that fits the numbers that are there: made from the names, else from the template.
  std::string remedy(LayoutTemplate::Field instead) {
    using Field = LayoutTemplate::Field;
    if (!suggested_) suggested_ = suggest_layout(split_, index_).value_or(LayoutSuggestion{});
    if (!suggested_->layout.empty() && LayoutTemplate(suggested_->layout).has(instead))
      return fmt::format("use {}", layout_option(suggested_->layout));
    const char* const name = instead == Field::shot0     ? "{shot0}"
                             : instead == Field::shot    ? "{shot}"
                             : instead == Field::prompt0 ? "{prompt0}"
                             : instead == Field::prompt1 ? "{prompt1}"
                                                         : "{prompt}";
    return fmt::format("use a --layout with {}", name);
  }

  const Split& split_;
  const FolderIndex& index_;
  const LayoutTemplate& layout_;
  const Match match_;
  LayoutFit fit_;
  std::vector<std::pair<ShotKey, std::string>> names_;  ///< expected, in the split's order
  std::map<std::string, int> expected_;                 ///< how many shots a loose name may be
  std::set<std::string> taken_;                         ///< by their exact names
  std::optional<LayoutSuggestion> suggested_;
};

}  // namespace

std::optional<ShotSource> source_at(const fs::path& path) {
  const FileKind kind = kind_of(path);
  if (kind == FileKind::folder) return ShotSource{ShotSource::Kind::frame_folder, path};
  // A device or FIFO too: the reader refuses it by name.
  if (kind != FileKind::absent) return ShotSource{ShotSource::Kind::video_file, path};
  auto stem = path;
  stem.replace_extension();
  if (has_video_ending(path) && is_folder(stem))
    return ShotSource{ShotSource::Kind::frame_folder, stem};
  return std::nullopt;
}

std::optional<ShotSource> source_in(const FolderIndex& index, const fs::path& path, Match match) {
  if (auto source = source_at(path)) return source;
  const std::string name = path.lexically_relative(index.folder()).string();
  Entries fitting = of_same_text(index, name);
  if (fitting.empty() && match == Match::loose) fitting = index.similar(name);
  if (fitting.size() != 1) return std::nullopt;
  return source_of(index, *fitting.front());
}

LayoutFit find_shot_files(const Split& split, const FolderIndex& index,
                          const LayoutTemplate& layout, Match match) {
  return Lookup(split, index, layout, match).run();
}

void report_shared_files(const Split& split, Outputs& outputs) {
  std::map<std::pair<dev_t, ino_t>, ShotKey> first;
  for (const Story& story : split.stories) {
    for (const Shot& shot : story.shots) {
      const ShotKey key{story.id, shot.number};
      const auto found = outputs.shots.find(key);
      if (found == outputs.shots.end() || found->second.is_cut()) continue;
      const ShotSource& source = found->second;
      struct stat status = {};
      if (::stat(source.path.c_str(), &status) != 0) continue;
      const auto [at, is_new] = first.emplace(std::pair(status.st_dev, status.st_ino), key);
      if (is_new) continue;
      outputs.findings.push_back(
          {"shared_file", key.story, key.shot,
           fmt::format("{} is the file of story {} shot {} as well (the same path or a link)",
                       source.path.string(), at->second.story, at->second.shot)});
    }
  }
}

}  // namespace asbench::loaders
