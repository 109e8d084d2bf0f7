#pragma once

// How files of the feature store are written; not a public header.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace asbench::features {

/// A file that is written in the store's `tmp/` and put in its place whole. What is not put there
/// is removed. One owner. Everything @throws SystemFault.
class NewStoreFile {
 public:
  /// @param name  how the temporary name begins
  NewStoreFile(const std::filesystem::path& root, std::string_view name);
  ~NewStoreFile();
  NewStoreFile(const NewStoreFile&) = delete;
  NewStoreFile& operator=(const NewStoreFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view bytes);
  /// Syncs it and renames it to `target`.
  void place(const std::filesystem::path& target);

 private:
  [[noreturn]] void fail(std::string_view what) const;

  std::filesystem::path path_;
  int descriptor_;
  bool placed_ = false;
};

/// Keeps names apart, together with the process number, which alone would not do: containers that
/// share a store may have the same. Thread-safe.
[[nodiscard]] std::uint64_t store_file_number();

}  // namespace asbench::features
