#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace asbench {

/// How many bytes from the front of a file stand_in_of() looks at.
inline constexpr std::size_t kStandInBytes = 512;

/// Says what lies in the place of a file when it is not the file itself: the pointer that Git LFS
/// or git-annex keeps for a file that was not fetched, or the page that a server sent in place of a
/// download.
/// @param head  the first kStandInBytes bytes, or all of a shorter file
/// @returns what it is and the remedy, for use after "path: "; nothing for any other file.
/// Thread-safe.
[[nodiscard]] std::optional<std::string> stand_in_of(std::string_view head);

/// @throws BadInput naming the path and the remedy when the file is a stand-in. A file that can't
/// be read is left to whoever reads it.
void refuse_stand_in(const std::filesystem::path& file);

}  // namespace asbench
