#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/files.h"
#include "features/feature_matrix.h"

namespace asbench::features {

struct StoredEntry;

/// Content-addressed store of computed features, shared by any number of processes.
///
/// An entry is one file, `objects/<first two digits>/<64 digits of its key>`: a header (magic, key,
/// shape, checksum) and the values. It is written under a temporary name, synced and renamed, so a
/// reader sees a whole entry or none, whatever kills the writer. get() verifies key, length and
/// checksum; a damaged entry is removed, said on stderr and answered like an absent one, so that
/// the caller computes it again. What is no file, or has more than a gigabyte, is moved to
/// `set-aside/`. Entries never change: two writers of one key write the same values, to within the
/// rounding of their CPU or GPU (docs/determinism.md). An entry that
/// can't be read (a disk error, no permission) is a SystemFault of every function, never an absent
/// one. A complete store may be read-only. Many entries may also lie together in packs
/// (store_maintenance.h): what is in no file of its own is looked for there, also in packs that
/// appeared after the store was opened. Thread-safe; copies share what they know of packs.
class FeatureStore {
 public:
  /// Opens the store, making the folder if need be. @throws SystemFault when it can't be made.
  explicit FeatureStore(std::filesystem::path root);

  /// @param key  64 hexadecimal digits, see features/keys.h
  [[nodiscard]] std::optional<FeatureMatrix> get(std::string_view key) const;
  /// @throws SystemFault when the disk is full or the entry can't be written (unless a read-only
  /// store has it already); nothing half-written stays under its name.
  void put(std::string_view key, const FeatureMatrix& matrix) const;

  /// Small texts under the same rules: what is known about a clip, a file's hash.
  [[nodiscard]] std::optional<std::string> get_text(std::string_view key) const;
  void put_text(std::string_view key, std::string_view text) const;
  /// For what only saves time (a file's hash, a batch size): does nothing where the store is
  /// read-only.
  void remember_text(std::string_view key, std::string_view text) const;

  /// Says to those who tidy the store (`asbench store prune` and `pack`) that this process uses it,
  /// as long as the object and its copies live. What they have used, or will, is left alone.
  /// Not to be called by two threads at a time.
  void announce() const;

  /// True when the entry is there and whole; reads it to be sure.
  [[nodiscard]] bool has(std::string_view key) const;

  /// True when there is an entry, whole or not: for an overview of very many. get() decides.
  [[nodiscard]] bool contains(std::string_view key) const;

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }

 private:
  [[nodiscard]] std::filesystem::path entry_path(std::string_view key) const;
  [[nodiscard]] std::optional<StoredEntry> read_entry(std::string_view key) const;
  /// Nothing: there is no entry (any more).
  [[nodiscard]] std::optional<InputFile> open_entry(const std::filesystem::path& path) const;
  void set_aside(const std::filesystem::path& path) const;
  void write_entry(std::string_view key, std::uint32_t rows, std::uint32_t cols,
                   std::span<const std::byte> payload) const;

  struct State;
  std::filesystem::path root_;
  std::shared_ptr<State> state_;
};

/// Where features are kept unless --cache says otherwise: $ASBENCH_CACHE, else
/// $XDG_CACHE_HOME/asbench, else ~/.cache/asbench.
[[nodiscard]] std::filesystem::path default_store_folder();

}  // namespace asbench::features
