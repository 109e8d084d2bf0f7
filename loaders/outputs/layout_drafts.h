#pragma once

#include <string>
#include <vector>

#include "loaders/split.h"

// Templates that the name of a file may come from. Not for other modules.
namespace asbench::loaders {

/// What a layout names one file or folder for.
enum class LayoutOf { shots, stories };

/// The templates of a name: the ids of a story and one or two of the numbers become placeholders.
/// @param stories  those whose ids are looked for; the split may have more
[[nodiscard]] std::vector<std::string> templates_of_name(const std::string& name,
                                                         const Split& split,
                                                         const std::vector<const Story*>& stories,
                                                         LayoutOf kind);

/// What the words before the placeholders say: above 0 that {shot} counts shots and {prompt} counts
/// stories ("story{prompt}_shot{shot}"), below 0 that they don't; 0 where they say nothing.
[[nodiscard]] int words_agree(const std::string& layout);

}  // namespace asbench::loaders
