#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "loaders/outputs/finders.h"
#include "loaders/outputs/long_videos.h"
#include "loaders/outputs/suggest_layout.h"

// The layout "auto", and what is said when a layout finds too little. Not for other modules.
namespace asbench::loaders {

/// The shots under a template: a file each, or cut from long videos.
/// @throws UsageError also for cuts that were asked for under a template with {shot}.
[[nodiscard]] LayoutFit find_by_template(const Split& split, const FolderIndex& index,
                                         std::string_view text, Match match, const Cuts& cuts);

/// The built-in layout that finds most. Where none takes any shot, the template that the names of
/// the files suggest, if it is in no doubt (suggest_layout.h, Note [Certain layouts]): finding
/// `detected_layout`, and `numbered_from_zero` when it has {shot0}.
/// @throws BadInput, with what is there and the --layout that finds most, when nothing is certain.
[[nodiscard]] LayoutFit find_automatically(const Split& split, const FolderIndex& index,
                                           const Cuts& cuts);

/// "8 of 12 shots".
[[nodiscard]] std::string shots_of(std::size_t found, std::size_t all);

/// What to do when a layout finds too little: the option that finds most, else how to describe
/// names.
[[nodiscard]] std::string remedy(const Split& split,
                                 const std::optional<LayoutSuggestion>& suggestion);

}  // namespace asbench::loaders
