#include "loaders/outputs/long_videos.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/files.h"
#include "loaders/name_match.h"
#include "loaders/outputs/numbering.h"
#include "loaders/outputs/suggest_layout.h"
#include "loaders/splits/find_file.h"

namespace asbench::loaders {
namespace {

using Field = LayoutTemplate::Field;

std::string remedy_for(const Split& split, const FolderIndex& index, Field instead) {
  const auto suggestion = suggest_layout(split, index, LayoutOf::stories);
  if (suggestion && LayoutTemplate(suggestion->layout).has(instead))
    return fmt::format("use {}", layout_option(suggestion->layout));
  const char* const name = instead == Field::prompt0   ? "{prompt0}"
                           : instead == Field::prompt1 ? "{prompt1}"
                                                       : "{prompt}";
  return fmt::format("use a --layout with {}", name);
}

/// One video a story, of which shot k is part k.
LayoutFit find_parts(const Split& split, const FolderIndex& index, const LayoutTemplate& layout,
                     Match match, ShotSource::Kind kind) {
  LayoutFit fit;
  const auto video_of = [&](const Story& story) {
    return index.folder() / layout.expand(story, 1);
  };
  std::map<std::filesystem::path, const Story*> owners;
  for (const Story& story : split.stories) {
    const auto video = video_of(story);
    if (const auto [at, is_new] = owners.emplace(video, &story); !is_new) {
      throw UsageError(
          fmt::format("--layout {}: the stories {} and {} have the same path {}.\n  "
                      "Add {{story}}, or {{ip}} and {{prompt}}, to the template.",
                      layout.text(), at->second->id, story.id, video.string()));
    }
    const auto source = source_in(index, video, match);
    const bool there = source && is_file(source->path);
    if (there && source->path == video) fit.exact += story.shots.size();
    for (std::size_t i = 0; i < story.shots.size(); ++i) {
      const int shot = story.shots[i].number;
      if (there) {
        fit.outputs.shots[{story.id, shot}] = {.kind = kind,
                                               .path = source->path,
                                               .part = static_cast<int>(i),
                                               .parts = static_cast<int>(story.shots.size())};
        continue;
      }
      fit.outputs.findings.push_back(
          {"missing_shot", story.id, shot, fmt::format("no such file: {}", video.string())});
    }
  }
  const auto exists = [&](const Story& story, int) {
    return source_in(index, video_of(story), match).has_value();
  };
  fit.taken_out = check_numbering(
      split, layout, exists, [&](Field instead) { return remedy_for(split, index, instead); },
      fit.outputs);
  return fit;
}

}  // namespace

Cuts cuts_of(const std::string& option) {
  if (option == "list") return {};
  if (option == "equal") return {.kind = Cuts::Kind::equal, .file = {}, .is_default = false};
  if (option == "detect") return {.kind = Cuts::Kind::detect, .file = {}, .is_default = false};
  if (lower_case(std::filesystem::path(option).extension().string()) == ".json")
    return {.kind = Cuts::Kind::list, .file = option, .is_default = false};
  throw UsageError(fmt::format(
      "--cuts {}: unknown way to cut videos.{}\n  Choose from list (the cut list cuts.json in the "
      "outputs folder), equal (equal parts of each video), detect (the strongest cuts of each "
      "video), or give the "
      "path of a cut list (.json).",
      option, did_you_mean(option, {"list", "equal", "detect"})));
}

bool can_be_cut(const Cuts& cuts, const FolderIndex& index) {
  return cuts.kind != Cuts::Kind::list || cuts.file || is_there(index.folder() / kCutListName);
}

LayoutFit find_long_videos(const Split& split, const FolderIndex& index,
                           const LayoutTemplate& layout, Match match, const Cuts& cuts) {
  if (cuts.kind == Cuts::Kind::equal)
    return find_parts(split, index, layout, match, ShotSource::Kind::video_part);
  if (cuts.kind == Cuts::Kind::detect)
    return find_parts(split, index, layout, match, ShotSource::Kind::video_detected);
  return find_listed_cuts(split, index, layout, match,
                          cuts.file.value_or(index.folder() / kCutListName));
}

}  // namespace asbench::loaders
