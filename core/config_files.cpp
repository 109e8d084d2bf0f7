#include "core/config_files.h"

#include <algorithm>

#include "core/embedded_files.h"

namespace asbench {

std::optional<std::string_view> config_file(std::string_view name) {
  for (const auto& file : detail::embedded_files()) {
    if (file.name == name) return file.text;
  }
  return std::nullopt;
}

std::vector<std::string> config_file_names(std::string_view prefix) {
  std::vector<std::string> names;
  for (const auto& file : detail::embedded_files()) {
    if (file.name.starts_with(prefix)) names.emplace_back(file.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace asbench
