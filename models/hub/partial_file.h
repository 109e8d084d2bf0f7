#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace asbench::models {

/// An incomplete download: `<target>.part`, and `<target>.part.json`, which names the version of
/// the file. The bytes survive a crash, an interrupt and a cut connection; they are resumed only
/// when the version is still the same. Locked while open, so that two processes don't write to one
/// part. Move-only; one thread at a time.
class PartialFile {
 public:
  /// Opens the part; keeps its bytes if they belong to `version`, else empties it.
  /// @param version  names the content (its hash, or commit and size); empty: never resumed
  /// @throws BadInput naming the path: it can't be created, or another process is writing to it.
  [[nodiscard]] static PartialFile open(const std::filesystem::path& target,
                                        const std::string& version);
  ~PartialFile();
  PartialFile(PartialFile&& other) noexcept;
  PartialFile& operator=(PartialFile&&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Strong ETag of the server that sent the bytes so far, with its quotes; empty when unknown.
  [[nodiscard]] const std::string& server_etag() const { return server_etag_; }

  /// Records the server's ETag for the bytes that follow. @throws BadInput when it can't be
  /// written.
  void set_server_etag(const std::string& etag);
  /// Drops all bytes.
  void restart();
  /// @throws BadInput naming the path and the cause (disk full, ...); what is written stays.
  void append(std::span<const std::byte> bytes);
  /// Syncs the bytes and renames the part to the target; the part no longer exists afterwards.
  void place();
  /// Removes the part.
  void discard();

 private:
  PartialFile() = default;
  void write_note() const;

  std::filesystem::path target_;
  std::filesystem::path path_;
  std::filesystem::path note_;
  std::string version_;
  std::string server_etag_;
  std::uint64_t size_ = 0;
  int file_ = -1;
};

}  // namespace asbench::models
