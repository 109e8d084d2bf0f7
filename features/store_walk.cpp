#include "features/store_walk.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/error.h"
#include "core/files.h"
#include "core/interrupt.h"
#include "features/store_entry.h"
#include "features/store_file.h"

namespace asbench::features {

namespace {

bool is_entry_name(std::string_view name) {
  return name.size() == kKeyDigits && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace

void require_store(const std::filesystem::path& root) {
  if (is_folder(root / "objects")) return;
  throw BadInput(
      fmt::format("{}: no feature store is here; name its folder with --cache DIR", root.string()));
}

void stop_if_interrupted() {
  if (interrupted()) throw Error("interrupted; what was done is kept.");
}

void for_each_loose(const std::filesystem::path& root,
                    const std::function<void(const LooseEntry&)>& visit) {
  if (!is_folder(root / "objects")) return;
  for (const FolderEntry& folder : list_folder(root / "objects")) {
    stop_if_interrupted();
    if (folder.kind != FileKind::folder) continue;
    for (const FolderEntry& entry : list_folder(folder.path)) {
      const std::string name = entry.path.filename().string();
      if (entry.kind != FileKind::file || !is_entry_name(name)) continue;
      struct stat file {};
      if (::stat(entry.path.c_str(), &file) != 0) {
        if (const int error = errno; error != ENOENT)
          throw SystemFault("can't be examined", entry.path, error);
        continue;
      }
      visit({entry.path, name, static_cast<std::uint64_t>(file.st_size), file.st_mtim.tv_sec});
    }
  }
}

bool set_aside(const std::filesystem::path& root, const std::filesystem::path& path) {
  const auto folder = root / "set-aside";
  make_folders(folder);
  const auto target =
      folder / fmt::format("{}.{:016x}", path.filename().string(), store_file_number());
  if (::rename(path.c_str(), target.c_str()) == 0) return true;
  const int error = errno;
  if (error == ENOENT) return false;
  throw SystemFault("what is in the place of an entry of the feature store can't be set aside",
                    path, error, "Remove it; the entry is then computed again.");
}

std::filesystem::path loose_file(const std::filesystem::path& root, std::string_view key) {
  return root / "objects" / std::string(key.substr(0, 2)) / std::string(key);
}

void remove_store_file(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return;
  const int error = errno;
  throw SystemFault("can't be removed", path, error);
}

std::time_t last_use(const std::filesystem::path& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) == 0) return file.st_mtim.tv_sec;
  if (const int error = errno; error != ENOENT) throw SystemFault("can't be examined", path, error);
  return 0;
}

std::optional<std::string> read_loose(const std::filesystem::path& path) {
  try {
    return read_text_file(path, kMostEntryBytes);
  } catch (const SystemFault& fault) {
    if (fault.error() != ENOENT) throw;
  } catch (const BadInput&) {
  }
  return std::nullopt;
}

}  // namespace asbench::features
