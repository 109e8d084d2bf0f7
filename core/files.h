#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Files, asked for and read so that a fault of the system is never taken for an answer:
// std::filesystem's exists(path, error) is false for a missing file and for too many open files
// alike. Code that decides by what is on the disk uses these functions.
namespace asbench {

/// What a path leads to, links followed.
enum class FileKind {
  absent,  ///< nothing, or a link to nothing
  file,    ///< a regular file
  folder,
  other,  ///< a device, FIFO or socket
};

/// @throws SystemFault when it can't be found out (no permission on the way, a disk error).
[[nodiscard]] FileKind kind_of(const std::filesystem::path& path);

[[nodiscard]] inline bool is_there(const std::filesystem::path& path) {
  return kind_of(path) != FileKind::absent;
}
[[nodiscard]] inline bool is_file(const std::filesystem::path& path) {
  return kind_of(path) == FileKind::file;
}
[[nodiscard]] inline bool is_folder(const std::filesystem::path& path) {
  return kind_of(path) == FileKind::folder;
}

/// An entry of a folder. What a link leads to counts, as in kind_of(); an entry that vanished while
/// the folder was read is left out.
struct FolderEntry {
  std::filesystem::path path;
  FileKind kind = FileKind::absent;
};

/// A folder's entries in byte order of their names, without "." and "..". Links to nothing are
/// listed as absent. @throws SystemFault when the folder or an entry can't be read.
[[nodiscard]] std::vector<FolderEntry> list_folder(const std::filesystem::path& folder);

/// A regular file, open for reading. Opening never waits (a FIFO without a writer would).
/// Move-only; read_at() may be called by several threads.
class InputFile {
 public:
  /// @throws SystemFault when it can't be opened, "no such file" included; BadInput naming what is
  /// there when that is no regular file.
  explicit InputFile(const std::filesystem::path& path);
  ~InputFile();
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&& other) noexcept;

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Bytes from the current position on, fewer than `buffer` holds only at the end.
  /// @throws SystemFault.
  std::size_t read(std::span<std::byte> buffer);
  /// The same from `offset`; the position stays.
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> buffer) const;

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

/// Reads a whole file. @throws SystemFault when it can't be opened or read, "no such file"
/// included; BadInput when it is larger than `max_bytes`, which its size tells before it is read,
/// or no regular file. @param kind  what the limit is for, in messages
[[nodiscard]] std::string read_text_file(const std::filesystem::path& path,
                                         std::size_t max_bytes = 1ULL << 30,
                                         std::string_view kind = "a text file");

/// Makes the folder and those above it. @throws SystemFault naming the folder.
void make_folders(const std::filesystem::path& folder);

enum class Sweep { folder, folder_and_below };

/// Removes the temporary files in `folder` that killed processes have left: `.NAME.PID.tmp` as
/// temporary_beside() names them, if the process no longer runs and nothing was written for ten
/// minutes (processes of other machines can't be asked for). What can't be listed or removed stays.
/// @returns how many were removed.
int remove_abandoned_temporaries(const std::filesystem::path& folder, Sweep sweep = Sweep::folder);

/// A name beside `path` that nobody else uses, of the form that remove_abandoned_temporaries()
/// knows.
[[nodiscard]] std::filesystem::path temporary_beside(const std::filesystem::path& path);

}  // namespace asbench
