#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "document/result.h"

namespace asbench::reports {

// Names of systems as options state them. A name may hold commas and equals signs: it is read as
// the longest one that some document has.

/// Name of a system and what it is to be called.
using DisplayName = std::pair<std::string, std::string>;

/// Reads "a=Ours" and "a=Ours,b=Theirs". @param texts  one for each time that the option was given
/// @throws UsageError for a system that no result has, with the nearest; an empty name; two names
/// for one system; a name that two systems would share.
[[nodiscard]] std::vector<DisplayName> read_display_names(
    std::span<const std::string> texts, std::span<const document::Result> results);

/// Gives the systems their names.
void rename_systems(std::vector<document::Result>& results, std::span<const DisplayName> names);

/// Reads "A,B,Ours" and the option given several times: names of results that rename_systems() has
/// seen, or what the systems were called before. "..." stays as it is.
/// @throws UsageError for a system that no result has, with the nearest.
[[nodiscard]] std::vector<std::string> read_rows(std::span<const std::string> texts,
                                                 std::span<const document::Result> results,
                                                 std::span<const DisplayName> names);

/// The same for one system: the whole text is its name.
[[nodiscard]] std::string read_row(const std::string& text,
                                   std::span<const document::Result> results,
                                   std::span<const DisplayName> names);

}  // namespace asbench::reports
