#pragma once

#include <filesystem>

namespace asbench {

/// Where the program keeps what it can make again, unless an option says otherwise:
/// $ASBENCH_CACHE, else $XDG_CACHE_HOME/asbench, else ~/.cache/asbench. Nothing is made on the
/// disk. @returns an empty path where the environment names none of them.
[[nodiscard]] std::filesystem::path cache_folder();

}  // namespace asbench
