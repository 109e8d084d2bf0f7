#pragma once

#include <cstdint>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

// Looking after a feature store: `asbench store`. All functions may run while other processes use
// the store, and may be killed at any time: what they were to do is then done in part, and nothing
// is lost. Each @throws SystemFault; Error "interrupted".
namespace asbench::features {

/// What lies in a store. Sizes in bytes.
struct StoreStatistics {
  std::uint64_t loose_entries = 0;  ///< in files of their own
  std::uint64_t loose_bytes = 0;
  std::uint64_t packs = 0;
  std::uint64_t packed_entries = 0;
  std::uint64_t packed_bytes = 0;
  std::uint64_t set_aside = 0;  ///< files in `set-aside/`: what verify or a run took out
  std::uint64_t set_aside_bytes = 0;
  std::uint64_t records = 0;  ///< of shards
  std::time_t first_use = 0;  ///< last use of the entry or pack that was not used for longest; 0:
                              ///< no entries
  std::vector<std::string> users;  ///< running processes, "MACHINE process 4711 since ..."
};
[[nodiscard]] StoreStatistics store_statistics(const std::filesystem::path& root);

struct DamagedPart {
  std::filesystem::path path;
  std::string what;
};

struct VerifyReport {
  std::uint64_t entries = 0;  ///< looked at
  std::uint64_t bytes = 0;
  std::uint64_t rescued = 0;         ///< sound entries of damaged packs, now in files of their own
  std::vector<DamagedPart> damaged;  ///< moved to `set-aside/`
};
/// Reads every entry and checks its key and checksum. A damaged one is moved to `set-aside/`, so
/// that the next run computes it again; so is a damaged pack, after its sound entries were copied.
[[nodiscard]] VerifyReport verify_store(const std::filesystem::path& root);

struct PackOptions {
  std::uint64_t most_bytes = std::uint64_t{4} << 30;  ///< of a pack; one entry may exceed it
};

struct PackReport {
  std::uint64_t packs = 0;    ///< written
  std::uint64_t packed = 0;   ///< entries in them
  std::uint64_t bytes = 0;    ///< of them
  std::uint64_t removed = 0;  ///< files of single entries that packs have
  std::uint64_t kept = 0;     ///< such files that stay, because other processes use the store
  std::uint64_t damaged = 0;  ///< entries that were left where they are, for verify
};
/// Puts entries that lie in files of their own together in packs, those last used together in one
/// pack, and then removes their files.
///
/// Note [Packing beside running processes]
/// A pack is complete before its index appears, and the index before any file is removed, so that a
/// process that misses a file finds the pack. On NFS a machine may see the index only seconds
/// later. While other processes use the store (StoreLease), the files therefore stay, and the next
/// call removes them.
[[nodiscard]] PackReport pack_store(const std::filesystem::path& root,
                                    const PackOptions& options = {});

struct PruneReport {
  std::uint64_t entries = 0;  ///< removed; those of packs included
  std::uint64_t bytes = 0;
  std::uint64_t packs = 0;    ///< removed
  std::uint64_t records = 0;  ///< of shards, removed
  bool held_back = false;     ///< running processes made it keep more than it was told
};
/// Removes entries that were not used for so long, and packs in which no entry was. Whatever
/// `seconds` says, nothing that a running process has used, or that was used in the two days before
/// the oldest of them began.
/// @param dry_run  only counts
[[nodiscard]] PruneReport prune_store(const std::filesystem::path& root, std::time_t seconds,
                                      bool dry_run);

}  // namespace asbench::features
