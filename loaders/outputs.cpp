#include "loaders/outputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "loaders/annotations/annotation_split.h"
#include "loaders/boundaries/cut_detector.h"
#include "loaders/name_match.h"
#include "loaders/outputs/auto_layout.h"
#include "loaders/outputs/frame_folder_check.h"

namespace asbench::loaders {
namespace {

/// Tables are told from templates by their ending.
bool is_table(const std::string& layout) {
  std::string ending = std::filesystem::path(layout).extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return layout.find('{') == std::string::npos &&
         (ending == ".csv" || ending == ".tsv" || ending == ".txt");
}

std::filesystem::path table_path(const std::string& layout, const std::filesystem::path& folder) {
  for (const std::filesystem::path& file : {std::filesystem::path(layout), folder / layout}) {
    if (is_there(file)) return file;
  }
  throw BadInput(
      fmt::format("--layout {}: no such file, neither here nor in {}.\n  Expected a CSV file with "
                  "the columns story,shot,path.",
                  layout, folder.string()));
}

[[noreturn]] void unknown_layout(const Split& split, const FolderIndex& index,
                                 const std::string& layout) {
  std::vector<std::string> names = {"auto"};
  for (const BuiltInLayout& built_in : built_in_layouts()) names.emplace_back(built_in.name);
  names.emplace_back(kSourceLayout);
  const auto suggestion = suggest_layout(split, index);
  throw UsageError(fmt::format(
      "--layout {}: unknown layout.{}\n  Choose from {}; or give a template with {{ip}}, "
      "{{name}}, {{prompt}}, {{story}}, {{shot}} such as '{{ip}}/{{prompt}}_{{shot:02}}.mp4'; or a "
      "CSV file "
      "(its name ends in .csv) with the columns story,shot,path.\n  The folder {} holds {}.{}",
      layout, did_you_mean(layout, names), fmt::join(names, ", "), index.folder().string(),
      index.description(), suggestion ? "\n  " + remedy(split, suggestion) : ""));
}

/// A named layout is taken at its word, even when shots are missing: --missing may allow it. But
/// when it finds nothing and another one does, it is a mistake; when it finds less, that is said.
LayoutFit find_named(const Split& split, const FolderIndex& index, const std::string& layout,
                     const Cuts& cuts) {
  if (is_table(layout)) {
    if (!cuts.is_default)
      throw UsageError("--cuts: a table lists one file per shot, so there is nothing to cut");
    return find_listed(split, index, table_path(layout, index.folder()));
  }
  LayoutFit fit;
  const auto& all = built_in_layouts();
  const auto built_in = std::find_if(all.begin(), all.end(), [&](const BuiltInLayout& candidate) {
    return candidate.name == layout;
  });
  if (built_in != all.end())
    fit = find_by_template(split, index, built_in->path_template, Match::loose, cuts);
  else if (layout.find('{') == std::string::npos)
    unknown_layout(split, index, layout);
  else
    fit = find_by_template(split, index, layout, Match::exact, cuts);
  fit.outputs.layout = layout;
  if (fit.matched() * 2 >= split.shot_count() || fit.taken_out > 0 || !cuts.is_default) return fit;
  const auto suggestion = suggest_layout(split, index);
  if (!suggestion || suggestion->found <= fit.matched()) return fit;
  const std::string found =
      fmt::format("the layout {} finds {}; the folder holds {}", layout,
                  shots_of(fit.matched(), split.shot_count()), index.description());
  if (fit.matched() == 0) {
    throw BadInput(
        fmt::format("{}: {}.\n  {}", index.folder().string(), found, remedy(split, suggestion)));
  }
  fit.outputs.findings.push_back(
      {"other_layout", "", std::nullopt, fmt::format("{}. {}", found, remedy(split, suggestion))});
  return fit;
}

/// Adds `unexpected_file` for every video below the folder that is neither an output, nor named by
/// another finding, nor part of the split.
void report_unexpected(const Split& split, const FolderIndex& index, LayoutFit& fit) {
  Outputs& outputs = fit.outputs;
  std::set<std::filesystem::path> known;
  for (const auto& [key, source] : outputs.shots)
    known.insert(source.path.path().lexically_normal());
  for (const Ip& ip : split.ips) {
    for (const TuningClip& clip : ip.clips) {
      known.insert(std::filesystem::absolute(clip.file).lexically_normal());
    }
  }
  for (const OutputEntry& entry : index.entries()) {
    if (entry.is_folder || !has_video_ending(entry.relative) || fit.named.contains(entry.relative))
      continue;
    const auto path = (index.folder() / entry.relative).lexically_normal();
    if (known.contains(path) || known.contains(std::filesystem::absolute(path).lexically_normal()))
      continue;
    outputs.findings.push_back({"unexpected_file", "", std::nullopt,
                                fmt::format("{}: not a shot of the split in the layout {}",
                                            path.string(), outputs.layout)});
  }
}

/// Which of so many IPs some path below the folder holds, letter case and Unicode form apart.
std::set<std::string_view> named_ips(const std::vector<UnreadStory>& stories,
                                     const FolderIndex& index) {
  std::unordered_map<std::string, std::string_view> by_text;
  std::set<std::size_t> sizes;
  for (const UnreadStory& story : stories) {
    const std::string text = folded_case(story.ip);
    sizes.insert(text.size());
    by_text.emplace(text, story.ip);
  }
  std::set<std::string_view> named;
  std::string part;
  for (const OutputEntry& entry : index.entries()) {
    const std::string path = folded_case(entry.relative);
    for (const std::size_t size : sizes) {
      for (std::size_t at = 0; at + size <= path.size(); ++at) {
        part.assign(path, at, size);
        if (const auto ip = by_text.find(part); ip != by_text.end()) named.insert(ip->second);
      }
    }
  }
  return named;
}

}  // namespace

const std::vector<BuiltInLayout>& built_in_layouts() {
  static const std::vector<BuiltInLayout> layouts = {
      {"default", "{story}/shot_{shot:02}.mp4"},
      {"default-avi", "{story}/shot_{shot:02}.avi"},
      {"animeshootergen-demo", "{ip}/generated_video_{prompt}_{shot}_demo.mp4"},
      {"cuts", "{story}.mp4"}};
  return layouts;
}

Outputs find_outputs(const Split& split, const std::filesystem::path& folder,
                     const OutputOptions& options) {
  if (options.layout == kSourceLayout) {
    if (!cuts_of(options.cuts).is_default)
      throw UsageError("--cuts: the layout source takes the frames that the split names");
    if (split.stories.empty()) throw BadInput(fmt::format("split {}: no stories", split.name));
    return find_source_shots(split, folder);
  }
  if (!is_folder(folder)) {
    throw BadInput(
        fmt::format("{}: no such folder.\n  Expected the folder of the videos that the system "
                    "generated (--outputs).",
                    folder.string()));
  }
  if (split.stories.empty()) throw BadInput(fmt::format("split {}: no stories", split.name));
  try {
    const FolderIndex index(folder);
    const Cuts cuts = cuts_of(options.cuts);
    LayoutFit fit = options.layout == "auto" ? find_automatically(split, index, cuts)
                                             : find_named(split, index, options.layout, cuts);
    if (cuts.kind != Cuts::Kind::list) {
      std::string& name = fit.outputs.layout;
      if (name == "cuts") name = "{story}.mp4";
      name += cuts.kind == Cuts::Kind::equal ? std::string(" in equal parts")
                                             : fmt::format(" at the cuts of {}", kCutDetector);
    }
    report_unexpected(split, index, fit);
    report_shared_files(split, fit.outputs);
    check_frame_folders(fit.outputs);
    return std::move(fit.outputs);
  } catch (const std::filesystem::filesystem_error& error) {
    throw SystemFault("can't be read", error.path1(), error.code().value());
  }
}

Outputs find_all_outputs(const Split& read, const std::filesystem::path& folder,
                         const OutputOptions& options) {
  // Real stories: the films of other stories are never called unexpected.
  if (read.unread.empty() || options.layout == kSourceLayout)
    return find_outputs(with_lost_stories(read), folder, options);
  if (read.unread.size() <= kMostAnnotatedStories || !is_folder(folder))
    return find_outputs(with_all_stories(read), folder, options);
  const std::set<std::string_view> named = named_ips(read.unread, FolderIndex(folder));
  const auto is_named = [&](std::string_view ip) { return named.contains(ip); };
  return find_outputs(with_all_stories(read, is_named), folder, options);
}

Outputs restrict_to(const Outputs& outputs, const Split& part) {
  std::set<std::string_view> stories;
  std::set<std::pair<std::string_view, int>> shots;
  for (const Story& story : part.stories) {
    stories.insert(story.id);
    for (const Shot& shot : story.shots) shots.emplace(story.id, shot.number);
  }
  const auto is_other = [&](const auto& entry) {
    return !shots.contains(std::pair(std::string_view(entry.first.story), entry.first.shot));
  };
  Outputs rest = outputs;
  std::erase_if(rest.shots, is_other);
  std::erase_if(rest.columns, is_other);
  std::erase_if(rest.findings, [&](const Finding& finding) {
    if (finding.story.empty()) return false;
    if (!finding.shot) return !stories.contains(finding.story);
    return !shots.contains(std::pair(std::string_view(finding.story), *finding.shot));
  });
  return rest;
}

}  // namespace asbench::loaders
