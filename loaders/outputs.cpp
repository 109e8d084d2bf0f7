#include "loaders/outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/files.h"
#include "loaders/outputs/finders.h"

namespace asbench::loaders {
namespace {

Outputs find_by_template(const Split& split, const std::filesystem::path& folder,
                         std::string_view text) {
  const LayoutTemplate layout(text);
  return layout.has_shot() ? find_shot_files(split, folder, layout)
                           : find_cuts(split, folder, layout);
}

/// What `auto` looks for under a layout, for the message when there is nothing.
std::string example(const Split& split, const std::filesystem::path& folder,
                    const BuiltInLayout& built_in) {
  const LayoutTemplate layout(built_in.path_template);
  const Story& story = split.stories.front();
  const int shot = story.shots.empty() ? 1 : story.shots.front().number;
  const std::string path = (folder / layout.expand(story, shot)).string();
  return layout.has_shot() ? path : fmt::format("{} with {}", path, kCutListName);
}

Outputs find_automatically(const Split& split, const std::filesystem::path& folder) {
  Outputs best;
  std::vector<std::string_view> equals;
  for (const BuiltInLayout& built_in : built_in_layouts()) {
    const bool needs_cuts = !LayoutTemplate(built_in.path_template).has_shot();
    if (needs_cuts && !is_there(folder / kCutListName)) continue;
    Outputs found;
    try {
      found = find_by_template(split, folder, built_in.path_template);
    } catch (const UsageError&) {
      continue;  // two shots of this split share a path under this layout: it can't be the one
    }
    if (found.shots.empty() || found.shots.size() < best.shots.size()) continue;
    if (found.shots.size() > best.shots.size()) equals.clear();
    if (found.shots == best.shots)
      continue;  // folders of frames: two endings name the same folders
    equals.push_back(built_in.name);
    found.layout = built_in.name;
    best = std::move(found);
  }
  if (equals.size() > 1) {
    throw BadInput(
        fmt::format("{}: the layouts {} find {} {} each.\n  Choose one, for example --layout {}",
                    folder.string(), fmt::join(equals, " and "), best.shots.size(),
                    best.shots.size() == 1 ? "shot" : "shots", equals.front()));
  }
  if (equals.empty()) {
    std::string tried;
    for (const BuiltInLayout& built_in : built_in_layouts()) {
      tried += fmt::format("\n    {}: {}, as {}", built_in.name, built_in.path_template,
                           example(split, folder, built_in));
    }
    throw BadInput(fmt::format(
        "{}: no shot of the split found in any known layout.\n  Looked for:{}\n  Describe how the "
        "files are named with --layout: a template with {{ip}}, {{prompt}}, {{story}}, {{shot}}, "
        "or "
        "a CSV file with the columns story,shot,path.",
        folder.string(), tried));
  }
  return best;
}

bool is_csv(const std::string& layout) {
  return std::filesystem::path(layout).extension() == ".csv" &&
         layout.find('{') == std::string::npos;
}

std::filesystem::path csv_path(const std::string& layout, const std::filesystem::path& folder) {
  if (is_there(layout)) return layout;
  return folder / layout;
}

Outputs find_named(const Split& split, const std::filesystem::path& folder,
                   const std::string& layout) {
  if (is_csv(layout)) return find_listed(split, folder, csv_path(layout, folder));
  std::string names;
  for (const BuiltInLayout& built_in : built_in_layouts()) {
    if (layout == built_in.name) {
      Outputs found = find_by_template(split, folder, built_in.path_template);
      found.layout = layout;
      return found;
    }
    names += fmt::format("{}, ", built_in.name);
  }
  if (layout.find('{') == std::string::npos) {
    throw UsageError(fmt::format(
        "--layout {}: unknown layout. Choose from: auto, {}; or give a template with {{ip}}, "
        "{{prompt}}, {{story}}, {{shot}} such as {{ip}}/{{prompt}}_{{shot:02}}.mp4; or a CSV file "
        "(its name ends in .csv) with the columns story,shot,path.",
        layout, names.substr(0, names.size() - 2)));
  }
  Outputs found = find_by_template(split, folder, layout);
  found.layout = layout;
  return found;
}

/// Adds `unexpected_file` for every video below the folder that is neither an output nor part of
/// the split.
void report_unexpected(const Split& split, const std::filesystem::path& folder, Outputs& outputs) {
  std::set<std::filesystem::path> known;
  for (const auto& [key, source] : outputs.shots) known.insert(source.path.lexically_normal());
  for (const Ip& ip : split.ips) {
    for (const TuningClip& clip : ip.clips) {
      known.insert(std::filesystem::absolute(clip.file).lexically_normal());
    }
  }
  std::vector<std::filesystem::path> unexpected;
  const auto look = [&](const auto& self, const std::filesystem::path& in) -> void {
    for (const auto& entry : list_folder(in)) {
      if (entry.kind == FileKind::folder && !std::filesystem::is_symlink(entry.path))
        self(self, entry.path);
      const auto path = entry.path.lexically_normal();
      if (entry.kind == FileKind::file && has_video_ending(path) && !known.contains(path) &&
          !known.contains(std::filesystem::absolute(path).lexically_normal())) {
        unexpected.push_back(path);
      }
    }
  };
  look(look, folder);
  std::sort(unexpected.begin(), unexpected.end());
  for (const auto& path : unexpected) {
    outputs.findings.push_back({"unexpected_file", "", std::nullopt,
                                fmt::format("{}: not a shot of the split in the layout {}",
                                            path.string(), outputs.layout)});
  }
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

std::optional<ShotSource> source_at(const std::filesystem::path& path) {
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

Outputs find_shot_files(const Split& split, const std::filesystem::path& folder,
                        const LayoutTemplate& layout) {
  Outputs outputs;
  std::map<std::filesystem::path, ShotKey> owner;
  for (const Story& story : split.stories) {
    for (const Shot& shot : story.shots) {
      const ShotKey key{story.id, shot.number};
      const auto path = folder / layout.expand(story, shot.number);
      if (const auto [at, is_new] = owner.emplace(path, key); !is_new) {
        throw UsageError(fmt::format(
            "--layout {}: story {} shot {} and story {} shot {} have the same path {}.\n  Add "
            "{{story}}, or {{ip}} and {{prompt}}, to the template.",
            layout.text(), at->second.story, at->second.shot, key.story, key.shot, path.string()));
      }
      if (const auto source = source_at(path)) {
        outputs.shots[key] = *source;
      } else {
        outputs.findings.push_back(
            {"missing_shot", key.story, key.shot, fmt::format("no such file: {}", path.string())});
      }
    }
  }
  return outputs;
}

Outputs find_outputs(const Split& split, const std::filesystem::path& folder,
                     const OutputOptions& options) {
  if (!is_folder(folder)) {
    throw BadInput(
        fmt::format("{}: no such folder.\n  Expected the folder of the videos that the system "
                    "generated (--outputs).",
                    folder.string()));
  }
  if (split.stories.empty()) throw BadInput(fmt::format("split {}: no stories", split.name));
  try {
    Outputs outputs = options.layout == "auto" ? find_automatically(split, folder)
                                               : find_named(split, folder, options.layout);
    report_unexpected(split, folder, outputs);
    return outputs;
  } catch (const std::filesystem::filesystem_error& error) {
    throw SystemFault("can't be read", error.path1(), error.code().value());
  }
}

Outputs restrict_to(const Outputs& outputs, const Split& part) {
  std::set<std::string_view> stories;
  for (const Story& story : part.stories) stories.insert(story.id);
  Outputs rest = outputs;
  std::erase_if(rest.shots, [&](const auto& shot) { return !stories.contains(shot.first.story); });
  std::erase_if(rest.columns,
                [&](const auto& shot) { return !stories.contains(shot.first.story); });
  std::erase_if(rest.findings, [&](const Finding& finding) {
    return !finding.story.empty() && !stories.contains(finding.story);
  });
  return rest;
}

}  // namespace asbench::loaders
