#pragma once

// Goes through the files of a feature store; not a public header.

#include <cstdint>
#include <ctime>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace asbench::features {

/// @throws BadInput where no store is.
void require_store(const std::filesystem::path& root);
/// @throws Error after an interrupt.
void stop_if_interrupted();

/// A file in `objects/` that has the name of an entry.
struct LooseEntry {
  std::filesystem::path path;
  std::string key;
  std::uint64_t bytes = 0;
  std::time_t used = 0;
};

/// Calls `visit` for each, folder by folder in byte order; those that vanish meanwhile are left
/// out. @throws SystemFault; Error after an interrupt.
void for_each_loose(const std::filesystem::path& root,
                    const std::function<void(const LooseEntry&)>& visit);

/// Moves what is no entry to `set-aside/`, under a name of its own. @returns false when it is gone.
bool set_aside(const std::filesystem::path& root, const std::filesystem::path& path);

/// The file that an entry of its own has.
[[nodiscard]] std::filesystem::path loose_file(const std::filesystem::path& root,
                                               std::string_view key);

/// Removes a file that may be gone already. @throws SystemFault.
void remove_store_file(const std::filesystem::path& path);

/// When a file was last used; 0 when it is gone. @throws SystemFault.
[[nodiscard]] std::time_t last_use(const std::filesystem::path& path);

/// An entry's file as it is; nothing when it is gone, or too large to be one. @throws SystemFault.
[[nodiscard]] std::optional<std::string> read_loose(const std::filesystem::path& path);

}  // namespace asbench::features
