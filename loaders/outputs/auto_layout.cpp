#include "loaders/outputs/auto_layout.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>
#include <vector>

#include "core/error.h"
#include "core/words.h"

namespace asbench::loaders {
namespace {

using Field = LayoutTemplate::Field;

/// What `auto` looks for under a layout, for the message when there is nothing.
std::string example(const Split& split, const std::filesystem::path& folder,
                    const BuiltInLayout& built_in, const Cuts& cuts) {
  const LayoutTemplate layout(built_in.path_template);
  const Story& story = split.stories.front();
  const int shot = story.shots.empty() ? 1 : story.shots.front().number;
  std::string path = (folder / layout.expand(story, shot)).string();
  if (layout.has_shot()) return path;
  return cuts.kind != Cuts::Kind::list ? fmt::format("{} for all shots of the story", path)
                                       : fmt::format("{} with {}", path, kCutListName);
}

/// Layouts that the option --cuts leaves to be tried.
std::vector<BuiltInLayout> layouts_to_try(const Cuts& cuts) {
  std::vector<BuiltInLayout> layouts;
  for (const BuiltInLayout& built_in : built_in_layouts()) {
    if (cuts.is_default || !LayoutTemplate(built_in.path_template).has_shot())
      layouts.push_back(built_in);
  }
  return layouts;
}

/// Long videos that nobody asked for: what would find them.
std::string long_video_remedy(const Split& split, const FolderIndex& index) {
  const auto suggestion = suggest_layout(split, index, LayoutOf::stories);
  if (!suggestion) return {};
  return fmt::format(
      "\n  If each of the videos is a whole story: {} --cuts equal finds {} of {} and cuts each "
      "into equal parts, one a shot; a cut list {} says where the shots are",
      layout_option(suggestion->layout), suggestion->found,
      counted(static_cast<std::int64_t>(split.stories.size()), "story", "stories"), kCutListName);
}

[[noreturn]] void nothing_found(const Split& split, const FolderIndex& index, const Cuts& cuts,
                                const std::optional<LayoutSuggestion>& suggestion) {
  std::string tried;
  for (const BuiltInLayout& built_in : layouts_to_try(cuts)) {
    tried += fmt::format("\n    {}: {}, as {}", built_in.name, built_in.path_template,
                         example(split, index.folder(), built_in, cuts));
  }
  throw BadInput(fmt::format(
      "{}: no shot of the split found in any known layout.\n  The folder holds {}.\n  Looked for "
      "(with any video ending):{}\n  {}{}",
      index.folder().string(), index.description(), tried, remedy(split, suggestion),
      cuts.is_default ? long_video_remedy(split, index) : ""));
}

/// A layout that fits a part of the files is not the right one when another fits more of them.
void refuse_if_another_fits_better(const Split& split, const FolderIndex& index,
                                   const LayoutFit& best) {
  // Other numbering has its own finding, which names the layout to use.
  if (best.matched() == split.shot_count() || best.taken_out > 0) return;
  const auto suggestion = suggest_layout(split, index);
  if (!suggestion || suggestion->found <= best.matched()) return;
  throw BadInput(fmt::format(
      "{}: the layout {} finds only {}.\n  The folder holds {}.\n  {}\n  To take the layout {} all "
      "the same: --layout {}",
      index.folder().string(), best.outputs.layout, shots_of(best.matched(), split.shot_count()),
      index.description(), remedy(split, suggestion), best.outputs.layout, best.outputs.layout));
}

/// The best of the built-in layouts; nothing when none finds anything.
std::optional<LayoutFit> find_built_in(const Split& split, const FolderIndex& index,
                                       const Cuts& cuts) {
  LayoutFit best;
  std::vector<std::string_view> equals;
  for (const BuiltInLayout& built_in : layouts_to_try(cuts)) {
    const bool needs_cuts = !LayoutTemplate(built_in.path_template).has_shot();
    if (needs_cuts && cuts.is_default && !can_be_cut(cuts, index)) continue;
    LayoutFit fit;
    try {
      fit = find_by_template(split, index, built_in.path_template, Match::loose, cuts);
    } catch (const UsageError&) {
      continue;  // two shots of this split share a path under this layout: it can't be the one
    }
    fit.outputs.layout = built_in.name;
    if (fit.matched() == 0 || fit.matched() < best.matched()) continue;
    if (fit.matched() > best.matched()) equals.clear();
    if (fit.outputs.shots == best.outputs.shots && !equals.empty()) {
      // The same files under another ending: the layout that names them to the letter is the one.
      if (fit.exact <= best.exact) continue;
      equals.pop_back();
    }
    equals.push_back(built_in.name);
    best = std::move(fit);
  }
  if (equals.empty()) return std::nullopt;
  if (equals.size() > 1) {
    throw BadInput(fmt::format(
        "{}: the layouts {} find {} each.\n  Choose one, for example "
        "--layout {}",
        index.folder().string(), fmt::join(equals, " and "),
        counted(static_cast<std::int64_t>(best.matched()), "shot", "shots"), equals.front()));
  }
  return best;
}

/// Says that a layout was taken that nobody named, and how the numbers in it were understood.
void report_detected(const Split& split, const FolderIndex& index,
                     const LayoutSuggestion& suggestion, LayoutFit& fit) {
  const LayoutTemplate layout(suggestion.layout);
  auto& findings = fit.outputs.findings;
  findings.insert(findings.begin(),
                  {"detected_layout", "", std::nullopt,
                   fmt::format("{} finds {} in {}, and no other template does; {} there",
                               layout_option(suggestion.layout),
                               shots_of(fit.outputs.shots.size(), split.shot_count()),
                               index.folder().string(), index.description())});
  if (!layout.has(Field::shot0) || fit.outputs.shots.empty()) return;
  const ShotKey& first = fit.outputs.shots.begin()->first;
  findings.insert(
      std::next(findings.begin()),
      {"numbered_from_zero", "", std::nullopt,
       fmt::format(
           "every story has the files 0 to n-1 for its n shots, and none beyond: file 0 is "
           "shot 1 ({} is shot {} of story {})",
           fit.outputs.shots.begin()->second.path.lexically_relative(index.folder()).string(),
           first.shot, first.story)});
}

/// The template that the names suggest, when it can be nothing else.
std::optional<LayoutFit> find_suggested(const Split& split, const FolderIndex& index,
                                        const Cuts& cuts,
                                        const std::optional<LayoutSuggestion>& suggestion) {
  if (!suggestion || !suggestion->doubt.empty()) return std::nullopt;
  LayoutFit fit = find_by_template(split, index, suggestion->layout, Match::exact, cuts);
  if (fit.outputs.shots.empty()) return std::nullopt;
  fit.outputs.layout = suggestion->layout;
  report_detected(split, index, *suggestion, fit);
  return fit;
}

}  // namespace

LayoutFit find_by_template(const Split& split, const FolderIndex& index, std::string_view text,
                           Match match, const Cuts& cuts) {
  const LayoutTemplate layout(text);
  if (!layout.has_shot()) return find_long_videos(split, index, layout, match, cuts);
  if (!cuts.is_default) {
    throw UsageError(
        fmt::format("--cuts: the layout {} has one file per shot, so there is nothing "
                    "to cut.\n  Leave --cuts out, or give a template without {{shot}}.",
                    text));
  }
  return find_shot_files(split, index, layout, match);
}

LayoutFit find_automatically(const Split& split, const FolderIndex& index, const Cuts& cuts) {
  auto built_in = find_built_in(split, index, cuts);
  if (built_in && !built_in->outputs.shots.empty()) {
    if (cuts.is_default) refuse_if_another_fits_better(split, index, *built_in);
    return std::move(*built_in);
  }
  // Nothing, or stories whose shots are numbered differently.
  const LayoutOf kind =
      cuts.is_default && !can_be_cut(cuts, index) ? LayoutOf::shots : LayoutOf::stories;
  auto suggestion = suggest_layout(split, index, kind);
  auto fit = find_suggested(split, index, cuts, suggestion);
  if (!fit && kind == LayoutOf::stories && cuts.is_default) {
    suggestion = suggest_layout(split, index);
    fit = find_suggested(split, index, cuts, suggestion);
  }
  if (fit) return std::move(*fit);
  if (built_in) return std::move(*built_in);
  nothing_found(split, index, cuts, suggestion);
}

std::string shots_of(std::size_t found, std::size_t all) {
  return fmt::format("{} of {}", found, counted(static_cast<std::int64_t>(all), "shot", "shots"));
}

std::string remedy(const Split& split, const std::optional<LayoutSuggestion>& suggestion) {
  if (suggestion) return suggestion_text(*suggestion, split.shot_count());
  return "Describe how the files are named with --layout: a template with {ip}, {name}, {prompt}, "
         "{story}, {shot} ({shot0} where shots are numbered from 0), or a CSV file with the "
         "columns "
         "story,shot,path.";
}

}  // namespace asbench::loaders
