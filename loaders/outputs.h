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

/// A system's generated shots: the file of each of the split's shots. No file is opened.
struct Outputs {
  std::string layout;  ///< name of the layout that matched, the template, or the CSV's path
  std::map<ShotKey, ShotSource> shots;  ///< only those that are there; order = story id, number
  /// Further columns of a CSV manifest, by name; carried through to the per-sample output.
  std::map<ShotKey, std::map<std::string, std::string>> columns;
  /// `missing_shot` (one for each shot without a file), `bad_cuts`, `unexpected_file`.
  Findings findings;
};

struct OutputOptions {
  /// "auto", a built-in name (`default`, `animeshootergen-demo`, `cuts`), a path template, or the
  /// path of a CSV manifest (ends in .csv; looked for as given, then in the outputs folder).
  std::string layout = "auto";
};

/// Finds the split's shots below `folder`.
///
/// Template: `{ip}`, `{prompt}`, `{story}`, `{shot}` (1-based, `{shot:02}` pads with zeros). A path
/// that is a folder is a shot of frames; where a video file is not there, a folder of its name
/// without the ending is looked for. A template without `{shot}` means one long video per story,
/// cut by `cuts.json` in the folder (`{"<story>": [[start_frame, end_frame), ...]}`); the built-in
/// `cuts` is `{story}.mp4`.
/// CSV: columns `story,shot,path` and any others, quoting as RFC 4180; paths relative to `folder`.
/// `auto` takes the built-in layout that finds most shots.
/// No path may leave `folder`: neither a template, an id nor a CSV row may lead out of it.
///
/// @throws UsageError for a bad template or name; BadInput when the folder is missing, no layout
///   finds anything (the message lists what was looked for) or several find equally many, and for a
///   CSV or cuts.json that can't be read. Thread-safe.
[[nodiscard]] Outputs find_outputs(const Split& split, const std::filesystem::path& folder,
                                   const OutputOptions& options = {});

/// The outputs for a part of the split (see select): its shots and the findings about them or
/// about no story. Find the outputs of the whole split first, so that the files of the other
/// stories are not called unexpected.
[[nodiscard]] Outputs restrict_to(const Outputs& outputs, const Split& part);

/// Names of the built-in layouts and their templates, in the order that `auto` tries them.
struct BuiltInLayout {
  std::string_view name;
  std::string_view path_template;
};
[[nodiscard]] const std::vector<BuiltInLayout>& built_in_layouts();

}  // namespace asbench::loaders
