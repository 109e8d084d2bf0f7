#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "core/json.h"
#include "loaders/outputs.h"
#include "loaders/outputs/folder_index.h"
#include "loaders/outputs/layout_template.h"

// The ways to find outputs, behind find_outputs(). Not for other modules.
namespace asbench::loaders {

/// Name of the cut list in an outputs folder.
inline constexpr const char* kCutListName = "cuts.json";

/// How a name on disk has to fit a name that was made from a template.
enum class Match {
  exact,  ///< the same text, in whichever Unicode form
  loose   ///< also another letter case, other zeros before numbers, another video ending
};

/// What a layout finds, and how well it fits.
struct LayoutFit {
  Outputs outputs;
  std::size_t exact = 0;        ///< shots whose file has the expected name to the letter
  std::size_t taken_out = 0;    ///< shots that are there, but numbered differently
  std::set<std::string> named;  ///< entries of the folder that a finding names already

  [[nodiscard]] std::size_t matched() const { return outputs.shots.size() + taken_out; }
};

/// One file or folder a shot. Findings: `missing_shot`, `ambiguous_shot` (several files fit, none
/// to the letter), `several_files` (besides the one taken), `zero_based_numbering`,
/// `one_based_numbering`.
[[nodiscard]] LayoutFit find_shot_files(const Split& split, const FolderIndex& index,
                                        const LayoutTemplate& layout, Match match);

/// One long video a story and a cut list. @throws BadInput when that can't be read.
[[nodiscard]] LayoutFit find_listed_cuts(const Split& split, const FolderIndex& index,
                                         const LayoutTemplate& layout, Match match,
                                         const std::filesystem::path& file);

/// The same on a parsed cut list; `where` names it in messages.
[[nodiscard]] Outputs apply_cuts(const Split& split, const FolderIndex& index,
                                 const LayoutTemplate& layout, const Json& cuts,
                                 const std::string& where, Match match = Match::exact);

/// A CSV manifest. @throws BadInput.
[[nodiscard]] LayoutFit find_listed(const Split& split, const FolderIndex& index,
                                    const std::filesystem::path& csv);

/// Each shot as its frames of its IP's source video. Findings: `video_missing`, `missing_shot`.
/// @param videos  as SourceVideos takes it. @throws UsageError, SystemFault.
[[nodiscard]] Outputs find_source_shots(const Split& split, const std::filesystem::path& videos);

/// What is at the path: a file, a folder of frames, or nothing. For a video file that is not
/// there, the folder of its name without the ending.
[[nodiscard]] std::optional<ShotSource> source_at(const std::filesystem::path& path);

/// The same for a path below the index's folder, as far as `match` allows another name. Nothing
/// also when several entries fit.
[[nodiscard]] std::optional<ShotSource> source_in(const FolderIndex& index,
                                                  const std::filesystem::path& path,
                                                  Match match = Match::exact);

/// Adds `shared_file` for every shot whose file or folder another shot has already, under the same
/// name or by a link, in the split's order.
void report_shared_files(const Split& split, Outputs& outputs);

}  // namespace asbench::loaders
