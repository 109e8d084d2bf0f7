#pragma once

#include <optional>
#include <string>

#include "loaders/outputs/folder_index.h"
#include "loaders/outputs/layout_drafts.h"
#include "loaders/split.h"

// What to write after --layout for the files that are there. Not for other modules.
namespace asbench::loaders {

struct LayoutSuggestion {
  std::string layout;     ///< a template for LayoutTemplate
  std::size_t found = 0;  ///< shots of the split (stories, for long videos) that it finds
  std::size_t files = 0;  ///< videos and folders of frames that are there
  /// Another that finds as many, but other files for the shots; empty: none.
  std::string also = {};
  /// Why it can't be used without being asked for; empty: it can mean one thing only.
  std::string doubt = {};
};

/// The template that finds most shots of the split in the folder, made from the names of files: the
/// ids of a story and one or two of the numbers become placeholders. Of equal ones, that with fewer
/// of {shot0}, {prompt0} and {prompt1}, then that whose words agree. Nothing when there is none.
///
/// Note [Certain layouts]
/// A template is in doubt when another one finds as many shots in other files, or at least half as
/// many in files of its own; when it leaves more than half of the videos or of the split aside;
/// when it counts stories differently from the split ({prompt0}, {prompt1}); and with {shot0},
/// unless every story that has files has all of 0 to n-1 and none beyond: then no other numbering
/// is possible.
[[nodiscard]] std::optional<LayoutSuggestion> suggest_layout(const Split& split,
                                                             const FolderIndex& index,
                                                             LayoutOf kind = LayoutOf::shots);

/// "This one finds 8 of 8 shots: --layout ..." with what is left aside and the other one, if there
/// is one.
[[nodiscard]] std::string suggestion_text(const LayoutSuggestion& suggestion, std::size_t shots);

/// "--layout '{ip}/{shot}.mp4'", quoted for a shell.
[[nodiscard]] std::string layout_option(const std::string& layout);

}  // namespace asbench::loaders
