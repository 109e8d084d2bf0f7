#pragma once

// Packs of the feature store; not a public header.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/files.h"
#include "features/store_entry.h"

namespace asbench::features {

/// Where an entry lies in a pack's file.
struct PackedPlace {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  ///< header and payload
};

struct PackedEntry {
  std::string key;  ///< 64 digits
  PackedPlace place;
};

/// A pack: `NAME.pack`, entries one after the other as they lie in files of their own, and
/// `NAME.index`, which tells where each begins. Both are written once and never changed.
///
/// Note [A pack's index]
/// A header (magic, number of entries, size of the pack's file, checksum), a table of where the
/// keys with each first bits begin, and the entries sorted by key: 32 bytes of key, offset, length.
/// Finding one reads two numbers of the table, which is kept in memory, and the some sixty-four
/// entries between them. Nothing relies on the index being right: what it points to is an entry
/// only if its own header and checksum say so.
///
/// Thread-safe.
class Pack {
 public:
  /// Opens the pack of an index file. @returns null when the two don't belong together or the index
  /// is damaged where opening looks. @throws SystemFault.
  [[nodiscard]] static std::shared_ptr<const Pack> open(const std::filesystem::path& index);

  [[nodiscard]] std::optional<PackedPlace> find(std::string_view key) const;
  /// All entries, by key. @returns nothing when the index's checksum does not fit. Reads all of it.
  [[nodiscard]] std::optional<std::vector<PackedEntry>> entries() const;
  [[nodiscard]] const InputFile& file() const { return data_; }
  [[nodiscard]] const std::filesystem::path& index_path() const { return index_.path(); }
  [[nodiscard]] std::uint64_t size() const { return count_; }

 private:
  Pack(InputFile index, InputFile data) : index_(std::move(index)), data_(std::move(data)) {}
  [[nodiscard]] std::uint64_t entries_begin() const;

  InputFile index_;
  InputFile data_;
  std::uint64_t count_ = 0;
  unsigned bits_ = 0;                    ///< of a key, that the table tells apart
  std::vector<std::uint32_t> begin_of_;  ///< 2^bits + 1 numbers of entries
};

/// The bytes of an index. @param entries  sorted by key
[[nodiscard]] std::string index_of(const std::vector<PackedEntry>& entries,
                                   std::uint64_t pack_bytes);

/// The packs of a store's folder, as they come and go. Thread-safe.
class PackSet {
 public:
  explicit PackSet(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// @returns nothing when no pack has a sound entry of this key. Packs that appeared since are
  /// looked for once nothing was found. @throws SystemFault.
  [[nodiscard]] std::optional<StoredEntry> read(std::string_view key) const;
  [[nodiscard]] bool contains(std::string_view key) const;
  /// The folder's packs now.
  [[nodiscard]] std::vector<std::shared_ptr<const Pack>> all() const;

 private:
  using Packs = std::vector<std::shared_ptr<const Pack>>;
  [[nodiscard]] Packs known() const;
  /// True when the folder was read again.
  bool look_again() const;
  /// Calls `use(pack, place)` for each pack that has the key, until it returns true.
  template <typename Use>
  bool with_each(std::string_view key, const Use& use) const;

  const std::filesystem::path folder_;
  mutable std::mutex mutex_;
  mutable Packs packs_;
  mutable std::string seen_;  ///< state of the folder when it was read; empty: read it again
};

}  // namespace asbench::features
