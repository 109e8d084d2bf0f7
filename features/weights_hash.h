#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "features/keys.h"
#include "features/store.h"

namespace asbench::features {

/// What tells, without reading them, that files are those of last time: device, inode, size, and
/// the times of the last change of contents and of inode to the nanosecond. The latter can't be set
/// by a program, so a file that was written to is another one whatever its name and its
/// modification time say. Empty when a file changed within the last two seconds, since a second
/// write could then leave the same times, or isn't there.
[[nodiscard]] std::string identity_of(std::span<const std::filesystem::path> files);

/// `hash()`, remembered in the store under the files' identity: weights of a gigabyte take half a
/// second to read and hash. `hash` names the way of hashing, so that two ways don't share an entry.
/// Without a store, or an identity, it is just computed.
template <typename Hash>
[[nodiscard]] std::string remembered_hash(const FeatureStore* store, std::string_view way,
                                          std::span<const std::filesystem::path> files, Hash hash);

/// @param key  file_hash_key() of keys.h; @returns 64 hexadecimal digits, or nothing
[[nodiscard]] std::optional<std::string> recall_hash(const FeatureStore& store,
                                                     std::string_view key);

template <typename Hash>
std::string remembered_hash(const FeatureStore* store, std::string_view way,
                            std::span<const std::filesystem::path> files, Hash hash) {
  const std::string identity = store != nullptr ? identity_of(files) : std::string();
  if (identity.empty()) return hash();
  const std::string key = file_hash_key(way, identity);
  if (auto known = recall_hash(*store, key)) return *known;
  std::string value = hash();
  // Written to while it was being read: what was hashed may be neither the old nor the new file.
  if (identity_of(files) == identity) store->remember_text(key, value);
  return value;
}

}  // namespace asbench::features
