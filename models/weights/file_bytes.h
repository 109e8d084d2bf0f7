#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

namespace asbench::models {

/// How the bytes of a weight file are read.
enum class ReadMode {
  mapped,  ///< memory-mapped: nothing is copied, pages are loaded on use. Only for files that are
           ///< not shortened meanwhile: reading a page that was cut off raises SIGBUS
  copied,  ///< read once with pread into memory of our own: for files that are not trusted
};

/// All bytes of one file, owned. Move-only; reading from several threads is safe.
///
/// A mapping is private and copy-on-write: writes change neither the file nor another process.
class FileBytes {
 public:
  /// @throws BadInput naming the path: absent, a folder or another special file, unreadable, or
  ///         shortened while it was read.
  [[nodiscard]] static FileBytes open(const std::filesystem::path& path, ReadMode mode);

  ~FileBytes();
  FileBytes(FileBytes&& other) noexcept;
  FileBytes& operator=(FileBytes&& other) noexcept;

  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  FileBytes() = default;
  void release();

  std::filesystem::path path_;
  std::vector<std::byte> copy_;
  void* mapping_ = nullptr;
  std::span<const std::byte> bytes_;
};

}  // namespace asbench::models
