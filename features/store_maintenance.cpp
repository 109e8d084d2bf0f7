#include "features/store_maintenance.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <span>

#include "core/error.h"
#include "core/files.h"
#include "features/store_age.h"
#include "features/store_entry.h"
#include "features/store_file.h"
#include "features/store_packs.h"
#include "features/store_walk.h"

namespace asbench::features {
namespace {

namespace fs = std::filesystem;

struct FolderSize {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

FolderSize size_of_folder(const fs::path& folder) {
  FolderSize size;
  if (!is_folder(folder)) return size;
  for (const FolderEntry& entry : list_folder(folder)) {
    if (entry.kind == FileKind::folder) {
      const auto inner = size_of_folder(entry.path);
      size.files += inner.files;
      size.bytes += inner.bytes;
      continue;
    }
    std::error_code gone;
    const auto bytes = fs::file_size(entry.path, gone);
    ++size.files;
    if (!gone) size.bytes += bytes;
  }
  return size;
}

void report_damage(VerifyReport& report, const fs::path& root, const fs::path& path,
                   const std::string& what) {
  set_aside(root, path);
  report.damaged.push_back({path, what});
}

void verify_loose(const fs::path& root, VerifyReport& report) {
  for_each_loose(root, [&](const LooseEntry& entry) {
    stop_if_interrupted();
    ++report.entries;
    report.bytes += entry.bytes;
    if (entry.bytes > kMostEntryBytes)
      return report_damage(report, root, entry.path, "too large for an entry");
    const auto bytes = read_loose(entry.path);
    if (bytes && !is_sound(*bytes, entry.key))
      report_damage(report, root, entry.path, "its checksum does not fit");
  });
}

/// Copies an entry of a damaged pack into a file of its own, unless there is one.
void rescue(const fs::path& root, const std::string& key, const StoredEntry& entry,
            VerifyReport& report) {
  const fs::path target = loose_file(root, key);
  if (is_file(target)) return;
  make_folders(target.parent_path());
  const auto payload = std::as_bytes(std::span(entry.payload.data(), entry.payload.size()));
  const EntryHeader header = make_header(key, entry.rows, entry.cols, payload);
  NewStoreFile file(root, key.substr(0, 16));
  file.write(std::as_bytes(std::span(&header, 1)));
  file.write(payload);
  file.place(target);
  ++report.rescued;
}

/// @returns how many entries are damaged; nothing when the index is.
std::optional<std::uint64_t> damaged_entries(const Pack& pack, VerifyReport& report) {
  const auto entries = pack.entries();
  if (!entries) return std::nullopt;
  std::uint64_t damaged = 0;
  for (const auto& [key, place] : *entries) {
    stop_if_interrupted();
    ++report.entries;
    report.bytes += place.length;
    if (place.length > kMostEntryBytes ||
        !read_stored(pack.file(), place.offset, place.length, key))
      ++damaged;
  }
  return damaged;
}

void rescue_all(const fs::path& root, const Pack& pack, VerifyReport& report) {
  const auto entries = pack.entries();
  if (!entries) return;  // what its index says is not to be trusted: it is computed again
  for (const auto& [key, place] : *entries) {
    if (place.length > kMostEntryBytes) continue;
    if (const auto entry = read_stored(pack.file(), place.offset, place.length, key))
      rescue(root, key, *entry, report);
  }
}

void verify_packs(const fs::path& root, VerifyReport& report) {
  if (!is_folder(root / "packs")) return;
  for (const FolderEntry& found : list_folder(root / "packs")) {
    if (found.path.extension() != ".index") continue;
    const auto pack = Pack::open(found.path);
    const fs::path data = fs::path(found.path).replace_extension(".pack");
    std::string what;
    if (!pack) {
      what = "it and its index don't fit each other";
    } else if (const auto damaged = damaged_entries(*pack, report); !damaged) {
      what = "its index is damaged";
    } else if (*damaged > 0) {
      what = fmt::format("{} of its {} entries are damaged", *damaged, pack->size());
    }
    if (what.empty()) continue;
    if (pack) rescue_all(root, *pack, report);
    // The index first: without it nobody looks into the pack.
    set_aside(root, found.path);
    report_damage(report, root, data, what);
  }
}

/// Removes records of shards that are older than the entries that stay.
void prune_records(const fs::path& root, std::time_t limit, bool dry_run, PruneReport& report) {
  if (!is_folder(root / "shards")) return;
  for (const FolderEntry& plan : list_folder(root / "shards")) {
    if (plan.kind != FileKind::folder) continue;
    for (const FolderEntry& record : list_folder(plan.path)) {
      if (last_use(record.path) >= limit) continue;
      ++report.records;
      if (!dry_run) remove_store_file(record.path);
    }
    if (!dry_run) ::rmdir(plan.path.c_str());  // stays where there are others
  }
}

void prune_packs(const fs::path& root, std::time_t limit, bool dry_run, PruneReport& report) {
  for (const auto& pack : PackSet(root / "packs").all()) {
    if (last_use(pack->file().path()) >= limit) continue;
    ++report.packs;
    report.entries += pack->size();
    report.bytes += pack->file().size();
    if (dry_run) continue;
    remove_store_file(pack->index_path());
    remove_store_file(pack->file().path());
  }
}

}  // namespace

StoreStatistics store_statistics(const fs::path& root) {
  require_store(root);
  StoreStatistics statistics;
  const auto use = [&](std::time_t used) {
    if (statistics.first_use == 0 || used < statistics.first_use) statistics.first_use = used;
  };
  for_each_loose(root, [&](const LooseEntry& entry) {
    ++statistics.loose_entries;
    statistics.loose_bytes += entry.bytes;
    use(entry.used);
  });
  for (const auto& pack : PackSet(root / "packs").all()) {
    ++statistics.packs;
    statistics.packed_entries += pack->size();
    statistics.packed_bytes += pack->file().size();
    use(last_use(pack->file().path()));
  }
  const auto aside = size_of_folder(root / "set-aside");
  statistics.set_aside = aside.files;
  statistics.set_aside_bytes = aside.bytes;
  statistics.records = size_of_folder(root / "shards").files;
  for (const StoreUser& user : store_users(root)) {
    statistics.users.push_back(fmt::format("{} process {} since {:%Y-%m-%d %H:%M:%S} UTC",
                                           user.machine, user.process, fmt::gmtime(user.started)));
  }
  return statistics;
}

VerifyReport verify_store(const fs::path& root) {
  require_store(root);
  VerifyReport report;
  verify_loose(root, report);
  verify_packs(root, report);
  return report;
}

PruneReport prune_store(const fs::path& root, std::time_t seconds, bool dry_run) {
  require_store(root);
  PruneReport report;
  const std::time_t asked = store_clock(root) - seconds;
  std::time_t limit = asked;
  for (const StoreUser& user : store_users(root))
    limit = std::min(limit, user.started - kUseMargin);
  report.held_back = limit < asked;
  for_each_loose(root, [&](const LooseEntry& entry) {
    if (entry.used >= limit) return;
    ++report.entries;
    report.bytes += entry.bytes;
    if (!dry_run) remove_store_file(entry.path);
  });
  prune_packs(root, limit, dry_run, report);
  prune_records(root, limit, dry_run, report);
  return report;
}

}  // namespace asbench::features
