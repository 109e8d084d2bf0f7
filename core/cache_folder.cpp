#include "core/cache_folder.h"

#include <cstdlib>

namespace asbench {

std::filesystem::path cache_folder() {
  if (const char* folder = std::getenv("ASBENCH_CACHE"); folder != nullptr && *folder != '\0')
    return folder;
  if (const char* folder = std::getenv("XDG_CACHE_HOME"); folder != nullptr && *folder != '\0')
    return std::filesystem::path(folder) / "asbench";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
    return std::filesystem::path(home) / ".cache" / "asbench";
  return {};
}

}  // namespace asbench
