#include "features/store.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "core/cache_folder.h"
#include "core/error.h"
#include "core/say.h"
#include "features/store_age.h"
#include "features/store_file.h"
#include "features/store_packs.h"
#include "features/store_walk.h"

namespace asbench::features {
namespace {

void make_folder(const std::filesystem::path& folder) {
  try {
    make_folders(folder);
  } catch (const SystemFault& fault) {
    throw SystemFault("the folder of the feature store can't be created", folder, fault.error(),
                      "Name a writable one with --cache DIR.");
  }
}

bool means_read_only(const SystemFault& fault) {
  return fault.error() == EROFS || fault.error() == EACCES || fault.error() == EPERM;
}

/// Removes what killed processes left behind: nobody writes one entry for a day.
void sweep(const std::filesystem::path& folder) {
  std::error_code error;
  const auto oldest = std::filesystem::file_time_type::clock::now() - std::chrono::hours(24);
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;  // another process may sweep the same
    const auto written = entry->last_write_time(ignored);
    if (!ignored && written < oldest) std::filesystem::remove(entry->path(), ignored);
  }
}

}  // namespace

struct FeatureStore::State {
  explicit State(const std::filesystem::path& root) : packs(root / "packs") {}
  PackSet packs;
  std::optional<StoreLease> lease;
};

FeatureStore::FeatureStore(std::filesystem::path root)
    : root_(std::move(root)), state_(std::make_shared<State>(root_)) {
  make_folder(root_ / "objects");
  try {
    make_folder(root_ / "tmp");
  } catch (const SystemFault& fault) {
    if (!means_read_only(fault)) throw;  // it may still have all that the run needs
  }
  sweep(root_ / "tmp");
}

void FeatureStore::announce() const {
  if (!state_->lease) state_->lease.emplace(root_);
}

std::filesystem::path FeatureStore::entry_path(std::string_view key) const {
  if (key.size() != kKeyDigits)
    throw InternalError(fmt::format("store key of {} digits", key.size()));
  return loose_file(root_, key);
}

void FeatureStore::set_aside(const std::filesystem::path& path) const {
  if (!features::set_aside(root_, path)) return;  // another process did it
  say(fmt::format(
      "asbench: what was in the place of an entry of the feature store is not an entry; it was "
      "set aside in {} and the entry will be computed again: {}\n",
      (root_ / "set-aside").string(), path.string()));
}

std::optional<InputFile> FeatureStore::open_entry(const std::filesystem::path& path) const {
  try {
    InputFile file(path);
    if (file.size() <= kMostEntryBytes) return file;
  } catch (const SystemFault& fault) {
    if (fault.error() == ENOENT) return std::nullopt;
    throw;
  } catch (const BadInput&) {  // a folder, a FIFO, a device
  }
  set_aside(path);
  return std::nullopt;
}

std::optional<StoredEntry> FeatureStore::read_entry(std::string_view key) const {
  if (state_->lease) state_->lease->beat();
  const auto path = entry_path(key);
  if (const auto file = open_entry(path)) {
    if (auto entry = read_stored(*file, 0, file->size(), key)) {
      mark_used(*file);
      return entry;
    }
    // Another process may have dropped and rewritten it meanwhile; removing a good entry costs one
    // computation.
    ::unlink(path.c_str());
    say(
        fmt::format("asbench: a damaged entry of the feature store was dropped and will be "
                    "computed again: {}\n",
                    path.string()));
  }
  return state_->packs.read(key);
}

void FeatureStore::write_entry(std::string_view key, std::uint32_t rows, std::uint32_t cols,
                               std::span<const std::byte> payload) const {
  if (payload.size() > kMostEntryBytes - sizeof(EntryHeader)) {
    throw BadInput(fmt::format(
        "the features of one clip have {} bytes, more than the feature store takes ({}).\n  Score "
        "fewer frames of it (--frames).",
        payload.size(), kMostEntryBytes));
  }
  const auto path = entry_path(key);
  make_folder(path.parent_path());
  const EntryHeader header = make_header(key, rows, cols, payload);
  const auto place = [&] {
    NewStoreFile file(root_, key.substr(0, 16));
    file.write(std::as_bytes(std::span(&header, 1)));
    file.write(payload);
    file.place(path);
  };
  try {
    place();
  } catch (const SystemFault& fault) {
    if (fault.error() == EISDIR) {  // nobody has read it before, which sets it aside too
      set_aside(path);
      return place();
    }
    // A store that may only be read, and has the entry: equal keys mean equal values.
    if (!has(key)) throw;
  }
}

std::optional<FeatureMatrix> FeatureStore::get(std::string_view key) const {
  const auto entry = read_entry(key);
  if (!entry) return std::nullopt;
  const auto& [rows, cols, payload] = *entry;
  if (payload.size() != std::size_t{rows} * cols * sizeof(float)) {
    throw InternalError(fmt::format("store entry {} is no [{}, {}] matrix", key, rows, cols));
  }
  FeatureMatrix matrix(static_cast<int>(rows), static_cast<int>(cols));
  std::memcpy(matrix.values.data(), payload.data(), payload.size());
  return matrix;
}

void FeatureStore::put(std::string_view key, const FeatureMatrix& matrix) const {
  write_entry(key, static_cast<std::uint32_t>(matrix.rows), static_cast<std::uint32_t>(matrix.cols),
              std::as_bytes(std::span(matrix.values)));
}

std::optional<std::string> FeatureStore::get_text(std::string_view key) const {
  auto entry = read_entry(key);
  if (!entry) return std::nullopt;
  return std::move(entry->payload);
}

void FeatureStore::put_text(std::string_view key, std::string_view text) const {
  write_entry(key, 0, 0, std::as_bytes(std::span(text.data(), text.size())));
}

void FeatureStore::remember_text(std::string_view key, std::string_view text) const {
  try {
    put_text(key, text);
  } catch (const SystemFault& fault) {
    if (!means_read_only(fault)) throw;
  }
}

bool FeatureStore::has(std::string_view key) const {
  return read_entry(key).has_value();
}

bool FeatureStore::contains(std::string_view key) const {
  if (state_->lease) state_->lease->beat();
  return is_file(entry_path(key)) || state_->packs.contains(key);
}

std::filesystem::path default_store_folder() {
  std::filesystem::path folder = cache_folder();
  if (!folder.empty()) return folder;
  throw UsageError(
      "no folder for the feature store: set HOME or ASBENCH_CACHE, or give --cache DIR");
}

}  // namespace asbench::features
