#pragma once

#include <compare>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.h"
#include "loaders/shot_source.h"
#include "loaders/split.h"

namespace asbench::loaders {

/// A system's generated shots: the file of each of the split's shots. Nothing is decoded; only the
/// headers of pictures in folders of frames are read.
struct Outputs {
  std::string layout;  ///< name of the layout that matched, the template, or the CSV's path
  std::map<ShotKey, ShotSource> shots;  ///< only those that are there; order = story id, number
  /// Further columns of a CSV manifest, by name; carried through to the per-sample output.
  std::map<ShotKey, std::map<std::string, std::string>> columns;
  /// `detected_layout`, `numbered_from_zero` (once, where nobody named the layout);
  /// `missing_shot` or `ambiguous_shot` (one for each shot without a file), `zero_based_numbering`
  /// and `one_based_numbering` (one for each story), `bad_cuts`, `several_files`, `shared_file`,
  /// `other_layout`, `unexpected_file`; of folders of frames `mixed_frame_sizes`, `frame_numbers`,
  /// `mixed_frames`, `stray_file`.
  Findings findings;
};

/// The layout of real stories: each shot is its frames (Shot::source) of its IP's source video,
/// which is looked for in the outputs folder as SourceVideos does. Never taken by "auto".
inline constexpr std::string_view kSourceLayout = "source";

struct OutputOptions {
  /// "auto", a built-in name (`default`, `animeshootergen-demo`, `cuts`), kSourceLayout, a path
  /// template, or the path of a table (ends in .csv, .tsv or .txt; looked for as given, then in the
  /// outputs folder).
  std::string layout = "auto";
  /// Where the shots are in long videos (a template without {shot}): "list" (the cut list
  /// `cuts.json` in the outputs folder), the path of a cut list (ends in .json), "equal" (equal
  /// parts of each video, ShotSource::in_video_of), or "detect" (between the strongest cuts of each
  /// video: found when it is decoded, boundaries/cut_detector.h).
  std::string cuts = "list";
};

/// Finds the split's shots below `folder`.
///
/// Template (outputs/layout_template.h): `{ip}`, `{name}`, `{prompt}`, `{story}`, `{shot}`
/// (1-based,
/// `{shot:02}` pads with zeros; `{shot0}`, `{prompt0}` and `{prompt1}` for other numbering). A path
/// that is a folder is a shot of frames; where a video file is not there, a folder of its name
/// without the ending is looked for. A template without `{shot}` means one long video per story,
/// cut by `cuts.json` in the folder (`{"<story>": [[start_frame, end_frame), ...]}`); the built-in
/// `cuts` is `{story}.mp4`. CSV (csv.h): columns `story,shot,path` and any others (`shot0` for
/// numbers from 0); paths relative to `folder`. `auto` takes the built-in layout that finds most
/// shots; where none finds any, the template that the names suggest, if it can be nothing else
/// (outputs/suggest_layout.h, Note [Certain layouts]).
///
/// Note [Names that fit]
/// Names and ids are equal in both Unicode forms (NFC and NFD). Built-in layouts, with `auto` or by
/// name, also take another letter case, other zeros before numbers and another video ending; a file
/// that has the name to the letter goes first, and of several others none is taken. Templates and
/// tables are taken to the letter.
/// Under a layout that was named, outputs that count from another number than the split are never
/// matched: their stories are taken out, with a finding that names the layout to use. `auto` takes
/// shots from 0 where every story with files has all of 0 to n-1 and none beyond, and says so.
///
/// No path may leave `folder`: neither a template, an id nor a CSV row may lead out of it.
///
/// @throws UsageError for a bad template, name or kind of cuts; BadInput when the folder is
/// missing; when no
///   layout finds anything, or `auto` finds less than a template made from the names would (the
///   message says what is there and which --layout finds most); when several layouts find equally
///   many; and for a CSV or cuts.json that can't be read. Thread-safe.
[[nodiscard]] Outputs find_outputs(const Split& split, const std::filesystem::path& folder,
                                   const OutputOptions& options = {});

/// find_outputs() of everything that the split has: its stories, the lost ones, and those that were
/// not read, so that the files of the other stories are not called unexpected. Of more than
/// kMostAnnotatedStories unread stories only those whose IP a name in the folder holds are looked
/// for. @param read  as read_split() gives it, before select()
[[nodiscard]] Outputs find_all_outputs(const Split& read, const std::filesystem::path& folder,
                                       const OutputOptions& options = {});

/// The outputs for a part of the split (see select(), leave_out_prologues()): its shots, and the
/// findings about them, about its stories or about no story. Find the outputs of the whole split
/// first (find_all_outputs()).
[[nodiscard]] Outputs restrict_to(const Outputs& outputs, const Split& part);

/// Names of the built-in layouts and their templates, in the order that `auto` tries them.
struct BuiltInLayout {
  std::string_view name;
  std::string_view path_template;
};
[[nodiscard]] const std::vector<BuiltInLayout>& built_in_layouts();

}  // namespace asbench::loaders
