#pragma once

#include <optional>
#include <string>

#include "loaders/outputs/folder_index.h"
#include "loaders/split.h"

// What to write after --layout for the files that are there. Not for other modules.
namespace asbench::loaders {

struct LayoutSuggestion {
  std::string layout;     ///< a template for LayoutTemplate
  std::size_t found = 0;  ///< shots of the split that it finds
  /// Another that finds as many, but other files for the shots; empty: none.
  std::string also;
};

/// The template that finds most shots of the split in the folder, made from the names of files: the
/// ids of a story and one or two of the numbers become placeholders. Of equal ones, that with fewer
/// of {shot0}, {prompt0} and {prompt1}. Nothing when there is none.
[[nodiscard]] std::optional<LayoutSuggestion> suggest_layout(const Split& split,
                                                             const FolderIndex& index);

/// "This one finds 8 of 8 shots: --layout ..." with the other one, if there is one.
[[nodiscard]] std::string suggestion_text(const LayoutSuggestion& suggestion, std::size_t shots);

/// "--layout '{ip}/{shot}.mp4'", quoted for a shell.
[[nodiscard]] std::string layout_option(const std::string& layout);

}  // namespace asbench::loaders
