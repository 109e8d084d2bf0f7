#include "baselines/output_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "core/files.h"

namespace asbench::baselines {

bool is_unused(const std::filesystem::path& folder, std::string_view name) {
  if (!is_there(folder)) return true;
  const std::string prefix = fmt::format(".{}.", name);
  const auto entries = list_folder(folder);
  return std::all_of(entries.begin(), entries.end(), [&](const FolderEntry& entry) {
    const std::string file = entry.path.filename().string();
    return file.starts_with(prefix) && file.ends_with(".tmp");
  });
}

}  // namespace asbench::baselines
