#pragma once

#include <filesystem>
#include <string_view>

namespace asbench::baselines {

/// Whether `folder` has nothing in it, or isn't there: videos may be written to it. What a process
/// leaves that is killed while it writes the record `name` for the first time doesn't count
/// (temporary_beside()). @throws SystemFault
[[nodiscard]] bool is_unused(const std::filesystem::path& folder, std::string_view name);

}  // namespace asbench::baselines
